//! The map that any number of threads read and write: what is of its own beside `evmap-core`'s,
//! with which it shares all that has nothing to do with bags.

mod numbers;

use std::collections::HashMap;
use std::mem;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use evmap_core::testing::strange::{Call, Trap, set, trap, unset};
use evmap_core::testing::{deadline::within_deadline, panics, shared};
use evmap_multi::{Publishing, SharedMap, WriteHandle};

use numbers::Map;

evmap_core::shared_tests!(Map);

const THREADS: u32 = 4;
const WRITES: u32 = if cfg!(miri) { 5 } else { 500 };

/// A map whose writers do not wait for readers at all.
fn hasty(publishing: Publishing) -> SharedMap<u32, u32, u32> {
    shared::hasty::<Map>(publishing)
}

#[test]
fn a_write_is_visible_when_it_returns() {
    fn everything<T: Clone + Send + Sync + std::fmt::Debug>(_: &T) {}
    within_deadline(|| {
        let map = SharedMap::new();
        everything(&map);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let map = &map;
                scope.spawn(move || {
                    for write in 0..WRITES {
                        let value = thread * WRITES + write;
                        map.insert(write % 3, value);
                        assert!(map.contains_value(&(write % 3), &value));
                        map.update(10 + thread, value);
                        assert_eq!(*map.get(&(10 + thread)).unwrap(), [value]);
                        assert!(!map.remove_value(10 + thread, value + 1));
                    }
                    assert!(map.remove_entry(10 + thread));
                    assert!(!map.remove_entry(10 + thread));
                });
            }
        });
        assert_eq!(
            map.enter().values().flatten().count() as u32,
            THREADS * WRITES
        );
        map.clear(0);
        assert!(map.get(&0).unwrap().is_empty());
        map.retain_entries(|_, bag| !bag.is_empty());
        assert_eq!(map.len(), 2);
        map.purge();
        assert!(map.is_empty());
    });
}

#[test]
fn a_value_is_removed_once() {
    within_deadline(|| {
        let map: SharedMap<u32, u32> = (0..WRITES).map(|n| (n % 3, n)).collect();
        let removed: usize = thread::scope(|scope| {
            let remove = || {
                let values = (0..WRITES).filter(|n| map.remove_value(n % 3, n));
                values.count()
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(remove)).collect();
            threads.into_iter().map(|it| it.join().unwrap()).sum()
        });
        assert_eq!(removed as u32, WRITES);
        assert!(map.enter().values().all(evmap_multi::Bag::is_empty));
    });
}

#[test]
fn readers_see_all_of_a_batch_or_nothing() {
    within_deadline(|| {
        let map = SharedMap::new();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let view = map.enter();
                    let of = |key: u32| view.get(&key).map_or(0, |bag| bag.len());
                    assert!((0..10).all(|key| of(key) == of(0)));
                }
            });
            for write in 0..WRITES {
                match write % 3 {
                    0 => map.batch(|writer| {
                        for key in 0..10 {
                            writer.insert(key, write);
                        }
                    }),
                    1 => map.extend((0..10).map(|key| (key, write))),
                    _ => map.retain_entries(|_, _| false),
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        map.extend([(0, 1), (0, 2)]);
        map.retain(&0, |n| *n == 2);
        assert_eq!(*map.get_one(&0).unwrap(), 2);
    });
}

#[test]
fn policies_say_when_changes_become_visible() {
    within_deadline(|| {
        let map = hasty(Publishing::EveryN(NonZeroUsize::new(3).unwrap()));
        for key in 0..7 {
            assert_eq!(map.len() as u32, key / 3 * 3);
            map.insert(key, 0);
        }
        let map = hasty(Publishing::Manual);
        map.insert(1, 1);
        assert!(map.is_empty() && map.remove_value(1, 1));
        assert!(!map.remove_value(1, 1));
        map.publish();
        assert!(map.get(&1).unwrap().is_empty());
        shared::an_interval_passes_and_then_the_last_handle_publishes::<Map>();
    });
}

#[test]
fn what_changes_nothing_publishes_nothing() {
    let map = SharedMap::from([(1, 'a')]);
    assert!(!map.remove_value(1, 'b'));
    assert!(!map.remove_value(2, 'a'));
    assert!(!map.remove_entry(2));
    map.retain(&1, |_| true);
    assert_eq!(map.version(), 1);
}

#[test]
fn a_view_that_is_kept_for_ever_stops_no_writer() {
    within_deadline(|| {
        let map = hasty(Publishing::EachWrite);
        mem::forget(map.enter());
        let writer = {
            let map = map.clone();
            move || {
                for write in 0..20 {
                    map.insert(0, write);
                    assert!(map.remove_value(0, write));
                }
                map.stats().deferred
            }
        };
        assert_eq!(thread::spawn(writer).join().unwrap(), 1);
        assert!(map.enter()[&0].is_empty());
    });
}

#[test]
fn every_write_works_with_a_bag_in_hand_or_within_a_loop_over_it() {
    type Write = fn(&SharedMap<u32, u32, u32>);

    within_deadline(|| {
        let map = shared::patient::<Map>(Publishing::EachWrite);
        map.extend((0..5).map(|n| (1, n)));
        let value = map.get_one(&1).unwrap();
        let bag = map.get(&1).unwrap();
        let (one, all) = (*value, bag.clone());
        let writes: [Write; 9] = [
            |map| map.insert(1, 9),
            |map| assert!(map.remove_value(1, 9)),
            |map| map.update(1, 8),
            |map| map.retain(&1, |n| *n != 8),
            |map| map.batch(|writer| _ = writer.insert(1, 3).insert(2, 3)),
            |map| map.clear(1),
            |map| assert!(map.remove_entry(1)),
            |map| map.retain_entries(|key, _| *key != 2),
            |map| map.publish(),
        ];
        for write in writes {
            write(&map);
            assert_eq!((*value, &*bag), (one, &all));
            assert!(map.stats().deferred <= 1);
        }
        assert!(map.is_empty());
        for n in bag.iter() {
            map.insert(1, *n);
            assert!(map.contains_value(&1, n));
        }
        assert_eq!(*map.get(&1).unwrap(), all);
        map.purge();
        assert!(map.is_empty() && *bag == all);
    });
}

#[test]
fn a_panic_poisons_writes_and_no_reads() {
    let map = SharedMap::<Trap, Trap>::new();
    map.insert(trap(1), trap(10));
    // In a closure it poisons nothing.
    assert!(panics(|| map.retain(&trap(1), |_| panic!("asked to"))));
    assert!(panics(|| map.retain_entries(|_, _| panic!("asked to"))));
    assert!(panics(|| map.batch(|writer| {
        writer.insert(trap(2), trap(20));
        panic!("asked to");
    })));
    map.insert(trap(2), trap(21));
    assert_eq!(map.enter()[&trap(2)].len(), 2);
    // While a change is applied it does.
    set(Call::Clone, 0);
    assert!(panics(|| map.insert(trap(3), trap(30))));
    assert!(!unset() && map.is_poisoned());
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(panics(|| map.insert(trap(3), trap(30))));
            assert!(panics(|| map.remove_entry(trap(1))));
            assert!(map.checked_batch(|_| ()).is_err());
            assert_eq!(map.len(), 2);
        });
    });
    let again = SharedMap::from(map.enter().clone());
    again.insert(trap(3), trap(30));
    assert_eq!(again.len(), 3);
}

#[test]
fn a_map_is_made_of_what_a_writer_is_made_of() {
    let map = SharedMap::from(HashMap::from([(1, vec!['a', 'b'])]));
    assert_eq!(map.get(&1).unwrap().len(), 2);
    let mut writer = WriteHandle::<_, _, u32>::default();
    writer.insert(1, 'a').set_meta(5);
    let map = SharedMap::from(writer);
    map.publish();
    assert_eq!((map.get_one_cloned(&1), *map.meta()), (Some('a'), 5));
    map.set_meta(6);
    assert_eq!(*map.meta(), 6);
    assert_eq!(map.reader_timeout(), Duration::from_secs(1));
    assert_eq!(
        hasty(Publishing::Manual).reader_timeout(),
        Duration::from_millis(1)
    );
}

#[test]
fn a_map_says_what_it_is() {
    let map = SharedMap::<u32, u32>::default();
    assert!(!map.is_published() && map.is_empty());
    assert_eq!(map.publishing(), Publishing::EachWrite);
    map.insert(1, 2);
    assert!(map.is_published());
    assert_eq!(map.enter().as_ref().len(), 1);
    assert_eq!(
        format!("{map:?}"),
        "SharedMap { version: 1, len: 1, publishing: EachWrite, poisoned: false, .. }"
    );
    let hashed = SharedMap::with_hasher(std::hash::RandomState::new());
    hashed.insert("a", 1);
    assert!(hashed.contains_value("a", &1));
}

#[test]
fn a_writer_lists_its_readers() {
    let (writer, reader) = evmap_multi::new::<u32, u32>();
    let _view = reader.enter();
    let active = || writer.readers().into_iter().filter(|it| it.is_active);
    assert_eq!(active().count(), 1);
    assert_eq!(active().next().unwrap().version, Some(0));
}

#[cfg(feature = "async")]
#[test]
fn a_task_publishes() {
    let map = hasty(Publishing::Manual);
    map.insert(1, 1);
    futures::executor::block_on(map.publish_async()).unwrap();
    assert!(map.contains_key(&1));
}
