//! Guards in the way of writers: of other threads, of nobody any more, and of the thread that writes.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Barrier,
    time::Instant,
};

use super::*;

/// A guard that no thread holds any more.
pub(super) fn leak_a_guard(shared: &Shared) {
    thread::scope(|scope| _ = scope.spawn(|| mem::forget(shared.enter())));
}

/// Publishes, and appends more: the copy that the next publish needs is the one that readers are in.
pub(super) fn publish_half(shared: &Shared) {
    let change = |writer: &mut Writer| {
        writer.append(Operation::Push(1)).publish();
        writer.append(Operation::Push(2));
    };
    shared.lock(change).unwrap();
}

#[test]
fn a_guard_that_is_held_for_ever_stops_nobody() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let shared = patient_for(Duration::from_millis(5), publishing);
        let reader = shared.reader();
        let guard = reader.enter();
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..10 {
                    push(&shared, number).unwrap();
                    shared.publish().unwrap();
                    shared.lock(|_| ()).unwrap();
                }
                assert_eq!(seen(&shared).len(), 10);
            });
        });
        assert!(guard.seen.is_empty());
        let deferred = || shared.stats().unwrap().deferred;
        assert_eq!(deferred(), 1, "{publishing:?}");
        drop(guard);
        push(&shared, 10).unwrap();
        shared.publish().unwrap();
        assert_eq!(deferred(), 0, "{publishing:?}");
    }
}

/// Those of a handle of one's own, and those of a handle that threads share.
#[test]
fn guards_that_are_leaked_stop_no_writer() {
    let _deadline = common::deadline();
    let shared = patient_for(Duration::from_millis(1), Publishing::EachWrite);
    thread::scope(|scope| _ = scope.spawn(|| mem::forget(shared.reader().enter())));
    leak_a_guard(&shared);
    for number in 0..10 {
        push(&shared, number).unwrap();
        assert!(seen(&shared).into_iter().eq(0..=number));
    }
}

#[test]
fn a_read_of_what_is_pending_stops_for_no_guard() {
    let _deadline = common::deadline();
    let shared = patient_for(Duration::from_millis(5), Publishing::Manual);
    leak_a_guard(&shared);
    push(&shared, 1).unwrap();
    shared.publish().unwrap();
    push(&shared, 2).unwrap();
    let length = shared.lock(|writer| writer.unpublished().seen.len());
    assert_eq!(length, Ok(2));
}

/// Whoever has to publish: the change, the thread, a call, or the end of the last handle.
#[test]
fn no_publish_stops_for_a_guard() {
    let _deadline = common::deadline();
    for (publishing, publish) in [
        (Publishing::EachWrite, (|_| ()) as fn(&Shared)),
        (Publishing::Interval(Duration::from_millis(1)), |shared| {
            while seen(shared) != [1, 2] {
                thread::yield_now();
            }
        }),
        (Publishing::Manual, |shared| shared.publish().unwrap()),
        (Publishing::Manual, |_| ()),
    ] {
        let shared = patient_for(Duration::from_millis(5), publishing);
        leak_a_guard(&shared);
        publish_half(&shared);
        publish(&shared);
        let reader = shared.reader();
        drop(shared);
        assert_eq!(reader.enter().seen, [1, 2], "{publishing:?}");
    }
}

/// Runs `publish` while another thread has the writer for longer than anybody waits.
pub(super) fn beside_a_change(publish: fn(&Shared)) {
    let _deadline = common::deadline();
    let shared = patient_for(Duration::ZERO, Publishing::Manual);
    push(&shared, 1).unwrap();
    thread::scope(|scope| {
        let publishing = shared.lock(|_| {
            let moment = Duration::from_millis(50);
            let (waits, publishing) = common::still_runs(scope, moment, || publish(&shared));
            assert!(waits, "it gave up");
            publishing
        });
        publishing.unwrap().join().unwrap();
    });
    assert_eq!(seen(&shared), [1]);
}

#[test]
fn a_publish_is_not_given_up_because_another_thread_has_the_writer() {
    beside_a_change(|shared| shared.publish().unwrap());
}

/// Runs `call` while another thread has the writer for longer than a reader may be in the way; one is, once that thread
/// is through, and leaves soon.
pub(super) fn after_a_long_change(publishing: Publishing, call: fn(&Shared)) {
    let _deadline = common::deadline();
    let timeout = Duration::from_millis(200);
    let shared = patient_for(timeout, publishing);
    let reader = shared.reader();
    let guard = reader.enter();
    thread::scope(|scope| {
        let change = |writer: &mut Writer| {
            writer.append(Operation::Push(1)).publish();
            if publishing == Publishing::Manual {
                writer.append(Operation::Push(2));
            }
            let (waits, calling) = common::still_runs(scope, timeout * 3 / 2, || call(&shared));
            assert!(waits, "two threads have the writer");
            calling
        };
        let calling = shared.lock(change).unwrap();
        thread::sleep(Duration::from_millis(20));
        drop(guard);
        calling.join().unwrap();
    });
    assert_eq!(seen(&shared), [1, 2]);
    let deferred = shared.stats().unwrap().deferred;
    assert_eq!(
        deferred, 0,
        "a wait for the writer was taken for the reader's"
    );
}

#[test]
fn a_reader_is_in_the_way_from_when_it_is_found() {
    thread::scope(|scope| {
        let run = |publishing, call: fn(&Shared)| {
            scope.spawn(move || after_a_long_change(publishing, call));
        };
        run(Publishing::EachWrite, |shared| push(shared, 2).unwrap());
        run(Publishing::Manual, |shared| shared.publish().unwrap());
        run(Publishing::Manual, |shared| {
            shared.lock(|_| ()).unwrap();
            shared.publish().unwrap();
        });
    });
}

#[test]
fn a_stalled_publish_says_who_is_in_the_way_and_another_thread_can_replace_the_copy() {
    let _deadline = common::deadline();
    let shared = Revocable::shared(Publishing::Manual);
    let publish = |number| {
        push(&shared, number).unwrap();
        shared.publish().unwrap();
    };
    publish(0);
    let (entered, has_entered) = mpsc::channel();
    let (leave, may_leave) = mpsc::channel::<()>();
    let reader = shared.reader().shared();
    let stalled = thread::Builder::new().name("the stalled one".to_owned());
    let stalled = stalled.spawn(move || {
        let guard = reader.enter().unwrap();
        entered.send(()).unwrap();
        let _ = may_leave.recv();
        drop(guard);
    });
    has_entered.recv().unwrap();
    publish(1);
    push(&shared, 2).unwrap();

    let moment = Duration::from_millis(5);
    let error = shared.publish_timeout(moment).unwrap_err();
    let PublishError::Stalled(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.readers.len(), 1);
    assert_eq!(error.readers[0].thread.as_deref(), Some("the stalled one"));
    assert_eq!(error.readers[0].version, Some(1));
    assert!(!error.readers[0].is_this_thread);
    assert!(error.waited >= moment && error.stalled_for > Duration::ZERO);
    let message = error.to_string();
    assert!(message.contains("thread \"the stalled one\", since version 1"));

    let replace = || {
        let publish = |writer: &mut Writer<_>| writer.publish_or_replace(Duration::ZERO);
        shared.lock(publish).unwrap().unwrap();
    };
    thread::scope(|scope| {
        // Waits for ever by itself, and yet somebody else gets it going.
        let (waits, publishing) = common::still_runs(scope, moment, || shared.publish().unwrap());
        assert!(waits);
        replace();
        publishing.join().unwrap();
    });
    assert_eq!(seen(&shared), [0, 1, 2]);
    for number in 3..1_000 {
        push(&shared, number).unwrap();
        replace();
    }
    assert_eq!(shared.stats().unwrap().deferred, 1);
    drop(leave);
    stalled.unwrap().join().unwrap();
    publish(1_000);
    assert_eq!(shared.stats().unwrap().deferred, 0);
    assert!(seen(&shared).into_iter().eq(0..=1_000));
}

/// What is visible already asks nothing of readers.
#[test]
fn a_publish_with_nothing_to_do_waits_for_nobody() {
    fn run<D: Kind>(publish: fn(&Shared<D>)) {
        let shared = D::shared(Publishing::EachWrite);
        let reader = shared.reader();
        let guard = reader.enter();
        push(&shared, 0).unwrap();
        thread::scope(|scope| {
            let moment = READER_TIMEOUT / 2;
            let (waits, publishing) = common::still_runs(scope, moment, || publish(&shared));
            drop(guard);
            publishing.join().unwrap();
            assert!(!waits, "it waits for readers");
        });
        assert_eq!(shared.stats().unwrap().deferred, 0);
        assert_eq!(version(&shared), 1);
    }
    let _deadline = common::deadline();
    run::<Owned>(|shared| shared.publish().unwrap());
    run::<Revocable>(|shared| shared.publish().unwrap());
    run::<Owned>(|shared| shared.publish_timeout(Duration::ZERO).unwrap());
    run::<Revocable>(|shared| shared.publish_timeout(Duration::ZERO).unwrap());
}

/// In release builds, too, and whether or not it would be in the way this time.
#[test]
fn a_thread_that_writes_with_a_guard_in_hand_is_told() {
    fn assert_told(shared: &Shared<Revocable>) {
        let writes: [fn(&Shared<Revocable>); 4] = [
            |shared| _ = push(shared, 9),
            |shared| _ = shared.lock(|writer| _ = writer.append(Operation::Push(9))),
            |shared| _ = shared.lock(|_| ()),
            |shared| _ = shared.publish(),
        ];
        for write in writes {
            let panic = catch_unwind(AssertUnwindSafe(|| write(shared))).unwrap_err();
            let message = panic.downcast_ref::<&str>().unwrap();
            assert!(message.contains("holds a guard"), "{message}");
        }
    }

    let _deadline = common::deadline();
    for publishing in policies() {
        let shared = Revocable::shared(publishing);
        push(&shared, 0).unwrap();
        shared.publish().unwrap();
        let guard = shared.enter();
        assert_told(&shared);
        drop(guard);
        let reader = shared.reader().shared();
        let older = reader.enter();
        let nested = reader.enter();
        drop(older);
        assert_told(&shared);
        drop(nested);
        // One of two slots.
        let older = shared.enter();
        thread::scope(|scope| {
            let write = || {
                push(&shared, 1).unwrap();
                match publishing {
                    Publishing::EachWrite => {}
                    Publishing::Interval(_) => {
                        while !seen(&shared).contains(&1) {
                            thread::yield_now();
                        }
                    }
                    _ => shared.publish().unwrap(),
                }
            };
            scope.spawn(write).join().unwrap();
        });
        let newer = shared.enter();
        drop(newer);
        assert_told(&shared);
        drop(older);
        // Told before anything was done.
        push(&shared, 2).unwrap();
        shared.publish().unwrap();
        assert_eq!(seen(&shared), [0, 1, 2], "{publishing:?}");
        assert!(!shared.is_poisoned());
    }
}

/// For whoever waits no longer than he says, a guard of his own is in the way like any other; unless the copy can be
/// left to it.
#[test]
fn a_publish_that_gives_up_names_a_guard_of_its_own_thread() {
    fn run<D: Kind>(enter_shared: bool, leaves_copy: bool) {
        let shared = D::shared(Publishing::Manual);
        let reader = shared.reader();
        push(&shared, 0).unwrap();
        let guard = match enter_shared {
            true => D::guard(shared.enter()),
            false => D::guard(reader.enter()),
        };
        shared.publish_timeout(Duration::ZERO).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| push(&shared, 1).unwrap());
        });
        let published = shared.publish_timeout(Duration::ZERO);
        assert_eq!(published.is_ok(), leaves_copy, "{published:?}");
        if let Err(error) = published {
            let PublishError::Stalled(error) = error else {
                panic!("{error}");
            };
            assert!(error.readers[0].is_this_thread);
            assert!(error.to_string().contains("this very thread"), "{error}");
        }
        assert!(guard.seen.is_empty());
        drop(guard);
        shared.publish_timeout(Duration::ZERO).unwrap();
        assert_eq!(seen(&shared), [0, 1]);
    }
    let _deadline = common::deadline();
    run::<Owned>(true, true);
    run::<Owned>(false, false);
    run::<Revocable>(true, false);
    run::<Revocable>(false, false);
}

/// However long writers wait for the guards of others.
#[test]
fn a_guard_in_hand_is_not_waited_for_where_readers_own_the_data() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let shared = patient_for(Duration::MAX, publishing);
        let writes: [fn(&Shared, u32); 3] = [
            |shared, number| push(shared, number).unwrap(),
            |shared, number| {
                let change = |writer: &mut Writer| _ = writer.append(Operation::Push(number));
                shared.lock(change).unwrap();
            },
            |shared, number| {
                push(shared, number).unwrap();
                shared.publish().unwrap();
            },
        ];
        let mut number = 0;
        for write in writes {
            let before = seen(&shared);
            let guard = shared.enter();
            for _ in 0..5 {
                write(&shared, number);
                shared.publish().unwrap();
                number += 1;
                assert!(seen(&shared).into_iter().eq(0..number), "{publishing:?}");
            }
            assert_eq!(guard.seen, before);
        }
        push(&shared, number).unwrap();
        shared.publish().unwrap();
        assert_eq!(shared.stats().unwrap().deferred, 0);
    }
}

#[test]
fn threads_that_write_with_guards_in_hand_do_not_wait_for_each_other() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let shared = patient_for(Duration::MAX, publishing);
        let both_hold = Barrier::new(2);
        thread::scope(|scope| {
            for thread in 0..2 {
                let (shared, both_hold) = (&shared, &both_hold);
                scope.spawn(move || {
                    for round in 0..20 {
                        let first = 1_000 * thread + 10 * round;
                        let guard = shared.enter();
                        let before = guard.seen.clone();
                        both_hold.wait();
                        for number in first..first + 10 {
                            push(shared, number).unwrap();
                            shared.publish().unwrap();
                        }
                        assert!(seen(shared).contains(&(first + 9)));
                        assert_eq!(guard.seen, before);
                        // Else a guard would be waited for whose thread waits for the other one.
                        both_hold.wait();
                    }
                });
            }
        });
        assert_eq!(seen(&shared).len(), 400, "{publishing:?}");
    }
}

/// It may have waited already when it gets in the way of whoever holds the guard.
#[test]
fn a_writer_that_waits_for_a_guard_goes_on_once_its_thread_writes() {
    let _deadline = common::deadline();
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        let shared = patient_for(Duration::MAX, publishing);
        let write = |number| {
            push(&shared, number).unwrap();
            if publishing == Publishing::Manual {
                shared.publish().unwrap();
            }
        };
        let guard = shared.enter();
        thread::scope(|scope| {
            scope.spawn(|| write(0)).join().unwrap();
            let moment = Duration::from_millis(20);
            let (waits, writing) = common::still_runs(scope, moment, || write(1));
            assert!(waits, "the copy was taken from a guard that may go soon");
            write(2);
            assert!(guard.seen.is_empty());
            writing.join().unwrap();
        });
        let mut all = seen(&shared);
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2]);
    }
}

/// Nobody knows whose it is, so it is waited for as all others are.
#[test]
fn a_guard_of_a_handle_of_ones_own_is_in_the_way_for_the_reader_timeout() {
    let _deadline = common::deadline();
    let moment = Duration::from_millis(20);
    let shared = patient_for(moment, Publishing::EachWrite);
    let reader = shared.reader();
    let guard = reader.enter();
    push(&shared, 0).unwrap();
    let start = Instant::now();
    push(&shared, 1).unwrap();
    assert!(start.elapsed() >= moment);
    assert!(guard.seen.is_empty());
    assert_eq!(seen(&shared), [0, 1]);
    assert_eq!(shared.stats().unwrap().deferred, 1);
}

/// Only debug builds know which thread entered.
#[test]
#[cfg(debug_assertions)]
fn who_would_wait_for_a_guard_of_a_handle_of_ones_own_is_told() {
    let _deadline = common::deadline();
    let shared = Revocable::shared(Publishing::EachWrite);
    let reader = shared.reader();
    let guard = reader.enter();
    // It is in the other copy yet.
    push(&shared, 0).unwrap();
    let writes: [fn(&Shared<Revocable>); 2] = [
        |shared| push(shared, 9).unwrap(),
        |shared| {
            let change = |writer: &mut Writer<_>| _ = writer.append(Operation::Push(1));
            shared.lock(change).unwrap();
        },
    ];
    for write in writes {
        let panic = catch_unwind(AssertUnwindSafe(|| write(&shared))).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(message.contains("holds a guard"), "{message}");
    }
    drop(guard);
    assert!(!shared.is_poisoned());
    // What the change has appended is pending; the write had not begun.
    push(&shared, 2).unwrap();
    assert_eq!(seen(&shared), [0, 1, 2]);
}

/// Its thread waits for a reader, and for the writer, which others have now and then: with another slot than the guard's.
#[test]
fn a_guard_that_a_change_returns_stays_where_it_is_while_its_thread_waits() {
    let _deadline = common::deadline();
    let shared = patient_for(AN_HOUR, Publishing::EachWrite);
    let reader = shared.reader();
    let stalled = reader.enter();
    let returned = || {
        let change = |writer: &mut Writer| {
            writer.append(Operation::Push(1)).publish();
            writer.append(Operation::Push(2));
            shared.enter()
        };
        let guard = shared.lock(change).unwrap();
        assert_eq!(guard.seen, [1]);
        for number in 3..6 {
            push(&shared, number).unwrap();
            assert_eq!(guard.seen, [1]);
        }
    };
    thread::scope(|scope| {
        let moment = Duration::from_millis(50);
        let start = Instant::now();
        for number in [6, 7] {
            let shared = &shared;
            scope.spawn(move || {
                while start.elapsed() < moment {
                    shared.stats().unwrap();
                }
                push(shared, number).unwrap();
            });
        }
        let (waits, returned) = common::still_runs(scope, 2 * moment, returned);
        drop(stalled);
        returned.join().unwrap();
        assert!(waits, "a copy was changed under a guard");
    });
    let mut all = seen(&shared);
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_guard_that_a_change_returns_does_no_harm_if_it_is_not_in_the_way() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        push(&shared, 0).unwrap();
        let change = |writer: &mut Writer<D>| {
            writer.append(Operation::Push(1));
            D::guard(shared.enter())
        };
        let guard = shared.lock(change).unwrap();
        assert_eq!(guard.seen, [0]);
        assert_eq!(seen(&shared), [0, 1]);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// In release builds, too.
#[test]
fn a_change_that_keeps_a_guard_in_the_way_of_its_own_publish_is_told() {
    let _deadline = common::deadline_of(Duration::from_secs(20));
    let shared = Revocable::shared(Publishing::EachWrite);
    push(&shared, 0).unwrap();
    let mut kept = None;
    let change = |writer: &mut Writer<_>| {
        kept = shared.enter();
        writer.append(Operation::Push(1)).publish();
        writer.append(Operation::Push(2));
    };
    let panic = catch_unwind(AssertUnwindSafe(|| shared.lock(change))).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(message.contains("holds a guard"), "{message}");
    assert!(!shared.is_poisoned());
    assert_eq!(seen(&shared), [0, 1]);
    assert_eq!(kept.unwrap().seen, [0]);
    // The rest is pending.
    push(&shared, 3).unwrap();
    assert_eq!(seen(&shared), [0, 1, 2, 3]);
}
