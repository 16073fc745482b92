//! Capacities that are zero, absurd, or about nothing.

use std::collections::HashMap;
use std::panic::catch_unwind;

use evmap_core::testing::panics;
use evmap_core::{Builder, CapacityError};

/// Fits no address space of this century, but is no overflow either.
#[cfg(target_pointer_width = "64")]
const TOO_MANY: usize = 1 << 44;

#[test]
fn zero_is_no_table_at_all() {
    let (mut writer, reader) = Builder::new().capacity(0).build();
    assert_eq!(reader.enter().capacity(), 0);
    assert_eq!(reader.get_cloned(&1), None);
    writer
        .reserve(0)
        .shrink_to_fit()
        .clear()
        .remove(1)
        .publish();
    assert_eq!(reader.enter().capacity(), 0);
    writer.insert(1, 'a').publish();
    assert_eq!(reader.get_cloned(&1), Some('a'));
}

#[test]
fn an_overflow_is_an_error_or_a_panic_with_its_text() {
    for entries in [usize::MAX, usize::MAX / 2, usize::MAX / 16] {
        let builder = Builder::new().capacity(entries);
        let error = builder.clone().try_build::<u64, u64>().unwrap_err();
        assert_eq!(error, CapacityError::Overflow { entries });
        assert!(error.to_string().contains(&entries.to_string()));
        let panic = catch_unwind(|| builder.build::<u64, u64>()).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&error.to_string()));
    }
}

#[test]
fn a_map_is_not_built_with_room_that_overflows() {
    let builder = Builder::new().capacity(usize::MAX);
    assert!(panics(|| builder.build_from([(1, 1)])));
}

#[test]
fn a_reservation_that_overflows_is_refused_and_logs_nothing() {
    let (mut writer, reader) = evmap_core::new::<u64, u64>();
    writer.insert(1, 1);
    for entries in [usize::MAX, usize::MAX / 2, usize::MAX / 16] {
        let error = writer.try_reserve(entries).unwrap_err();
        assert_eq!(error, CapacityError::Overflow { entries });
        assert!(panics(|| {
            writer.reserve(entries);
        }));
    }
    assert_eq!(writer.pending().len(), 1);
    writer.publish();
    assert_eq!(reader.len(), 1);
}

#[test]
#[cfg(all(target_pointer_width = "64", not(miri)))]
fn memory_that_is_not_there_fails_a_builder_and_not_a_reservation() {
    let error = Builder::new()
        .capacity(TOO_MANY)
        .try_build::<u64, u64>()
        .unwrap_err();
    assert!(
        matches!(
            error,
            CapacityError::OutOfMemory {
                entries: TOO_MANY,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.to_string().starts_with("no memory for"), "{error}");

    // A reservation is a hint, and the copies are made to fit when its turn comes.
    let (mut writer, reader) = evmap_core::new::<u64, u64>();
    writer.reserve(TOO_MANY).insert(1, 1).publish();
    writer.reserve(TOO_MANY).publish();
    assert!(!writer.is_poisoned());
    assert_eq!(reader.enter(), HashMap::from([(1, 1)]));
}

#[test]
fn entries_without_size_have_no_limit_but_the_number_of_keys() {
    let (mut writer, reader) = evmap_core::new::<(), ()>();
    writer.insert((), ()).insert((), ()).publish();
    assert_eq!(reader.len(), 1);
    writer.remove(()).publish();
    assert!(reader.is_empty());
}
