//! A write handle that threads share: one order of operations, publishes in common, nobody stuck.
#![cfg(not(loom))]

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use left_right::{Absorb, Independent, PublishError, ReadGuard, SharedWriteHandle, WriteHandle};

mod common;

#[path = "shared_write/poison.rs"]
mod poison;

/// Every operation, in the order in which it was absorbed.
#[derive(Clone, Default)]
struct Journal(Vec<(usize, usize)>);

impl Absorb<(usize, usize)> for Journal {
    fn absorb_first(&mut self, operation: &mut (usize, usize), _: &Self) {
        assert_ne!(operation.0, usize::MAX, "asked to");
        self.0.push(*operation);
    }

    fn sync_with(&mut self, first: &Self) {
        self.0.clone_from(&first.0);
    }
}

impl Independent for Journal {}

const POISON: (usize, usize) = (usize::MAX, 0);

fn shared() -> SharedWriteHandle<Journal, (usize, usize)> {
    left_right::new_logged(Journal::default()).0.into_shared()
}

fn seen(shared: &SharedWriteHandle<Journal, (usize, usize)>) -> Vec<(usize, usize)> {
    shared.reader().enter().unwrap().0.clone()
}

#[test]
fn what_a_call_has_published_is_visible_to_it_and_keeps_its_order() {
    const WRITERS: usize = 4;
    const WRITES: usize = 500;
    let _deadline = common::deadline();
    let shared = shared();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let shared = shared.clone();
            scope.spawn(move || {
                for write in 0..WRITES {
                    if write % 2 == 0 {
                        shared.apply((writer, write)).unwrap();
                    } else {
                        shared.append((writer, write)).unwrap();
                        shared.publish().unwrap();
                    }
                    let guard = shared.reader().enter().unwrap();
                    let mine = guard.0.iter().filter(|it| it.0 == writer);
                    assert!(mine.map(|it| it.1).eq(0..=write));
                }
            });
        }
    });
    assert_eq!(seen(&shared).len(), WRITERS * WRITES);
}

#[test]
fn appending_never_waits() {
    let _deadline = common::deadline();
    let shared = shared();
    let guard = shared.reader().enter().unwrap();
    thread::scope(|scope| {
        let stuck = scope.spawn(|| {
            shared.apply((0, 0)).unwrap();
            shared.apply((0, 1)).unwrap();
        });
        // Waits until the second publish is stuck behind the guard.
        let is_stuck = |result| match result {
            Err(PublishError::Stalled(stalled)) => !stalled.readers.is_empty(),
            _ => false,
        };
        while !is_stuck(shared.publish_timeout(Duration::ZERO)) {
            thread::yield_now();
        }
        shared.append((1, 0)).unwrap();
        shared.append_all([(1, 1), (1, 2)]).unwrap();
        assert!(!stuck.is_finished());
        drop(guard);
        stuck.join().unwrap();
    });
    shared.publish().unwrap();
    assert_eq!(seen(&shared), [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]);
}

#[test]
fn operations_that_are_appended_together_stay_together() {
    let _deadline = common::deadline();
    let shared = shared();
    thread::scope(|scope| {
        for writer in 0..3 {
            let shared = &shared;
            scope.spawn(move || {
                for round in 0..200 {
                    let batch = (0..5).map(|index| (writer, 5 * round + index));
                    shared.append_all(batch).unwrap();
                    shared.publish().unwrap();
                }
            });
        }
    });
    for chunk in seen(&shared).chunks(5) {
        assert!(chunk.iter().all(|it| it.0 == chunk[0].0), "{chunk:?}");
    }
}

#[test]
fn a_stalled_publish_says_who_is_in_the_way_and_another_thread_can_replace_the_copy() {
    let _deadline = common::deadline();
    let shared = shared();
    shared.apply((0, 0)).unwrap();
    let (entered, has_entered) = mpsc::channel();
    let (leave, may_leave) = mpsc::channel::<()>();
    let reader = shared.reader().clone();
    let stalled = thread::Builder::new().name("the stalled one".to_owned());
    let stalled = stalled.spawn(move || {
        let guard = reader.enter().unwrap();
        entered.send(()).unwrap();
        let _ = may_leave.recv();
        drop(guard);
    });
    has_entered.recv().unwrap();
    shared.apply((0, 1)).unwrap();
    shared.append((0, 2)).unwrap();

    let error = shared
        .publish_timeout(Duration::from_millis(5))
        .unwrap_err();
    let PublishError::Stalled(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.readers.len(), 1);
    assert_eq!(error.readers[0].thread.as_deref(), Some("the stalled one"));
    assert_eq!(error.readers[0].version, Some(1));
    assert!(!error.readers[0].is_this_thread);
    assert!(error.waited >= Duration::from_millis(5));
    assert!(error.stalled_for > Duration::ZERO);
    assert!(
        error
            .to_string()
            .contains("thread \"the stalled one\", since version 1")
    );

    thread::scope(|scope| {
        // Waits for ever by itself, and yet somebody else gets it going.
        let waits = scope.spawn(|| shared.publish().unwrap());
        thread::sleep(Duration::from_millis(5));
        assert!(!waits.is_finished());
        // It may have the writer at that very moment.
        while shared.publish_or_replace(Duration::ZERO).is_err() {
            thread::yield_now();
        }
        waits.join().unwrap();
    });
    assert_eq!(seen(&shared), [(0, 0), (0, 1), (0, 2)]);
    for write in 3..1_000 {
        shared.append((0, write)).unwrap();
        shared.publish_or_replace(Duration::ZERO).unwrap();
    }
    assert!(shared.lock().unwrap().stats().deferred <= 1);
    drop(leave);
    stalled.unwrap().join().unwrap();
    shared.apply((0, 1_000)).unwrap();
    assert_eq!(shared.lock().unwrap().stats().deferred, 0);
    assert_eq!(seen(&shared).len(), 1_001);
}

#[test]
fn a_thread_that_waits_for_itself_is_told() {
    let _deadline = common::deadline();
    let shared = shared();
    let guard = shared.reader().enter().unwrap();
    shared.append((0, 0)).unwrap();
    shared.publish_timeout(Duration::ZERO).unwrap();
    shared.append((0, 1)).unwrap();
    let error = shared.publish_timeout(Duration::ZERO).unwrap_err();
    let PublishError::Stalled(error) = error else {
        panic!("{error}");
    };
    assert!(error.readers[0].is_this_thread);
    assert!(error.to_string().contains("this very thread"), "{error}");
    if cfg!(debug_assertions) {
        let publish = || shared.publish().unwrap();
        let apply = || shared.apply((0, 2)).unwrap();
        let update = || {
            let change = |writer: &mut WriteHandle<_, _>| _ = writer.append((0, 3));
            shared.update(change).unwrap();
        };
        for panics in [&publish as &dyn Fn(), &apply, &update] {
            let panic = catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
            let message = panic.downcast_ref::<&str>().unwrap();
            assert!(message.contains("holds a guard"), "{message}");
        }
    }
    drop(guard);
    shared.publish().unwrap();
    assert!(!shared.is_poisoned());
    // Told before anything was done.
    assert_eq!(seen(&shared), [(0, 0), (0, 1)]);
}

#[test]
fn a_locked_writer_is_one_threads_own() {
    let _deadline = common::deadline();
    let shared = shared();
    shared.append((0, 0)).unwrap();
    let mut writer = shared.lock().unwrap();
    assert!(writer.pending().eq(&[(0, 0)]));
    assert_eq!(writer.unpublished().0, [(0, 0)]);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            shared.append((1, 0)).unwrap();
            shared
                .publish_timeout(Duration::from_millis(2))
                .unwrap_err()
        });
        let error = other.join().unwrap();
        assert!(error.to_string().contains("another thread"), "{error}");
    });
    writer.append((0, 1));
    for again in [
        catch_unwind(AssertUnwindSafe(|| shared.publish().unwrap())),
        catch_unwind(AssertUnwindSafe(|| drop(shared.lock()))),
    ] {
        let panic = again.unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(
            message.contains("has the shared writer already"),
            "{message}"
        );
    }
    // Nothing was published: whoever publishes next has something to do.
    drop(writer);
    assert_eq!(seen(&shared), []);
    shared.publish().unwrap();
    assert_eq!(seen(&shared), [(0, 0), (0, 1), (1, 0)]);
    let version = shared.lock().unwrap().version();
    shared.publish().unwrap();
    let again = shared.lock().unwrap().version();
    // The lock may have added something, for all that the next publish knows.
    assert!(again <= version + 1);
    shared.publish().unwrap();
    assert_eq!(seen(&shared).len(), 3);
}

#[test]
fn a_publish_with_nothing_to_do_publishes_nothing() {
    let shared = shared();
    shared.apply((0, 0)).unwrap();
    let version = || ReadGuard::version(&shared.reader().enter().unwrap());
    let before = version();
    shared.publish().unwrap();
    shared.publish_timeout(Duration::ZERO).unwrap();
    assert_eq!(version(), before);
}

#[test]
fn publishes_that_wait_for_the_writer_share_the_next() {
    let _deadline = common::deadline();
    let shared = shared();
    shared.append((0, 0)).unwrap();
    let version = || ReadGuard::version(&shared.reader().enter().unwrap());
    let before = version();
    thread::scope(|scope| {
        let writer = shared.lock().unwrap();
        let publishes = [1, 2, 3].map(|number| {
            let shared = &shared;
            let publish = move || {
                shared.append((number, 0)).unwrap();
                shared.publish().unwrap();
            };
            // Long enough to get to the lock.
            let moment = Duration::from_millis(20);
            let (waits, publishing) = common::still_runs(scope, moment, publish);
            assert!(waits, "published though another has the writer");
            publishing
        });
        drop(writer);
        for publishing in publishes {
            publishing.join().unwrap();
        }
    });
    assert_eq!(version(), before + 1);
    assert_eq!(seen(&shared).len(), 4);
}

#[test]
fn an_operation_that_publishes_panics() {
    static SHARED: OnceLock<SharedWriteHandle<Recursive, ()>> = OnceLock::new();

    #[derive(Clone)]
    struct Recursive;

    impl Absorb<()> for Recursive {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {
            SHARED.get().unwrap().apply(()).unwrap();
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    let _deadline = common::deadline();
    let (writer, _) = left_right::new_logged(Recursive);
    let shared = SHARED.get_or_init(|| writer.into_shared());
    let panic = catch_unwind(AssertUnwindSafe(|| shared.apply(()))).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(
        message.contains("has the shared writer already"),
        "{message}"
    );
    assert!(shared.is_poisoned());
}

#[test]
fn what_is_appended_is_published_when_the_last_handle_goes() {
    struct Last(Arc<Mutex<Vec<u32>>>);

    impl Absorb<u32> for Last {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0.lock().unwrap().push(*operation);
        }
        fn absorb_second(&mut self, _: u32, _: &Self) {}
        fn sync_with(&mut self, _: &Self) {}
    }

    impl Clone for Last {
        fn clone(&self) -> Self {
            Self(Arc::clone(&self.0))
        }
    }

    let absorbed = Arc::default();
    let (writer, reader) = left_right::new_logged::<_, u32>(Last(Arc::clone(&absorbed)));
    let shared = writer.into_shared();
    let other = shared.clone();
    shared.append(1).unwrap();
    drop(shared);
    assert!(absorbed.lock().unwrap().is_empty());
    other.append(2).unwrap();
    drop(other);
    assert_eq!(*absorbed.lock().unwrap(), [1, 2]);
    assert!(reader.was_dropped());
}

#[test]
fn the_only_handle_gives_the_writer_back() {
    let shared = shared();
    shared.append((0, 0)).unwrap();
    let other = shared.clone();
    let shared = shared.into_writer().unwrap_err();
    drop(other);
    let mut writer = shared.into_writer().unwrap();
    assert!(writer.pending().eq(&[(0, 0)]));
    assert_eq!(writer.publish().enter().unwrap().0, [(0, 0)]);
}

#[test]
fn what_was_pending_before_it_was_shared_is_published() {
    for logged in [false, true] {
        let (mut writer, reader) = if logged {
            left_right::new_logged(Journal::default())
        } else {
            left_right::new()
        };
        writer.append((0, 0));
        let shared = writer.into_shared();
        shared.publish().unwrap();
        assert_eq!(reader.enter().unwrap().0, [(0, 0)]);
        shared.append((0, 1)).unwrap();
        shared.publish().unwrap();
        assert_eq!(reader.enter().unwrap().0, [(0, 0), (0, 1)]);
    }
}

#[test]
fn the_queue_gives_its_memory_back() {
    let (writer, _) = left_right::new_logged(Journal::default());
    let shared = writer.into_shared();
    let batch = (0..100_000).map(|index| (0, index));
    shared.append_all(batch).unwrap();
    shared.publish().unwrap();
    shared.apply((0, 0)).unwrap();
    shared.apply((0, 0)).unwrap();
    assert!(shared.lock().unwrap().stats().log_capacity < 10_000);
}

#[test]
fn readers_are_listed_with_what_they_do() {
    let (mut writer, reader) = left_right::new_logged(Journal::default());
    writer.publish();
    let named = thread::Builder::new().name("idle".to_owned());
    let idle = named.spawn({
        let reader = reader.clone();
        move || reader.clone()
    });
    let idle = idle.unwrap().join().unwrap();
    let guard = reader.enter().unwrap();
    writer.publish();
    let readers = writer.readers();
    assert_eq!(readers.len(), 3);
    let active: Vec<_> = readers.iter().filter(|it| it.is_active).collect();
    assert_eq!(active.len(), 1);
    assert_eq!(active[0].version, Some(1));
    let idle_state = readers
        .iter()
        .find(|it| it.thread.as_deref() == Some("idle"));
    assert_eq!(idle_state.unwrap().version, None);
    drop((guard, idle));
    assert_eq!(writer.readers().len(), 2);
}

#[test]
fn writers_and_readers_come_and_go() {
    let _deadline = common::deadline();
    let shared = shared();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut longest = 0;
            while !stop.load(Ordering::Relaxed) {
                let length = shared.reader().enter().unwrap().0.len();
                assert!(length >= longest);
                longest = length;
            }
        });
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let shared = shared.clone();
                scope.spawn(move || {
                    for write in 0..300 {
                        let shared = shared.clone();
                        match write % 4 {
                            0 => shared.apply((writer, write)).unwrap(),
                            1 => {
                                let mut guard = shared.lock().unwrap();
                                guard.append((writer, write));
                            }
                            2 => {
                                shared.append((writer, write)).unwrap();
                                let result = shared.publish_or_replace(Duration::from_micros(10));
                                if let Err(error) = result {
                                    assert!(matches!(error, PublishError::Stalled(_)), "{error}");
                                }
                            }
                            _ => {
                                shared.append((writer, write)).unwrap();
                                let _ = shared.publish_timeout(Duration::ZERO);
                            }
                        }
                        mem::drop(shared);
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.join().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    shared.publish().unwrap();
    let all = seen(&shared);
    for writer in 0..4 {
        let of_writer = all.iter().filter(|it| it.0 == writer).map(|it| it.1);
        assert!(of_writer.eq(0..300));
    }
}

#[test]
fn a_writer_that_was_swapped_for_that_of_another_pair_is_refused() {
    let (one, other) = (shared(), shared());
    mem::swap(&mut *one.lock().unwrap(), &mut *other.lock().unwrap());
    for shared in [&one, &other] {
        assert!(shared.apply((0, 0)).is_err());
        assert!(shared.lock().is_err());
        assert!(seen(shared).is_empty());
    }
}

#[test]
fn a_change_with_the_writer_is_visible_when_it_returns() {
    let _deadline = common::deadline();
    let shared = shared();
    // Alone first: threads publish each other's changes.
    let pending = shared.update(|writer| writer.append((4, 0)).pending().len());
    assert_eq!(pending.unwrap(), 1);
    assert_eq!(seen(&shared), [(4, 0)]);
    thread::scope(|scope| {
        for thread in 0..4 {
            let shared = &shared;
            scope.spawn(move || {
                for count in 0..50 {
                    let change = |writer: &mut WriteHandle<_, _>| {
                        writer.append((thread, count));
                    };
                    shared.update(change).unwrap();
                    assert!(seen(shared).contains(&(thread, count)));
                }
            });
        }
    });
    assert_eq!(seen(&shared).len(), 201);
}

#[test]
fn handles_and_guards_of_shared_writers_print() {
    let shared = shared();
    assert_eq!(
        format!("{shared:?}"),
        "SharedWriteHandle { is_poisoned: false, .. }"
    );
    let guard = shared.lock().unwrap();
    assert!(format!("{guard:?}").starts_with("WriteGuard(WriteHandle {"));
}
