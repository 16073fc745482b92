//! What a panic of the user's code leaves of a writer, for tests that set a trap themselves.

use std::time::Duration;

use left_right::PublishError;

use super::map::{Map, Writer as _};
use super::strange::{Call, set, unset};
use super::{ignore, panics};

/// The writer says that it is poisoned, by panics that name the cause, and goes without another one; readers
/// see what they saw. The attempts are writes.
pub fn assert_poisoned<M: Map>(
    mut writer: M::Writer,
    reader: &M::Reader,
    attempts: &[fn(&mut M::Writer)],
    assert_as_filled: fn(&M::Reader),
) {
    assert!(writer.is_poisoned());
    assert_as_filled(reader);
    let common: [fn(&mut M::Writer); 3] = [
        |writer| ignore(writer.publish()),
        |writer| ignore(writer.try_publish()),
        |writer| ignore(writer.unpublished()),
    ];
    for attempt in common.iter().chain(attempts) {
        assert!(panics(|| attempt(&mut writer)));
    }
    for result in [
        writer.publish_timeout(Duration::ZERO),
        writer.publish_or_replace(Duration::ZERO),
    ] {
        assert!(matches!(result, Err(PublishError::Poisoned(_))));
    }
    assert_as_filled(&writer.reader());
    drop(writer);
    assert_as_filled(reader);
}

/// Whichever handle is the last.
pub fn a_drop_that_panics_with_the_last_handle_goes_no_further<M: Map>(
    filled: fn() -> (M::Writer, M::Reader),
) {
    let (writer, reader) = filled();
    drop(writer);
    set(Call::Drop, 0);
    drop(reader);
    assert!(!unset(), "it did happen");

    let (writer, reader) = filled();
    drop(reader);
    set(Call::Drop, 0);
    drop(writer);
    assert!(!unset(), "it did happen");
}
