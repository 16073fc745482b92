//! What the writer takes out of the map: by closures and at random.

use std::collections::{HashMap, HashSet};

use evmap_multi::{Builder, Operation};

#[test]
fn retain_carries_state_and_decides_for_both_copies() {
    for size in [1, 2, 32, 33, 400] {
        let (mut writer, reader) = evmap_multi::new();
        // Part of the bag is published, part is pending, and some of it twice.
        writer.extend((0..size).map(|n| (1, n)));
        writer.publish();
        writer.extend((0..size / 2).map(|n| (1, n)));
        let before = writer.unpublished()[&1].clone();
        let mut calls = Vec::new();
        writer.retain(&1, |value| {
            calls.push(*value);
            calls.len() % 3 == 0
        });
        assert_eq!(before, calls, "once per value");
        let kept: Vec<i32> = calls.iter().copied().skip(2).step_by(3).collect();
        assert_eq!(writer.unpublished()[&1], kept);
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
    writer.retain(&"a", |n| *n == 9);
    // Fewer stay than go.
    let (key, value) = (&"a", &9);
    let pending: Vec<_> = writer.pending().collect();
    assert_eq!(
        pending,
        [Operation::Clear { key }, Operation::Insert { key, value }]
    );
    writer.publish();
    writer.retain(&"a", |_| false);
    assert!(writer.pending().eq([Operation::Clear { key }]));
    writer.publish();
    assert!(reader.get("a").unwrap().is_empty());
}

#[test]
fn retain_keeps_what_it_was_shown_among_equal_values() {
    use std::hash::{Hash, Hasher};

    #[derive(Clone, Debug)]
    struct Route {
        id: u32,
        weight: u32,
    }
    impl PartialEq for Route {
        fn eq(&self, other: &Self) -> bool {
            self.id == other.id
        }
    }
    impl Eq for Route {}
    impl Hash for Route {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.id.hash(state);
        }
    }

    // As many as a bag can have before it hashes them, and fewer.
    for others in [0, 5, 30] {
        for weights in [[10, 0], [0, 10]] {
            let (mut writer, reader) = evmap_multi::new();
            for weight in weights {
                writer.insert("a", Route { id: 1, weight });
            }
            writer.extend((0..others).map(|n| {
                (
                    "a",
                    Route {
                        id: n + 2,
                        weight: 1,
                    },
                )
            }));
            writer.retain("a", |route| route.weight > 0);
            for _copy in 0..2 {
                writer.publish();
                let bag = reader.get("a").unwrap();
                assert_eq!(bag.len() as u32, others + 1);
                assert!(bag.iter().all(|route| route.weight > 0), "{bag:?}");
            }
        }
    }
}

#[test]
fn what_is_removed_can_be_had() {
    let (mut writer, reader) = evmap_multi::new::<String, u32>();
    writer.extend((0..40).map(|n| ("many".to_string(), n)));
    writer.insert("one".to_string(), 1).clear("none").publish();
    writer.insert("one".to_string(), 2);

    assert!(writer.remove_and_get("missing").is_none());
    assert_eq!(writer.pending().len(), 1);
    assert_eq!(writer.remove_and_get("one").unwrap(), [1, 2]);
    assert!(writer.remove_and_get("one").is_none());
    assert!(writer.remove_and_get("none").unwrap().is_empty());
    assert_eq!(*reader.get("one").unwrap(), [1]);

    writer.insert("two".to_string(), 2);
    let drained: HashMap<_, _> = writer.drain().collect();
    assert_eq!((drained.len(), drained["many"].len()), (2, 40));
    assert_eq!(drained["two"], [2]);
    writer.insert("three".to_string(), 3);
    for _copy in 0..2 {
        writer.publish();
        let view = reader.enter();
        assert_eq!(view.keys().collect::<Vec<_>>(), ["three"]);
    }
}

#[test]
fn a_key_can_be_anything_that_makes_one() {
    let (mut writer, reader) = evmap_multi::new::<Vec<u8>, String>();
    writer.insert(b"abc".to_vec(), "a".to_string());
    writer.reserve(b"abc", 10).clear(&b"def"[..]).publish();
    assert!(reader.get(&b"abc"[..]).unwrap().capacity() > 10);
    assert!(writer.try_reserve(b"abc", usize::MAX).is_err());
    writer.remove_value(b"abc", "a").fit(b"abc").clear(b"ghi");
    writer.remove_entry(b"def").publish();
    assert_eq!(
        (reader.len(), reader.enter().values().flatten().count()),
        (2, 0)
    );
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
    assert_eq!(writer.unpublished().len(), 85);
    assert!(
        evmap_multi::new::<u32, u32>()
            .0
            .empty_random(|_| unreachable!(), 3)
            .is_empty()
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
