//! The handles and what they promise, beyond the examples in the documentation.

#[path = "handles/both.rs"]
mod both;

use std::iter::FusedIterator;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use evmap_core as map;
use evmap_core::testing::deadline::within_deadline;
use evmap_core::{
    Equivalent, Iter, Keys, ReadGuard, ReadHandle, ReadHandleFactory, Snapshot, Values, WriteHandle,
};

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
fn handles_print_what_they_are() {
    let (mut writer, reader) = evmap_core::new::<u32, u32>();
    writer.insert(1, 1);
    assert_eq!(
        format!("{writer:?}"),
        "WriteHandle { version: 0, pending: 1, poisoned: false, .. }"
    );
    assert_eq!(format!("{reader:?}"), "ReadHandle { .. }");
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    writer.publish();
    assert_eq!(writer.readers().len(), writer.stats().readers);
    assert!(reader.enter().allocation_size() > 0);
    assert_eq!(format!("{:?}", factory.handle().enter()), "{1: 1}");
    assert_eq!(format!("{:?}", reader.enter().table()), "{1: 1}");
}

#[test]
fn iterators_have_the_traits_of_hash_map_iterators() {
    fn all<I: ExactSizeIterator + FusedIterator + Clone + std::fmt::Debug + Default>() {}
    all::<Iter<'_, u32, u32>>();
    all::<Keys<'_, u32, u32>>();
    all::<Values<'_, u32, u32>>();
    assert_eq!(Iter::<u32, u32>::default().next(), None);
    assert_eq!(Keys::<u32, u32>::default().next(), None);
    assert_eq!(Values::<u32, u32>::default().next(), None);

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
    let owned = view.clone().into_iter();
    assert_eq!(format!("{owned:?}"), "IntoIter { .. }");
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
        assert_eq!(ReadGuard::version(&value), 1);
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
fn a_writer_that_looks_at_its_own_writes_need_not_wait_for_a_view() {
    let (mut writer, reader) = evmap_core::new();
    let view = reader.enter();
    writer.insert(1, 'a').publish();
    writer.insert(2, 'b');
    assert!(writer.try_view().is_none());
    let own = writer.view_or_replace(Duration::ZERO).unwrap();
    assert_eq!((own.get(&1), own.get(&2)), (Some(&'a'), Some(&'b')));
    assert!(view.is_empty());
    assert_eq!(writer.stats().deferred, 1);
    drop(view);
    assert!(reader.contains_key(&1) && !reader.contains_key(&2));
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
    assert_eq!(empty.enter().get_key_value(&1), None);
    assert_eq!(writer.published().get_key_value(&1), Some((&1, &2)));
    assert_eq!(writer.published().get_key_value(&200), None);
}

#[test]
#[should_panic(expected = "no entry found for key")]
fn an_index_without_entry_panics() {
    let (_writer, reader) = evmap_core::new::<u32, u32>();
    let _ = reader.enter()[&1];
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
