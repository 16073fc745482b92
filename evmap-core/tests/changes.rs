//! What the writer does to the map, and what is dropped when.

use std::collections::HashMap;
use std::sync::Arc;

use evmap_core::{Operation, WriteHandle};

#[test]
fn updates_before_one_publish_add_up() {
    let (mut writer, reader) = evmap_core::new::<u32, u64>();
    writer.insert(1, 0);
    for n in 0..1_000 {
        assert_eq!(
            writer.update(&1, |value| std::mem::replace(value, n + 1)),
            Some(n)
        );
    }
    assert_eq!(reader.get_cloned(&1), None);
    writer.publish();
    assert_eq!(reader.get_cloned(&1), Some(1_000));
    // And the second copy got the same.
    assert_eq!(writer.unpublished()[&1], 1_000);
    writer.publish();
    assert_eq!(reader.get_cloned(&1), Some(1_000));
}

#[test]
fn closures_run_once_even_though_there_are_two_copies() {
    let (mut writer, reader) = evmap_core::new::<u32, u32>();
    let mut calls = 0;
    writer.insert(1, 10);
    writer.update(&1, |value| {
        calls += 1;
        *value += calls;
    });
    writer.update_or_insert(2, || 0, |value| *value = 5);
    writer.retain(|_, _| {
        calls += 1;
        true
    });
    writer.publish().publish();
    assert_eq!(calls, 3);
    assert_eq!(reader.enter(), HashMap::from([(1, 11), (2, 5)]));
}

#[test]
fn a_panic_in_a_closure_logs_nothing_and_does_no_harm() {
    let (mut writer, reader) = evmap_core::new::<u32, u32>();
    writer.insert(1, 1).publish();
    for attempt in 0..5 {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match attempt {
            0 => writer.update(&1, |value| {
                *value = 7;
                panic!("on purpose")
            }),
            1 => writer.update_or_insert(2, || panic!("on purpose"), |_| None),
            2 => {
                writer.get_or_insert_with(2, || panic!("on purpose"));
                None
            }
            3 => {
                writer.retain_mut(|_, value| {
                    *value.to_mut() = 7;
                    panic!("on purpose")
                });
                None
            }
            _ => {
                writer.retain(|_, _| panic!("on purpose"));
                None::<()>
            }
        }));
        assert!(result.is_err());
        assert_eq!(writer.pending().len(), 0);
    }
    assert!(!writer.is_poisoned());
    writer.insert(3, 3).publish();
    assert_eq!(reader.enter(), HashMap::from([(1, 1), (3, 3)]));
}

#[test]
fn a_payload_in_an_arc_stands_once() {
    let (mut writer, reader) = evmap_core::new();
    let payload: Arc<str> = Arc::from("large");
    writer.insert(1, Arc::clone(&payload)).publish();
    writer.unpublished();
    assert_eq!(Arc::strong_count(&payload), 3, "one here, one per copy");
    assert!(Arc::ptr_eq(&reader.get(&1).unwrap(), &payload));
}

#[test]
fn what_is_removed_or_replaced_is_dropped_by_the_next_look_after_the_publish() {
    let value = Arc::new(());
    let count = || Arc::strong_count(&value) - 1;
    for way in 0..4 {
        let (mut writer, reader) = evmap_core::new();
        writer.insert(1, Some(Arc::clone(&value))).publish();
        writer.unpublished();
        assert_eq!(count(), 2, "one per copy");
        match way {
            0 => writer.remove(1),
            1 => writer.insert(1, None),
            2 => writer.clear(),
            _ => writer.retain(|_, _| false),
        };
        writer.publish();
        assert!(!matches!(reader.get_cloned(&1), Some(Some(_))));
        assert_eq!(count(), 1, "the copy that readers have left");
        if way % 2 == 0 {
            writer.unpublished();
        } else {
            assert!(writer.try_unpublished().is_some());
        }
        assert_eq!(count(), 0);
    }
    // The next publish does it, too.
    let (mut writer, _reader) = evmap_core::new();
    writer.insert(1, Arc::clone(&value)).publish();
    writer.remove(1).publish();
    assert_eq!(count(), 1);
    writer.publish();
    assert_eq!(count(), 0);
}

#[test]
fn a_key_is_removed_by_whatever_makes_one() {
    use std::ffi::{CString, OsString};
    use std::path::{Path, PathBuf};

    macro_rules! removes {
        ($($key:ty: $($remove:expr),+;)+) => {$($({
            let (mut writer, reader) = evmap_core::new::<$key, u32>();
            let owned: $key = evmap_core::IntoKey::<$key>::into_key($remove);
            writer.insert(owned, 1).publish();
            assert_eq!(reader.len(), 1);
            writer.remove($remove).publish();
            assert!(reader.is_empty());
        })+)+};
    }
    let shared: Arc<str> = Arc::from("a");
    removes! {
        u64: 1, &1;
        String: "a", &"a".to_string(), "a".to_string(), &*shared;
        &'static str: "a", &"a";
        Box<str>: "a", Box::from("a"), &Box::from("a");
        Arc<str>: "a", &shared, Arc::clone(&shared);
        Vec<u8>: &b"a"[..], vec![1], &vec![1];
        Box<[u8]>: &b"a"[..];
        Arc<[u8]>: &b"a"[..];
        PathBuf: Path::new("a"), PathBuf::from("a");
        OsString: Path::new("a").as_os_str();
        CString: c"a";
        (u32, String): (1, "a".to_string()), &(1, "a".to_string());
    }
    // Bounds that are all that a generic function has.
    fn remove<K: Eq + std::hash::Hash + Clone>(writer: &mut WriteHandle<K, u32>, key: &K) {
        writer.remove(key).remove(key.clone());
    }
    let mut writer = WriteHandle::from([("a", 1)]);
    remove(&mut writer, &"a");
    assert!(writer.unpublished().is_empty());
}

#[test]
fn a_key_that_is_given_away_is_not_cloned() {
    let key = Arc::new(1);
    let (mut writer, _reader) = evmap_core::new::<Arc<u32>, u32>();
    writer.remove(Arc::clone(&key));
    assert_eq!(Arc::strong_count(&key), 2, "this one, and the log's");
}

#[test]
fn a_value_that_is_missing_is_made_once() {
    let (mut writer, reader) = evmap_core::new::<String, u32>();
    let mut made = 0;
    for _ in 0..3 {
        let value = writer.get_or_insert_with("a".to_string(), || {
            made += 1;
            7
        });
        assert_eq!(*value, 7);
    }
    assert_eq!((made, writer.pending().len()), (1, 1));
    assert!(reader.is_empty());
    // One that is published, and one that another operation will have inserted.
    writer.publish();
    writer.insert("b".to_string(), 8);
    assert_eq!(*writer.get_or_insert_with("a".to_string(), || 0), 7);
    assert_eq!(*writer.get_or_insert_with("b".to_string(), || 0), 8);
    assert_eq!(writer.pending().len(), 1);
    // And one that will have gone.
    writer.remove("a");
    assert_eq!(*writer.get_or_insert_with("a".to_string(), || 9), 9);
    writer.publish().publish();
    assert_eq!(reader.get_cloned("a"), Some(9));
}

#[test]
fn an_entry_is_removed_with_the_key_that_the_map_held() {
    let key: Arc<str> = Arc::from("a");
    let (mut writer, reader) = evmap_core::new::<Arc<str>, u32>();
    writer.insert(Arc::clone(&key), 1).publish();
    let (removed, value) = writer.remove_entry("a").unwrap();
    assert!(Arc::ptr_eq(&removed, &key));
    assert_eq!(value, 1);
    assert!(writer.remove_entry("a").is_none());
    assert_eq!(writer.pending().len(), 1);
    assert_eq!(reader.len(), 1);
    writer.publish().publish();
    assert!(reader.is_empty());
}

#[test]
fn drained_entries_are_gone_whether_they_are_taken_or_not() {
    let mut writer: WriteHandle<u32, u32> = (0..100).map(|n| (n, n)).collect();
    writer.insert(100, 100);
    let drained = writer.drain();
    assert_eq!(drained.len(), 101);
    drop(drained);
    assert!(writer.unpublished().is_empty());
    assert_eq!(writer.published().len(), 100);
    writer.insert(7, 7).publish();
    assert_eq!(writer.published(), HashMap::from([(7, 7)]));
    assert_eq!(writer.unpublished().len(), 1);
    assert_eq!(writer.drain().collect::<Vec<_>>(), [(7, 7)]);
}

#[test]
fn retain_mut_logs_what_changes_and_nothing_else() {
    let mut writer: WriteHandle<u32, Arc<u32>> = (0..100).map(|n| (n, Arc::new(n))).collect();
    let published = writer.published().clone();
    let mut calls = 0;
    writer.retain_mut(|key, value| {
        calls += 1;
        match key % 4 {
            0 => *value.to_mut() = Arc::new(key + 1_000),
            // Changed, and then thrown away.
            1 => *value.to_mut() = Arc::new(0),
            _ => {}
        }
        key % 4 != 1
    });
    assert_eq!(calls, 100);
    assert_eq!(writer.pending().len(), 50);
    assert!(writer.pending().all(|operation| match operation {
        Operation::Insert { key, value } => key % 4 == 0 && **value == key + 1_000,
        Operation::Remove { key } => key % 4 == 1,
        _ => false,
    }));
    assert_eq!(writer.published(), published);
    writer.publish();
    for _ in 0..2 {
        let view = writer.published();
        assert_eq!(view.len(), 75);
        for (key, value) in &view {
            let expected = if key % 4 == 0 { key + 1_000 } else { *key };
            assert_eq!(**value, expected);
            // What was only looked at was not cloned.
            assert!(key % 4 == 0 || Arc::ptr_eq(value, &published[key]));
        }
        drop(view);
        writer.publish();
    }
}

#[test]
fn a_map_starts_over_from_a_snapshot() {
    let (mut writer, reader) = evmap_core::with_meta::<String, u32, u64>(7);
    writer.insert("a".to_string(), 1).publish();
    writer.insert("b".to_string(), 2);
    drop(writer);

    let snapshot = reader.enter().clone();
    let mut writer = WriteHandle::from(snapshot.clone());
    assert_eq!(writer.version(), 1);
    assert_eq!(writer.published(), snapshot);
    assert_eq!(writer.update("a", |n| *n += 1), Some(()));
    writer.insert("c".to_string(), 3).publish();
    assert_eq!(
        writer.published().to_hash_map(),
        [("a".to_string(), 2), ("c".to_string(), 3)]
            .into_iter()
            .collect()
    );
    assert_eq!(*writer.published().meta(), 7);
    assert_eq!(reader.get_cloned("a"), Some(1));
}
