//! The handles and what they promise, beyond the examples in the documentation.

#[path = "../../evmap-core/tests/handles/both.rs"]
mod both;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use evmap_core::testing::deadline::within_deadline;
use evmap_multi as map;
use evmap_multi::{
    Bag, Equivalent, ReadGuard, ReadHandle, ReadHandleFactory, Snapshot, WriteHandle,
};

#[test]
fn handles_go_where_they_should() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn everything<T: Clone + std::fmt::Debug>() {}
    struct NoTraits;

    send::<WriteHandle<String, Vec<u8>>>();
    send::<ReadHandle<String, Vec<u8>>>();
    send::<ReadHandleFactory<String, Vec<u8>>>();
    sync::<ReadHandleFactory<String, Vec<u8>>>();
    send::<Snapshot<String, Vec<u8>>>();
    sync::<Snapshot<String, Vec<u8>>>();
    sync::<Bag<String>>();
    everything::<ReadHandle<NoTraits, NoTraits, NoTraits, NoTraits>>();
    everything::<ReadHandleFactory<NoTraits, NoTraits, NoTraits, NoTraits>>();
}

#[test]
fn handles_print_what_they_are() {
    let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    writer.insert(1, 1);
    assert_eq!(
        format!("{writer:?}"),
        "WriteHandle { version: 0, pending: 1, poisoned: false, .. }"
    );
    assert_eq!(format!("{reader:?}"), "ReadHandle { .. }");
    let factory = reader.factory().clone();
    assert_eq!(format!("{factory:?}"), "ReadHandleFactory { .. }");
    assert!(!reader.is_published());
    writer.publish();
    assert!(reader.is_published());
    assert_eq!((reader.version(), factory.handle().version()), (1, 1));
    assert_eq!(format!("{:?}", reader.enter()), "{1: {1}}");
    assert_eq!(format!("{:?}", reader.enter().clone()), "{1: {1}}");
}

#[test]
fn fences_can_be_chosen() {
    use evmap_multi::FencePolicy;

    let (mut writer, reader) = evmap_multi::new();
    let policies = [
        FencePolicy::WriteMostly,
        FencePolicy::ReadMostly,
        FencePolicy::Adaptive,
    ];
    for (n, policy) in (1..).zip(policies) {
        writer.set_fence_policy(policy).insert(1, n).publish();
        assert_eq!(reader.get(&1).unwrap().len(), n);
        assert_eq!(writer.stats().publishes, n as u64);
    }
}

#[test]
fn a_map_is_extended_by_references_and_made_of_other_maps() {
    let (mut writer, reader) = evmap_multi::new();
    writer.extend(&HashMap::from([(1, 'a')]));
    writer.extend(&HashMap::from([(1, 'b')]));
    writer.publish();
    assert_eq!(*reader.get(&1).unwrap(), ['a', 'b']);

    let plain: hashbrown::HashMap<u32, Vec<char>> = [(1, vec!['a', 'b'])].into_iter().collect();
    assert_eq!(WriteHandle::from(plain.clone()).published(), plain);
}

#[test]
fn a_bag_and_its_metadata_are_of_one_publish() {
    let (mut writer, reader) = evmap_multi::with_meta::<u64, u64, u64>(0);
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (reader, stop) = (reader.clone(), Arc::clone(&stop));
            thread::spawn(move || {
                let mut view = reader.enter();
                while !stop.load(Ordering::Relaxed) {
                    let generation = *view.meta();
                    assert_eq!(view.version(), generation);
                    let values = if generation == 0 {
                        0
                    } else {
                        generation % 70 + 1
                    };
                    assert_eq!(view.values().flatten().count() as u64, 3 * values);
                    assert!(view.values().flatten().all(|value| *value == generation));
                    view.refresh();
                }
            })
        })
        .collect();
    within_deadline(move || {
        for generation in 1..=300 {
            for key in 0..3 {
                writer.update(key, generation);
                writer.extend((0..generation % 70).map(|_| (key, generation)));
            }
            writer.set_meta(generation).publish();
        }
    });
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.join().unwrap();
    }
    assert_eq!(*reader.meta(), 300);
}

#[test]
fn views_of_one_handle_agree_and_refresh_alone() {
    let (mut writer, reader) = evmap_multi::new();
    writer.insert(1, 'a').publish();
    let mut view = reader.enter();
    let other = reader.clone();
    writer.insert(1, 'b').publish();

    let nested = reader.enter();
    assert_eq!((nested[&1].len(), reader.get(&1).unwrap().len()), (1, 1));
    assert_eq!(other.get(&1).unwrap().len(), 2);
    assert!(!view.refresh(), "a nested view is in the same state");
    drop(nested);
    assert!(view.refresh());
    assert_eq!(view[&1], ['a', 'b']);
    assert!(!view.refresh());
    assert_eq!(view.version(), 2);
}

#[test]
fn a_guarded_bag_stays_while_the_map_changes() {
    let (mut writer, reader) = evmap_multi::new::<&str, String>();
    writer.insert("a", "first".to_string()).publish();
    let bag = reader.get("a").unwrap();
    let one = reader.get_one("a").unwrap();
    writer.purge().publish();
    assert_eq!(*bag, ["first".to_string()]);
    assert_eq!((*one).as_str(), "first");
    assert_eq!(format!("{bag:?}"), "{\"first\"}");
    assert_eq!(ReadGuard::version(&bag), 1);
    assert!(
        !writer.try_publish(),
        "the bag is in the copy that comes next"
    );
    let length = ReadGuard::map(one, String::as_bytes).len();
    assert_eq!(length, 5);
    drop(bag);
    assert!(writer.try_publish());
    assert!(reader.get("a").is_none());
}

#[test]
fn a_writer_that_goes_leaves_the_last_publish() {
    let (mut writer, reader) = evmap_multi::new();
    writer.insert("a", 1).publish();
    let view = reader.enter();
    writer.insert("a", 2).insert("b", 3);
    writer.view();
    writer.insert("b", 4);
    drop(writer);
    assert_eq!(view["a"], [1]);
    drop(view);
    let late = reader.factory().handle();
    drop(reader);
    assert_eq!(late.enter(), HashMap::from([("a", vec![1])]));
    thread::spawn(move || assert_eq!(late.len(), 1))
        .join()
        .unwrap();
}

#[test]
fn the_writer_waits_for_an_old_view_and_no_longer() {
    let (mut writer, reader) = evmap_multi::new();
    writer.insert(1, 1).publish();
    let (entered, wait_entered) = mpsc::channel();
    let (leave, wait_leave) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let view = reader.enter();
        entered.send(()).unwrap();
        wait_leave.recv().unwrap();
        view[&1].len()
    });
    wait_entered.recv().unwrap();
    writer.insert(1, 2).publish();
    assert!(writer.try_view().is_none());
    assert!(writer.publish_timeout(Duration::from_millis(20)).is_err());
    writer.insert(1, 3);
    assert!(!writer.try_publish());
    let publisher = thread::spawn(move || {
        within_deadline(move || {
            // Any of the methods that look at the writer's own copy waits as well.
            writer.retain(&1, |_| true);
            writer.publish();
            writer
        })
    });
    leave.send(()).unwrap();
    assert_eq!(holder.join().unwrap(), 1);
    assert_eq!(publisher.join().unwrap().published()[&1], [1, 2, 3]);
}

#[test]
fn a_writer_that_looks_at_its_own_writes_need_not_wait_for_a_view() {
    let (mut writer, reader) = evmap_multi::new();
    let view = reader.enter();
    writer.insert(1, 'a').publish();
    writer.insert(1, 'b');
    assert!(writer.try_view().is_none());
    let own = writer.view_or_replace(Duration::ZERO).unwrap();
    assert_eq!(own[&1], ['a', 'b']);
    assert!(view.is_empty());
    assert_eq!(writer.stats().deferred, 1);
    drop(view);
    assert_eq!(*reader.get(&1).unwrap(), ['a']);
}

#[test]
fn look_ups_take_equivalent_types() {
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Pair(String, u32);
    #[derive(Hash)]
    struct Borrowed<'a>(&'a str, u32);
    impl Equivalent<Pair> for Borrowed<'_> {
        fn equivalent(&self, pair: &Pair) -> bool {
            self.0 == pair.0 && self.1 == pair.1
        }
    }

    let (mut writer, reader) = evmap_multi::new();
    for n in 0..100 {
        writer.insert(Pair("a".to_string(), 1), Pair("v".to_string(), n));
    }
    writer.publish();
    let (key, value) = (Borrowed("a", 1), Borrowed("v", 99));
    let view = reader.enter();
    assert_eq!((view[&key].len(), view[&key].count(&value)), (100, 1));
    assert!(view.contains_value(&key, &value) && view.get_one(&key).is_some());
    assert!(!view.contains_value(&key, &Borrowed("v", 100)));
    assert!(!view.contains_value(&Borrowed("b", 1), &value));
    drop(view);
    writer.retain(&key, |pair| pair.1 == 7).publish();
    assert_eq!(reader.get_one(&key).unwrap().1, 7);
}

#[test]
fn iteration_meets_each_key_bag_and_value_once() {
    let (mut writer, reader) = evmap_multi::new();
    writer.extend((0..300).map(|n| (n % 5, n)));
    writer.clear(5).publish();
    let view = reader.enter();
    assert_eq!(
        view.keys().copied().collect::<HashSet<_>>(),
        (0..6).collect()
    );
    assert_eq!(view.iter().map(|(_, bag)| bag.len()).sum::<usize>(), 300);
    let values: HashSet<i32> = view.values().flatten().copied().collect();
    assert_eq!(values, (0..300).collect());
    let mut pairs = 0;
    for (key, bag) in &view {
        pairs += bag.iter().filter(|value| *value % 5 == *key).count();
    }
    assert_eq!(pairs, 300);
    assert_eq!(
        view.get_many([&5, &9]).map(|bag| bag.map(Bag::len)),
        [Some(0), None]
    );
}
