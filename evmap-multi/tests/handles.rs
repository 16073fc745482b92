//! The handles and what they promise, beyond the examples in the documentation.

#[path = "../../evmap-core/tests/deadline/mod.rs"]
mod deadline;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use deadline::within_deadline;
use evmap_multi::{
    Bag, Builder, Equivalent, Operation, ReadHandle, ReadHandleFactory, Ref, Snapshot, View,
    WriteHandle,
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
    assert_eq!(Ref::version(&bag), 1);
    assert!(
        !writer.try_publish(),
        "the bag is in the copy that comes next"
    );
    let length = Ref::map(one, String::as_bytes).len();
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
fn retain_carries_state_and_decides_for_both_copies() {
    for size in [1, 2, 32, 33, 400] {
        let (mut writer, reader) = evmap_multi::new();
        // Part of the bag is published, part is pending, and some of it twice.
        writer.extend((0..size).map(|n| (1, n)));
        writer.publish();
        writer.extend((0..size / 2).map(|n| (1, n)));
        let before = writer.view()[&1].clone();
        let mut calls = Vec::new();
        writer.retain(&1, |value| {
            calls.push(*value);
            calls.len() % 3 == 0
        });
        assert_eq!(before, calls, "once per value");
        let kept: Vec<i32> = calls.iter().copied().skip(2).step_by(3).collect();
        assert_eq!(writer.view()[&1], kept);
        for _copy in 0..2 {
            writer.publish();
            assert_eq!(*reader.get(&1).unwrap(), kept);
        }
        assert_eq!(calls.len(), before.len(), "and not again");
    }
}

#[test]
fn retain_logs_what_goes_and_no_more() {
    let (mut writer, reader) = evmap_multi::new();
    writer.extend((0..100).map(|n| ("a", n)));
    writer.publish();
    assert!(
        !writer
            .retain(&"missing", |_| unreachable!())
            .has_pending_operations()
    );
    assert!(!writer.retain(&"a", |_| true).has_pending_operations());
    writer.retain(&"a", |n| *n != 7);
    let pending: Vec<_> = writer.pending().collect();
    assert_eq!(
        pending,
        [Operation::RemoveValue {
            key: &"a",
            value: &7
        }]
    );
    writer.publish();
    writer.retain(&"a", |_| false);
    assert!(writer.pending().eq([Operation::Clear { key: &"a" }]));
    writer.publish();
    assert!(reader.get("a").unwrap().is_empty());
}

#[test]
fn a_seeded_generator_evicts_the_same_keys_again() {
    use std::hash::BuildHasherDefault;
    type Fixed = BuildHasherDefault<std::hash::DefaultHasher>;
    let evict = |seed: u64, n: usize| {
        let (mut writer, reader) = evmap_multi::with_hasher::<u32, u32, _>(Fixed::default());
        writer.extend((0..1_000).map(|k| (k % 500, k)));
        let mut rng = fastrand::Rng::with_seed(seed);
        let evicted = writer.empty_random(|bound| rng.usize(..bound), n);
        assert!(reader.is_empty(), "it publishes nothing");
        writer.publish();
        for _copy in 0..2 {
            assert_eq!(reader.len(), 500 - evicted.len());
            assert!(evicted.iter().all(|(key, _)| !reader.contains_key(key)));
            writer.publish();
        }
        for (key, bag) in &evicted {
            assert_eq!(*bag, [*key, key + 500]);
        }
        evicted.into_iter().map(|(key, _)| key).collect::<Vec<_>>()
    };
    // Few of many, a large part, and more than there are.
    for n in [0, 1, 10, 120, 130, 400, 500, 10_000] {
        let keys = evict(1, n);
        assert_eq!(keys.len(), n.min(500));
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        assert_eq!(keys, evict(1, n));
        if (1..500).contains(&n) {
            assert_ne!(keys, evict(2, n));
        }
    }
}

#[test]
fn every_key_is_equally_likely_to_be_evicted() {
    if cfg!(miri) {
        return;
    }
    let (mut writer, _) = evmap_multi::new::<usize, ()>();
    writer.extend((0..64).map(|key| (key, ())));
    writer.publish();
    let mut rng = fastrand::Rng::with_seed(11);
    // By darts, and by the shuffle.
    for n in [4, 32] {
        let mut hits = [0_u32; 64];
        for _ in 0..4_000 {
            let evicted = writer.empty_random(|bound| rng.usize(..bound), n);
            for (key, _) in evicted {
                hits[key] += 1;
                writer.insert(key, ());
            }
        }
        let expected = 4_000 * n as u32 / 64;
        // Six standard deviations and more.
        let spread = 6 * u32::isqrt(expected) + 20;
        assert!(
            hits.iter().all(|hits| hits.abs_diff(expected) < spread),
            "{hits:?}, {expected} expected"
        );
    }
}

#[test]
fn eviction_from_a_nearly_empty_table_and_by_poor_generators() {
    let (mut writer, reader) = Builder::new().capacity(100_000).build();
    writer.extend((0..8).map(|n| (n, n)));
    assert_eq!(writer.empty_random(|bound| bound - 1, 2).len(), 2);
    writer.publish();
    assert_eq!(reader.len(), 6);
    let (mut writer, _) = evmap_multi::new();
    writer.extend((0..100).map(|n| (n, n)));
    assert_eq!(writer.empty_random(|_| 0, 10).len(), 10);
    assert_eq!(writer.empty_random(|_| 0, 5).len(), 5);
    assert_eq!(writer.view().len(), 85);
    assert!(
        evmap_multi::new::<u32, u32>()
            .0
            .empty_random(|_| unreachable!(), 3)
            .is_empty()
    );
}

#[test]
fn maps_convert_both_ways() {
    let plain = HashMap::from([("a", vec![1, 2, 2]), ("b", vec![])]);
    let mut writer = WriteHandle::from(plain.clone());
    assert_eq!(writer.version(), 1);
    let view: View<'_, _, _, _, _> = writer.published();
    assert_eq!(view, plain);
    assert_eq!(view.to_hash_map().len(), 2);
    assert_eq!(HashMap::<_, Vec<_>>::from(&*view)["a"].len(), 3);
    assert_ne!(view, HashMap::from([("a", vec![1, 2, 2])]));
    assert_ne!(view, HashMap::from([("a", vec![1, 1, 2]), ("b", vec![])]));
    drop(view);
    let other: WriteHandle<_, _> = [("a", 2), ("a", 1), ("a", 2)].into_iter().collect();
    assert_ne!(writer.published(), other.published());
    writer.remove_entry("b").publish();
    assert_eq!(writer.published(), other.published());
    assert_eq!(*writer.view(), other.published());
    assert_eq!(writer.view().clone(), *other.published());
    assert_eq!(WriteHandle::from([("x", 1)]).published()["x"], [1]);
}

#[test]
fn a_map_that_is_built_at_once_has_what_one_by_one_would() {
    let pairs = (0..5_000_u32).map(|n| (n % 7, n % 300));
    let (built, _) = Builder::new()
        .capacity(3)
        .meta('m')
        .build_from(pairs.clone());
    let (mut logged, reader) = evmap_multi::with_meta('m');
    logged.extend(pairs);
    logged.publish();
    assert_eq!(built.published(), reader.enter());
    // And goes on in the same way, in both copies.
    let mut built = built;
    for _copy in 0..2 {
        for writer in [&mut built, &mut logged] {
            writer.insert(3, 3).remove_value(4, 4).fit(3).publish();
        }
        assert_eq!(built.published(), reader.enter());
    }
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

#[test]
fn keys_are_retained_with_their_bags_and_by_a_closure_that_runs_once() {
    let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    writer.extend((0..100).map(|n| (n % 10, n)));
    writer.publish();
    writer.insert(3, 1_000);
    let mut calls = 0;
    writer.retain_entries(|key, bag| {
        calls += 1;
        assert_eq!(bag.len(), if *key == 3 { 11 } else { 10 });
        key % 2 == 1
    });
    assert_eq!(calls, 10);
    assert_eq!(writer.pending().len(), 1 + 5);
    assert_eq!(reader.len(), 10);
    for _ in 0..2 {
        writer.publish();
        assert_eq!(reader.len(), 5);
        assert!(reader.contains_value(&3, &1_000) && !reader.contains_key(&2));
    }
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        writer.retain_entries(|_, _| panic!("on purpose"));
    }));
    assert!(result.is_err());
    assert!(writer.pending().len() == 0 && !writer.is_poisoned());
}

#[test]
fn a_snapshot_gives_its_bags_away_and_makes_a_map() {
    let (mut writer, reader) = evmap_multi::with_meta::<u32, Arc<u32>, u64>(7);
    let value = Arc::new(1);
    for key in 0..100 {
        writer.insert(key % 3, Arc::clone(&value));
        writer.insert(3, Arc::new(key));
    }
    writer.publish();
    drop(writer);

    let snapshot = reader.enter().clone();
    let restarted = WriteHandle::from(snapshot.clone());
    assert_eq!(restarted.published(), snapshot);
    assert_eq!((*restarted.published().meta(), restarted.version()), (7, 1));
    drop((restarted, reader));

    let plain = HashMap::<_, _>::from(snapshot.clone());
    assert_eq!(snapshot, plain);
    let all: Vec<Arc<u32>> = snapshot.into_iter().flat_map(|(_, bag)| bag).collect();
    assert_eq!(all.len(), 200);
    assert_eq!(all.iter().filter(|n| ***n == 1).count(), 101);
}
