//! The map that any number of threads read and write, beyond the examples in the documentation.

mod numbers;

use std::collections::HashSet;
use std::mem;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use evmap_core::testing::strange::{Call, Trap, set, trap, unset};
use evmap_core::testing::{deadline::within_deadline, panics, shared};
use evmap_core::{DefaultHashBuilder, Publishing, SharedMap, WriteHandle};

use numbers::Map;

evmap_core::shared_tests!(Map);

const THREADS: u32 = 4;
const WRITES: u32 = if cfg!(miri) { 5 } else { 500 };

fn every(count: usize) -> Publishing {
    Publishing::EveryN(NonZeroUsize::new(count).unwrap())
}

/// A map whose writers do not wait for readers at all.
fn hasty(publishing: Publishing) -> SharedMap<u32, u32, u32> {
    shared::hasty::<Map>(publishing)
}

#[test]
fn the_handle_goes_where_it_should() {
    fn everything<T: Clone + Send + Sync + std::fmt::Debug>() {}
    everything::<SharedMap<String, Vec<u8>, u32>>();
    static IN_A_STATIC: std::sync::LazyLock<SharedMap<u32, u32>> =
        std::sync::LazyLock::new(SharedMap::new);
    thread::spawn(|| IN_A_STATIC.insert(1, 1)).join().unwrap();
    assert_eq!(IN_A_STATIC.get_cloned(&1), Some(1));
    let shown = format!("{:?}", *IN_A_STATIC);
    assert!(
        shown.starts_with("SharedMap") && shown.contains("len: 1"),
        "{shown}"
    );
}

#[test]
fn a_write_is_visible_when_it_returns_and_returns_what_was_there() {
    within_deadline(|| {
        let map = SharedMap::new();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let map = &map;
                scope.spawn(move || {
                    for write in 0..WRITES {
                        let old = write.checked_sub(1);
                        assert_eq!(map.insert(thread, write), old);
                        assert_eq!(map.get_cloned(&thread), Some(write));
                    }
                    assert_eq!(map.remove(thread), Some(WRITES - 1));
                    assert!(!map.contains_key(&thread));
                    assert_eq!(map.remove(thread), None);
                });
            }
        });
        assert!(map.is_empty());
    });
}

#[test]
fn every_value_that_is_put_in_comes_out_once() {
    // All threads write the same few keys: each value that was inserted is returned by exactly one
    // later write, or is there at the end.
    within_deadline(|| {
        let map = SharedMap::new();
        let mut out: Vec<u32> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let map = map.clone();
                    scope.spawn(move || {
                        let mut out = Vec::new();
                        for write in 0..WRITES {
                            let key = write % 3;
                            out.extend(map.insert(key, thread * WRITES + write));
                            if write % 7 == 0 {
                                out.extend(map.remove(key));
                            }
                        }
                        out
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|it| it.join().unwrap())
                .collect()
        });
        out.extend(map.enter().values());
        assert_eq!(out.len() as u32, THREADS * WRITES);
        let distinct: HashSet<u32> = out.into_iter().collect();
        assert_eq!(distinct.len() as u32, THREADS * WRITES);
    });
}

#[test]
fn no_update_is_lost() {
    within_deadline(|| {
        for publishing in [Publishing::EachWrite, every(10), Publishing::Manual] {
            let map = hasty(publishing);
            let inserted: u32 = thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut inserted = 0;
                            for write in 0..WRITES {
                                map.update_or_insert(0, || 0, |n| *n += 1);
                                map.get_or_insert_with(1 + write, || {
                                    inserted += 1;
                                    0
                                });
                                map.update(&1, |n| *n += 1);
                            }
                            inserted
                        })
                    })
                    .collect();
                threads.into_iter().map(|it| it.join().unwrap()).sum()
            });
            map.publish();
            assert_eq!(map.get_cloned(&0), Some(THREADS * WRITES));
            assert_eq!(map.get_cloned(&1), Some(THREADS * WRITES));
            // Of the threads that race for a key one inserts.
            assert_eq!(inserted, WRITES);
        }
    });
}

#[test]
fn readers_see_all_of_a_batch_or_nothing() {
    within_deadline(|| {
        let map = SharedMap::new();
        let stop = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        let view = map.enter();
                        let first = view.get(&0);
                        assert!((0..10).all(|key| view.get(&key) == first));
                    }
                });
            }
            let writers: Vec<_> = (0..2)
                .map(|writer| {
                    let map = &map;
                    scope.spawn(move || {
                        for write in 0..WRITES {
                            match write % 3 {
                                0 => map.batch(|all| {
                                    for key in 0..10 {
                                        all.insert(key, (writer, write));
                                    }
                                }),
                                1 => map.extend((0..10).map(|key| (key, (writer, write)))),
                                _ => map.retain(|_, _| false),
                            }
                        }
                    })
                })
                .collect();
            for writer in writers {
                writer.join().unwrap();
            }
            stop.store(true, Ordering::Relaxed);
        });
    });
}

#[test]
fn a_batch_reads_its_own_writes_and_those_that_are_pending() {
    let map = hasty(Publishing::Manual);
    map.insert(1, 1);
    let seen = map.batch(|writer| {
        writer.insert(2, 2);
        assert_eq!(map.len(), 0);
        writer.unpublished().len()
    });
    assert_eq!((seen, map.len()), (2, 0));
    assert_eq!(map.insert(2, 3), Some(2));
    map.batch(|writer| {
        writer.publish();
        assert_eq!(map.len(), 2);
    });
}

#[test]
fn policies_say_when_changes_become_visible() {
    within_deadline(|| {
        let map = hasty(every(3));
        for key in 0..7 {
            assert_eq!(map.len() as u32, key / 3 * 3);
            assert_eq!(map.insert(key, 0), None);
        }
        // A batch counts as its changes.
        map.batch(|writer| {
            writer.insert(7, 0).insert(8, 0);
        });
        assert_eq!(map.len(), 9);

        let map = hasty(Publishing::Manual);
        map.insert(1, 1);
        assert!(map.is_empty() && !map.is_published());
        map.publish();
        assert_eq!((map.len(), map.version()), (1, 1));
        map.publish();
        assert_eq!(map.version(), 1);
        shared::an_interval_passes_and_then_the_last_handle_publishes::<Map>();
    });
}

#[test]
fn a_write_that_changes_nothing_publishes_nothing() {
    let map = SharedMap::from([(1, 'a')]);
    assert_eq!(map.remove(2), None);
    assert_eq!(map.update(&2, |_| ()), None);
    assert_eq!(map.get_or_insert_with(1, || 'b'), 'a');
    map.retain(|_, _| true);
    map.extend([]);
    assert_eq!(map.version(), 1);
}

#[test]
fn the_last_handle_publishes_and_readers_keep_it() {
    for publishing in [
        Publishing::EachWrite,
        every(100),
        Publishing::Interval(Duration::from_secs(600)),
        Publishing::Manual,
    ] {
        let map = hasty(publishing);
        let reader = map.reader();
        map.insert(1, 1);
        map.clone().insert(2, 2);
        drop(map);
        assert_eq!(reader.len(), 2, "{publishing:?}");
        assert_eq!(thread::spawn(move || reader.len()).join().unwrap(), 2);
    }
}

#[test]
fn a_view_that_is_kept_for_ever_stops_no_writer() {
    within_deadline(|| {
        for publishing in [Publishing::EachWrite, every(2), Publishing::Manual] {
            let map = hasty(publishing);
            let reader = map.reader();
            let view = reader.enter();
            let writes = || {
                for write in 0..20 {
                    assert_eq!(map.insert(0, write), write.checked_sub(1));
                    map.update(&0, |_| ());
                    map.batch(|writer| writer.unpublished().len());
                    map.publish();
                }
            };
            thread::scope(|scope| scope.spawn(writes).join().unwrap());
            assert!(view.is_empty());
            assert_eq!(map.stats().deferred, 1);
            drop(view);
            map.insert(0, 0);
            map.publish();
            assert_eq!(map.stats().deferred, 0);
            // The leaked one of a thread that is gone.
            let leak = || mem::forget(map.enter());
            thread::scope(|scope| scope.spawn(leak).join().unwrap());
            thread::scope(|scope| scope.spawn(|| map.insert(0, 1)).join().unwrap());
            map.publish();
            assert_eq!(map.get_cloned(&0), Some(1));
        }
    });
}

#[test]
fn every_write_works_with_a_value_in_hand_or_within_a_loop_over_a_view() {
    type Write = fn(&SharedMap<u32, u32, u32>);

    within_deadline(|| {
        let map = shared::patient::<Map>(Publishing::EachWrite);
        map.extend((0..5).map(|key| (key, key)));
        let value = map.get(&1).unwrap();
        let writes: [Write; 10] = [
            |map| _ = map.insert(1, 2),
            |map| _ = map.remove(1),
            |map| map.update_or_insert(1, || 0, |n| *n += 1),
            |map| _ = map.update(&1, |n| *n += 1),
            |map| _ = map.get_or_insert_with(9, || 9),
            |map| map.batch(|writer| _ = writer.insert(1, 3).remove(9)),
            |map| map.extend([(1, 4)]),
            |map| map.set_meta(7),
            |map| map.retain(|key, _| *key != 1),
            |map| map.publish(),
        ];
        for write in writes {
            write(&map);
            assert_eq!(*value, 1);
            assert!(map.stats().deferred <= 1);
        }
        let before = map.enter().clone();
        let view = map.enter();
        for (key, value) in &view {
            // What the loop goes over stays as it is.
            assert_eq!(map.insert(*key, value + 1), Some(*value));
            assert_eq!(map.insert(key + 100, *value), None);
            assert_eq!(map.remove(*key), Some(value + 1));
        }
        assert_eq!(view, before);
        assert_eq!((map.len(), view.len(), *value), (4, 4, 1));
        map.clear();
        assert!(map.is_empty() && view == before);
        drop((value, view));
        map.set_meta(0);
        assert_eq!(map.stats().deferred, 0);
    });
}

#[test]
fn a_panic_in_a_closure_or_a_look_up_poisons_nothing() {
    let map = SharedMap::from([(1, 1)]);
    assert!(panics(|| map.update(&1, |_| panic!("asked to"))));
    assert!(panics(|| map.get_or_insert_with(2, || panic!("asked to"))));
    assert!(panics(|| map.retain(|_, _| panic!("asked to"))));
    assert!(panics(|| map.extend((0..2).map(|_| panic!("asked to")))));
    assert_eq!((map.len(), map.version()), (1, 1));
    // What a batch did before it panics is pending.
    assert!(panics(|| map.batch(|writer| {
        writer.insert(2, 2);
        panic!("asked to");
    })));
    assert!(!map.contains_key(&2) && !map.is_poisoned());
    assert_eq!(map.insert(3, 3), None);
    assert_eq!(map.len(), 3);

    let map = SharedMap::new();
    map.insert(trap(1), trap(10));
    for call in [Call::Hash, Call::Eq, Call::Clone] {
        set(call, 0);
        // The clone of what is returned, and the comparison that finds it.
        assert!(panics(|| map.insert(trap(1), trap(20))), "{call:?}");
        assert!(!unset() && !map.is_poisoned());
    }
    assert_eq!(*map.get(&trap(1)).unwrap().0, 10);
}

#[test]
fn a_panic_while_a_change_is_applied_poisons_writes_and_no_reads() {
    within_deadline(|| {
        let map = SharedMap::<Trap, Trap>::new();
        map.insert(trap(1), trap(10));
        let reader = map.reader();
        set(Call::Clone, 0);
        // Nothing is looked up: the clone is that for the first copy.
        assert!(panics(|| map.insert(trap(2), trap(20))));
        assert!(!unset() && map.is_poisoned());
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(map.checked_insert(trap(3), trap(30)).is_err());
                assert!(map.checked_remove(trap(1)).is_err());
                assert!(map.checked_batch(|_| ()).is_err());
                let panic = catch_unwind(AssertUnwindSafe(|| map.publish())).unwrap_err();
                let message = panic.downcast_ref::<String>().unwrap();
                assert!(message.contains("an operation panicked"), "{message}");
                assert!(panics(|| map.insert(trap(3), trap(30))));
                assert!(panics(|| map.clear()));
                // Those who look after it still learn how it is.
                assert_eq!(map.readers().len(), map.stats().readers);
                assert_eq!(*map.get(&trap(1)).unwrap().0, 10);
            });
        });
        // A map can be made of what is left.
        let again = SharedMap::from(map.enter().clone());
        again.insert(trap(2), trap(20));
        assert_eq!((again.len(), map.len()), (2, 1));
        drop(map);
        assert_eq!(reader.len(), 1);
    });
}

#[test]
fn a_write_within_a_write_panics_and_does_not_wait_for_itself() {
    within_deadline(|| {
        let map = SharedMap::from([(1, 1)]);
        let nested: [fn(&SharedMap<i32, i32>); 5] = [
            |map| _ = map.insert(2, 2),
            |map| map.batch(|_| ()),
            |map| map.publish(),
            |map| _ = map.update(&1, |_| ()),
            |map| _ = map.stats(),
        ];
        for write in nested {
            let attempt = AssertUnwindSafe(|| map.update(&1, |_| write(&map)));
            let panic = catch_unwind(attempt).unwrap_err();
            let message = panic.downcast_ref::<&str>().unwrap();
            assert!(
                message.contains("has the shared writer already"),
                "{message}"
            );
        }
        // Reads are fine.
        assert_eq!(map.update(&1, |_| map.get_cloned(&1)), Some(Some(1)));
        assert_eq!((map.insert(1, 2), map.len()), (Some(1), 1));
    });
}

#[test]
fn a_map_is_made_of_what_a_writer_is_made_of() {
    let map: SharedMap<_, _> = [(1, 'a')].into_iter().collect();
    assert_eq!(map.get_cloned(&1), Some('a'));
    let plain = std::collections::HashMap::from([(1, 'a')]);
    assert_eq!(SharedMap::from(plain).get_cloned(&1), Some('a'));
    let plain = hashbrown::HashMap::<_, _>::from_iter([(1, 'a')]);
    assert_eq!(SharedMap::from(plain).get_cloned(&1), Some('a'));
    let mut writer = WriteHandle::<_, _, u32>::default();
    writer.insert(1, 'a').set_meta(5);
    let map: SharedMap<_, _, u32> = writer.into();
    assert!(map.is_empty());
    map.publish();
    assert_eq!((map.get_cloned(&1), *map.meta()), (Some('a'), 5));
    let map = SharedMap::<u32, u32, u32>::default();
    assert_eq!((map.len(), map.version(), *map.meta()), (0, 0, 0));
    let map = SharedMap::with_hasher(DefaultHashBuilder::default());
    assert_eq!(map.insert("a", 1), None);
    assert_eq!(map.reader_timeout(), Duration::from_secs(1));
    assert_eq!(hasty(every(3)).reader_timeout(), Duration::from_millis(1));
}

#[cfg(feature = "async")]
#[test]
fn a_task_publishes() {
    within_deadline(|| {
        fn send<T: Send>(future: T) -> T {
            future
        }
        let map = hasty(Publishing::Manual);
        let publish = |key| {
            map.insert(key, key);
            send(map.publish_async())
        };
        futures::executor::block_on(publish(1)).unwrap();
        assert!(map.contains_key(&1));
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        // A task that holds a view for ever is left behind.
        let reader = map.reader();
        let view = reader.enter();
        thread::scope(|scope| {
            let task = || {
                runtime.block_on(async {
                    for key in 2..10 {
                        publish(key).await.unwrap();
                        assert!(map.contains_key(&key));
                    }
                });
            };
            scope.spawn(task).join().unwrap();
        });
        assert_eq!((view.len(), map.len()), (1, 9));
    });
}
