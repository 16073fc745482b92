//! What the handles of both maps promise.

use std::time::Duration;

use super::map::{self, Builder, Publishing};

#[test]
fn a_builder_shows_what_it_was_told_and_not_the_hasher() {
    let builder = Builder::new().capacity(7).meta("first");
    let shown = format!("{builder:?}");
    assert!(
        shown.contains("capacity: 7") && shown.contains("first"),
        "{shown}"
    );
    assert!(!shown.contains("asher"), "{shown}");
}

#[test]
fn readers_learn_that_nothing_newer_comes() {
    let (mut writer, reader) = map::new();
    writer.insert(1, 1).publish();
    assert!(reader.has_writer());
    let map = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    let clone = map.clone();
    drop(map);
    assert!(reader.has_writer() && reader.clone().has_writer());
    drop(clone);
    assert!(!reader.has_writer() && reader.contains_key(&1));
}
