//! What the tests of go-evmap assert, here. There the handle that inserts also reads; here
//! `unpublished()` does.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use evmap_core::Operation;

#[test]
fn the_writer_reads_an_insert_at_once_and_readers_do_not() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert("k", 1);
    assert_eq!(writer.unpublished().get("k"), Some(&1));
    assert!(!reader.contains_key("k"));
    assert!(!writer.reader().contains_key("k"));
}

#[test]
fn after_a_publish_writer_and_readers_agree() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert("k", 1).insert("l", 2).publish();
    let expected = HashMap::from([("k", 1), ("l", 2)]);
    assert_eq!(*writer.unpublished(), expected);
    assert_eq!(reader.enter(), expected);
    assert_eq!(writer.reader().enter(), expected);
}

#[test]
fn a_remove_shows_in_the_writers_view_only_and_says_whether_the_key_was_there() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert("k", 1).publish();
    assert_eq!(writer.remove_and_get("k"), Some(1));
    assert_eq!(writer.remove_and_get("k"), None);
    assert_eq!(writer.remove_and_get("other"), None);
    assert!(!writer.unpublished().contains_key("k"));
    assert_eq!(reader.get_cloned("k"), Some(1));
    // So also for a reader that is made after it.
    assert_eq!(writer.reader().get_cloned("k"), Some(1));

    writer.publish();
    assert!(!reader.contains_key("k"));
    assert!(!writer.reader().contains_key("k"));
    assert!(!writer.unpublished().contains_key("k"));
}

#[test]
fn a_remove_that_only_logs_is_seen_by_the_same() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert("k", 1).publish();
    writer.remove("k");
    assert!(!writer.unpublished().contains_key("k"));
    assert!(reader.contains_key("k") && writer.reader().contains_key("k"));
    writer.publish();
    assert!(!reader.contains_key("k"));
}

#[test]
fn a_clear_shows_in_the_writers_view_only_until_the_publish() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert("k", 1).insert("l", 2).publish();
    writer.clear();
    assert!(writer.unpublished().is_empty());
    assert_eq!(reader.len(), 2);
    assert_eq!(writer.reader().len(), 2);
    writer.publish();
    assert!(reader.is_empty() && writer.reader().is_empty() && writer.unpublished().is_empty());
}

#[test]
fn one_operation_is_one_entry_of_the_log() {
    let (mut writer, _reader) = evmap_core::with_meta::<&str, i32, u8>(0);
    let mut expected = 0;
    let mut logged = |writer: &evmap_core::WriteHandle<_, _, _>| {
        expected += 1;
        assert_eq!(writer.pending().len(), expected);
        assert_eq!(writer.stats().pending, expected);
    };
    writer.insert("k", 1);
    logged(&writer);
    // The same again, and what changes nothing: an operation all the same.
    writer.insert("k", 1);
    logged(&writer);
    writer.remove("missing");
    logged(&writer);
    writer.insert_and_get("k", 2);
    logged(&writer);
    writer.update("k", |value| *value += 1);
    logged(&writer);
    writer.update_or_insert("l", || 0, |value| *value += 1);
    logged(&writer);
    writer.remove_and_get("l");
    logged(&writer);
    writer.retain(|_, value| *value != 3);
    logged(&writer);
    writer.reserve(10);
    logged(&writer);
    writer.shrink_to_fit();
    logged(&writer);
    writer.set_meta(1);
    logged(&writer);
    writer.clear();
    logged(&writer);
    writer.extend([("k", 1), ("l", 2)]);
    assert_eq!(writer.pending().len(), expected + 2);
    assert_eq!(
        writer.pending().next_back(),
        Some(Operation::Insert {
            key: &"l",
            value: &2
        })
    );

    writer.publish();
    assert_eq!(writer.pending().len(), 0);
}

/// Counts how often keys are compared: that shows what a copy has absorbed without asking the map,
/// since `unpublished()` would replay.
#[derive(Clone)]
struct Counted {
    name: u32,
    compared: Arc<AtomicUsize>,
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.compared.fetch_add(1, Ordering::Relaxed);
        self.name == other.name
    }
}

impl Eq for Counted {}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

#[test]
fn after_a_swap_the_new_write_copy_lacks_the_entries_until_the_log_is_replayed() {
    let compared = Arc::new(AtomicUsize::new(0));
    let key = |name| Counted {
        name,
        compared: Arc::clone(&compared),
    };
    let count = || compared.load(Ordering::Relaxed);
    let (mut writer, reader) =
        evmap_core::with_hasher(BuildHasherDefault::<DefaultHasher>::default());

    // All hashes are equal, so the second insert into a copy compares its key with the first one's.
    writer.insert(key(1), 'a').insert(key(2), 'b').publish();
    assert_eq!(count(), 1, "the published copy has both entries");
    assert_eq!(
        writer.stats().logged,
        2,
        "the log keeps them for the other copy"
    );
    assert_eq!(reader.len(), 2);

    assert_eq!(writer.unpublished().len(), 2);
    assert_eq!(count(), 2, "the older copy got them now, by the replay");
    assert_eq!(writer.stats().logged, 0);
    writer.unpublished();
    assert_eq!(count(), 2, "once");
}
