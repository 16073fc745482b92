//! The handles and what they promise, beyond the examples in the documentation.

mod deadline;

use std::collections::{HashMap, HashSet};
use std::iter::FusedIterator;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use evmap_core::{
    Builder, Equivalent, Iter, Keys, ReadHandle, ReadHandleFactory, Ref, Snapshot, Values, View,
    WriteHandle,
};

use deadline::within_deadline;

#[test]
fn handles_go_where_they_should() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn everything<T: Clone + std::fmt::Debug>() {}
    fn debug<T: std::fmt::Debug>() {}
    struct NoTraits;

    send::<WriteHandle<String, Vec<u8>>>();
    send::<ReadHandle<String, Vec<u8>>>();
    send::<ReadHandleFactory<String, Vec<u8>>>();
    sync::<ReadHandleFactory<String, Vec<u8>>>();
    send::<Snapshot<String, Vec<u8>>>();
    sync::<Snapshot<String, Vec<u8>>>();
    // A value with interior mutability that is `Send` alone makes a map, only the readers stay on
    // their thread.
    let (mut writer, reader) = evmap_core::new::<u32, std::cell::Cell<u32>>();
    writer.insert(1, std::cell::Cell::new(1)).publish();
    reader.get(&1).unwrap().set(2);
    // Handles are `Clone` and `Debug` whatever the keys and values are.
    everything::<ReadHandle<NoTraits, NoTraits, NoTraits, NoTraits>>();
    everything::<ReadHandleFactory<NoTraits, NoTraits, NoTraits, NoTraits>>();
    debug::<WriteHandle<u32, std::cell::Cell<u32>>>();
}

#[test]
fn iterators_have_the_traits_of_hash_map_iterators() {
    fn all<I: ExactSizeIterator + FusedIterator + Clone + std::fmt::Debug + Default>() {}
    all::<Iter<'_, u32, u32>>();
    all::<Keys<'_, u32, u32>>();
    all::<Values<'_, u32, u32>>();

    let writer = WriteHandle::from([(1, 'a')]);
    let view = writer.published();
    assert_eq!(format!("{:?}", view.iter()), "[(1, 'a')]");
    assert_eq!(format!("{:?}", view.keys()), "[1]");
    assert_eq!(format!("{:?}", view.values()), "['a']");
    assert_eq!(format!("{view:?}"), "{1: 'a'}");
    assert_eq!((&view).into_iter().len(), 1);
    for (key, value) in &*view {
        assert_eq!((*key, *value), (1, 'a'));
    }
    let mut iter = view.iter();
    iter.next();
    assert_eq!((iter.len(), iter.next(), iter.next()), (0, None, None));
}

#[test]
fn a_reader_tells_nothing_published_yet_from_empty() {
    let (mut writer, reader) = evmap_core::new::<u32, u32>();
    assert!(reader.is_empty() && !reader.is_published() && !reader.enter().is_published());
    writer.publish();
    assert!(reader.is_empty() && reader.is_published() && reader.enter().is_published());
}

#[test]
fn metadata_goes_with_its_entries() {
    let (mut writer, reader) = evmap_core::with_meta::<u64, u64, u64>(0);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (reader, stop) = (reader.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let view = reader.enter();
                    let generation = *view.meta();
                    assert_eq!(view.version(), generation);
                    assert_eq!(view.get(&0).copied().unwrap_or(0), generation);
                    assert_eq!(
                        view.values().filter(|value| **value != generation).count(),
                        0
                    );
                }
            })
        })
        .collect();
    within_deadline(move || {
        for generation in 1..=1_000 {
            for key in 0..20 {
                writer.insert(key, generation);
            }
            writer.set_meta(generation).publish();
        }
    });
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(*reader.meta(), 1_000);
}

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
    assert_eq!(writer.view()[&1], 1_000);
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
    for attempt in 0..3 {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match attempt {
            0 => writer.update(&1, |value| {
                *value = 7;
                panic!("on purpose")
            }),
            1 => writer.update_or_insert(2, || panic!("on purpose"), |_| None),
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
fn views_of_one_handle_agree_and_refresh_alone() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new();
        writer.insert(1, 'a').publish();
        let mut view = reader.enter();
        let other = reader.clone();
        writer.insert(1, 'b').publish();

        let nested = reader.enter();
        assert_eq!((nested[&1], reader.get_cloned(&1)), ('a', Some('a')));
        assert_eq!(other.get_cloned(&1), Some('b'));
        assert!(!view.refresh(), "a nested view is in the same state");
        drop(nested);
        assert!(view.refresh());
        assert_eq!(view[&1], 'b');
        assert!(!view.refresh());
        assert_eq!(view.version(), 2);
    });
}

#[test]
fn a_guarded_value_stays_while_the_map_changes() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::new::<&str, String>();
        writer.insert("a", "first".to_string()).publish();
        let value = reader.get("a").unwrap();
        writer.clear().publish();
        assert_eq!(*value, "first");
        assert_eq!(value.to_string(), "first");
        assert_eq!(format!("{value:?}"), "\"first\"");
        assert_eq!(Ref::version(&value), 1);
        assert!(
            !writer.try_publish(),
            "the value is in the copy that comes next"
        );
        drop(value);
        assert!(writer.try_publish());
        assert!(reader.get("a").is_none());
    });
}

#[test]
fn the_writer_waits_for_an_old_view_and_no_longer() {
    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, 1).publish();
    let (entered, wait_entered) = mpsc::channel();
    let (leave, wait_leave) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let view = reader.enter();
        entered.send(()).unwrap();
        wait_leave.recv().unwrap();
        view[&1]
    });
    wait_entered.recv().unwrap();
    writer.insert(1, 2).publish();
    assert!(writer.try_view().is_none());
    assert!(writer.publish_timeout(Duration::from_millis(20)).is_err());
    writer.insert(1, 3);
    assert!(!writer.try_publish());
    let publisher = thread::spawn(move || {
        within_deadline(move || {
            writer.publish();
            writer
        })
    });
    leave.send(()).unwrap();
    assert_eq!(holder.join().unwrap(), 1);
    let writer = publisher.join().unwrap();
    assert_eq!(writer.published()[&1], 3);
}

#[test]
fn look_ups_take_equivalent_types() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Pair(String, u32);
    #[derive(Hash)]
    struct Borrowed<'a>(&'a str, u32);
    impl Equivalent<Pair> for Borrowed<'_> {
        fn equivalent(&self, key: &Pair) -> bool {
            self.0 == key.0 && self.1 == key.1
        }
    }

    let (mut writer, reader) = evmap_core::new();
    writer.insert(Pair("a".to_string(), 1), 'x').publish();
    let key = Borrowed("a", 1);
    let view = reader.enter();
    assert_eq!(view.get(&key), Some(&'x'));
    assert_eq!(view[&key], 'x');
    assert_eq!(view.get_many([&key, &Borrowed("b", 1)]), [Some(&'x'), None]);
    assert!(view.contains_key(&key) && view.get_key_value(&key).is_some());
    drop(view);
    assert_eq!(reader.get_cloned(&key), Some('x'));
    assert_eq!(writer.update(&key, |value| *value = 'y'), Some(()));
    assert_eq!(writer.remove_and_get(&key), Some('y'));
}

#[test]
fn get_many_answers_in_order() {
    let writer: WriteHandle<u32, u32> = (0..100).map(|n| (n, n * 2)).collect();
    let view = writer.published();
    let keys: [u32; 64] = std::array::from_fn(|n| (n as u32 * 7) % 120);
    let values = view.get_many(keys.each_ref());
    for (key, value) in keys.iter().zip(values) {
        assert_eq!(value.copied(), (*key < 100).then_some(key * 2));
    }
    assert_eq!(view.get_many::<u32, 0>([]), []);
    drop(view);
    assert_eq!(
        writer.reader().get_many_cloned([&1, &1, &200]),
        [Some(2), Some(2), None]
    );
    let (_, empty) = evmap_core::new::<u32, u32>();
    assert_eq!(empty.enter().get_many([&1]), [None]);
}

#[test]
fn maps_convert_both_ways() {
    let plain = HashMap::from([("a", 1), ("b", 2)]);
    let writer = WriteHandle::from(plain.clone());
    let reader = writer.reader();
    let view = reader.enter();
    assert!(view.is_published());
    assert_eq!(view, plain);
    assert_eq!(*view, plain);
    assert_eq!(HashMap::<_, _>::from(&*view), plain);
    assert_eq!(HashMap::<_, _>::from(&*view), plain);
    assert_eq!(hashbrown::HashMap::<_, _>::from(&*view).len(), 2);

    let other = WriteHandle::from(view.to_hash_map());
    assert_eq!(view, other.published());
    assert_ne!(view, HashMap::from([("a", 1), ("b", 3)]));
    assert_ne!(view, HashMap::from([("a", 1), ("c", 2)]));
    assert_ne!(view, HashMap::from([("a", 1)]));
    assert_ne!(view, HashMap::from([("a", 1), ("b", 2), ("c", 3)]));
    let larger = WriteHandle::from([("a", 1), ("b", 2), ("c", 3)]);
    assert_ne!(
        WriteHandle::from([("a", 1), ("b", 2)]).published(),
        larger.published()
    );

    let kept: Snapshot<_, _, _, _> = view.clone();
    drop((view, writer));
    assert_eq!(kept, plain);
    assert_eq!(
        reader.enter().keys().copied().collect::<HashSet<_>>(),
        HashSet::from(["a", "b"])
    );
}

#[test]
fn snapshots_with_other_metadata_differ() {
    let with = |meta| Builder::new().meta(meta).build_from([(1, 1)]).1;
    assert_eq!(with("x").enter(), with("x").enter());
    assert_ne!(with("x").enter(), with("y").enter());
}

#[test]
fn a_view_is_a_snapshot_to_functions() {
    fn count<K, V, M, S>(snapshot: &Snapshot<K, V, M, S>) -> usize {
        snapshot.len()
    }
    fn keep<'r>(reader: &'r ReadHandle<u32, u32>) -> View<'r, u32, u32> {
        reader.enter()
    }
    let (mut writer, reader) = evmap_core::new();
    writer.insert(1, 1);
    assert_eq!(count(writer.view()), 1);
    writer.publish();
    assert_eq!(count(&keep(&reader)), 1);
    assert_eq!(count(reader.enter().as_ref()), 1);
}

#[test]
#[should_panic(expected = "no entry found for key")]
fn an_index_without_entry_panics() {
    let (_writer, reader) = evmap_core::new::<u32, u32>();
    let _ = reader.enter()[&1];
}

#[test]
fn a_payload_in_an_arc_stands_once() {
    let (mut writer, reader) = evmap_core::new();
    let payload: Arc<str> = Arc::from("large");
    writer.insert(1, Arc::clone(&payload)).publish();
    writer.view();
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
        writer.view();
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
            writer.view();
        } else {
            assert!(writer.try_view().is_some());
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
    assert!(writer.view().is_empty());
}

#[test]
fn a_key_that_is_given_away_is_not_cloned() {
    let key = Arc::new(1);
    let (mut writer, _reader) = evmap_core::new::<Arc<u32>, u32>();
    writer.remove(Arc::clone(&key));
    assert_eq!(Arc::strong_count(&key), 2, "this one, and the log's");
}

#[test]
fn all_reads_of_a_handle_see_what_its_oldest_guard_sees() {
    within_deadline(|| {
        let (mut writer, reader) = evmap_core::with_meta::<u32, u32, _>('a');
        let view = reader.enter();
        assert!(view.is_newest());
        writer.insert(1, 1).set_meta('b').publish();
        assert!(!view.is_newest());
        assert!(reader.is_empty() && !reader.is_published());
        assert_eq!((reader.len(), reader.version()), (0, 0));
        assert_eq!(*reader.meta(), 'a');
        assert!(reader.get(&1).is_none() && !reader.contains_key(&1));
        assert_eq!(reader.get_many_cloned([&1]), [None]);
        drop(view);

        let value = reader.get(&1).unwrap();
        writer.remove(1).publish();
        assert_eq!((reader.len(), reader.version()), (1, 1));
        drop(value);
        assert_eq!((reader.len(), reader.version()), (0, 2));
    });
}

#[test]
fn references_compare_by_value() {
    let (mut writer, reader) = evmap_core::new();
    writer.extend([(1, "x"), (2, "x"), (3, "y")]);
    writer.publish();
    assert_eq!(reader.get(&1), reader.get(&2));
    assert_ne!(reader.get(&1), reader.get(&3));
    assert_eq!(reader.get(&4), None);
}

#[test]
fn a_default_writer_is_empty_and_has_readers() {
    let mut writer = WriteHandle::<u32, char, String>::default();
    let reader = writer.reader();
    assert!(!reader.is_published() && reader.meta().is_empty());
    writer.insert(1, 'a').publish();
    assert_eq!(reader.get_cloned(&1), Some('a'));
}

#[test]
fn a_snapshot_gives_its_entries_away() {
    let value = Arc::new(());
    let writer = WriteHandle::from([(1, Arc::clone(&value)), (2, Arc::clone(&value))]);
    let mut entries = writer.published().clone().into_iter();
    drop(writer);
    assert_eq!(Arc::strong_count(&value), 3);
    assert_eq!(entries.len(), 2);
    assert!(entries.next().is_some());
    assert_eq!(Arc::strong_count(&value), 2);
    assert_eq!(entries.size_hint(), (1, Some(1)));
    assert_eq!(entries.count(), 1);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_map_takes_all_entries_of_what_it_is_made_of() {
    let plain: HashMap<u32, u32> = (0..1_000).map(|n| (n, n * 3)).collect();
    assert_eq!(WriteHandle::from(plain.clone()).published(), plain);
    let swiss: hashbrown::HashMap<u32, u32> = plain.iter().map(|(k, v)| (*k, *v)).collect();
    assert_eq!(WriteHandle::from(swiss.clone()).published(), swiss);
    let collected: WriteHandle<u32, u32> = plain.clone().into_iter().collect();
    assert_eq!(collected.published(), plain);
    assert_eq!(HashMap::<_, _>::from(&*collected.published()), plain);
    assert_eq!(
        hashbrown::HashMap::<_, _>::from(&*collected.published()),
        swiss
    );
    assert_eq!(
        collected.published().to_hash_map(),
        swiss.into_iter().collect()
    );
    let built = Builder::new().build_from(plain.clone()).1;
    assert_eq!(built.enter(), plain);
}

#[test]
fn build_from_makes_room_for_what_the_iterator_announces() {
    struct Announces(usize);
    impl Iterator for Announces {
        type Item = (u32, u32);
        fn next(&mut self) -> Option<Self::Item> {
            None
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.0, None)
        }
    }
    let capacity = |builder: Builder, announced| {
        let (_, reader) = builder.build_from(Announces(announced));
        reader.enter().capacity()
    };
    assert_eq!(capacity(Builder::new(), 0), 0);
    assert!(capacity(Builder::new(), 1_000) >= 1_000);
    // The larger of the two counts.
    assert!(capacity(Builder::new().capacity(500), 10) >= 500);
    assert!((1_000..2_000).contains(&capacity(Builder::new().capacity(500), 1_000)));
}

#[test]
fn fences_can_be_chosen() {
    use evmap_core::{FencePolicy, fence_strategy};

    assert_eq!(fence_strategy(), fence_strategy());
    let (mut writer, reader) = evmap_core::new();
    for (n, policy) in [
        FencePolicy::WriteMostly,
        FencePolicy::ReadMostly,
        FencePolicy::Adaptive,
    ]
    .into_iter()
    .enumerate()
    {
        writer.set_fence_policy(policy).insert(1, n).publish();
        assert_eq!(reader.get_cloned(&1), Some(n));
    }
}
