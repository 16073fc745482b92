//! Threads that write while they hold guards of what they write, in debug and in release builds.

use std::{
    cell::{Cell, RefCell},
    mem,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use fastrand::Rng;
use left_right::{
    Independent, Owned, Ownership, ReadGuard, Revocable, WriteHandle, doctest::Count,
};

use super::*;

/// Numbers, and the sum that says whether some of them are missing.
#[derive(Clone, Default)]
struct Numbers {
    seen: Vec<u32>,
    sum: u64,
}

enum Operation {
    Push(u32),
}

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        let Operation::Push(number) = operation;
        self.seen.push(*number);
        self.sum += u64::from(*number);
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

type Shared<D = Owned> = SharedHandle<Numbers, Operation, D>;

/// With writers that wait for other threads' guards for as long as a test may take.
fn patient(publishing: Publishing) -> Shared {
    let (writer, _) = left_right::new_owned(Numbers::default());
    writer.into_shared(publishing, AN_HOUR)
}

fn push<D: Ownership>(shared: &Shared<D>, number: u32) -> Result<(), Poisoned> {
    shared.write(Operation::Push(number))
}

fn deferred(shared: &Shared) -> usize {
    shared.stats().unwrap().deferred
}

/// A copy is left to it once, not one for each write.
#[test]
fn reads_under_a_guard_stay_as_they_were_while_its_thread_writes() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let shared = patient(publishing);
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        let guard = shared.enter();
        for number in 2..200 {
            push(&shared, number).unwrap();
            if number % 3 == 0 {
                shared.publish().unwrap();
                assert_eq!(shared.enter().seen.len() as u32, number);
            }
            assert_eq!((&*guard.seen, guard.sum), (&[1][..], 1));
            assert!(deferred(&shared) <= 1, "{publishing:?}");
        }
        drop(guard);
        push(&shared, 200).unwrap();
        shared.publish().unwrap();
        assert_eq!(deferred(&shared), 0, "{publishing:?}");
    }
}

/// Neither waits for the other's, of whatever version: each goes on to write.
#[test]
fn two_threads_that_hold_guards_and_write_get_on() {
    fn run(publishing: Publishing, mut rng: Rng) {
        const WRITES: u32 = 500;
        let shared = patient(publishing);
        thread::scope(|scope| {
            for thread in 0..2 {
                let (shared, mut rng) = (&shared, rng.fork());
                scope.spawn(move || {
                    let mut guards = Vec::new();
                    for number in 0..WRITES {
                        let guard: ReadGuard<'_, Numbers> = shared.enter();
                        let (length, sum) = (guard.seen.len(), guard.sum);
                        match rng.u8(0..8) {
                            0 => guards.clear(),
                            1 => guards.push((guard.refresh().unwrap(), None)),
                            2..4 => guards.push((guard, Some((length, sum)))),
                            _ => guards.truncate(2),
                        }
                        push(shared, 1_000 * thread + number).unwrap();
                        if rng.u8(0..8) == 0 {
                            shared.publish().unwrap();
                        }
                        for (guard, before) in &guards {
                            let all = guard.seen.iter().map(|it| u64::from(*it));
                            assert_eq!(all.sum::<u64>(), guard.sum);
                            if let Some(before) = *before {
                                assert_eq!((guard.seen.len(), guard.sum), before);
                            }
                        }
                    }
                });
            }
        });
        shared.publish().unwrap();
        assert_eq!(shared.enter().seen.len() as u32, 2 * WRITES);
        push(&shared, 0).unwrap();
        shared.publish().unwrap();
        assert_eq!(deferred(&shared), 0, "{publishing:?}");
    }
    let _deadline = common::deadline();
    for (seed, publishing) in (0..).zip(policies()) {
        run(publishing, Rng::with_seed(seed));
    }
}

/// With the guard of one and the writer of the other.
#[test]
fn a_thread_with_a_guard_writes_within_a_change_of_another_structure() {
    let _deadline = common::deadline();
    for publishing in policies() {
        let (shared, other) = (patient(publishing), patient(publishing));
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        let guard = shared.enter();
        let change = |writer: &mut WriteHandle<_, _, _>| {
            let other_guard = other.enter();
            for number in 2..10 {
                push(&shared, number).unwrap();
                shared.publish().unwrap();
                assert_eq!(shared.enter().seen.len() as u32, number);
                writer.append(Operation::Push(number));
            }
            assert!(other_guard.seen.is_empty());
        };
        other.lock(change).unwrap();
        other.publish().unwrap();
        assert_eq!(other.enter().seen.len(), 8);
        assert_eq!(guard.seen, [1]);
        assert!(deferred(&shared) <= 1);
    }
}

/// Nobody can give it back, so it is there for good.
#[test]
fn a_guard_that_this_thread_has_leaked_counts_as_held() {
    let _deadline = common::deadline();
    let shared = patient(Publishing::EachWrite);
    push(&shared, 0).unwrap();
    mem::forget(shared.enter());
    for number in 1..20 {
        push(&shared, number).unwrap();
        assert!(shared.enter().seen.iter().copied().eq(0..=number));
        assert_eq!(deferred(&shared), usize::from(number > 1));
    }

    let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    let revocable = writer.into_shared(Publishing::EachWrite);
    revocable.write(1).unwrap();
    mem::forget(revocable.enter());
    let panic = catch_unwind(AssertUnwindSafe(|| revocable.write(1))).unwrap_err();
    assert!(said(&*panic).contains("holds a guard"));
    assert_eq!(reader.enter().unwrap().0, 1);
    // Nobody could take the data away from the guard.
    mem::forget(revocable);
}

/// Told at once, whichever version the guard is of, and before anything was done.
#[test]
fn a_write_to_revocable_data_with_a_guard_in_hand_panics_and_writes_nothing() {
    type Write = fn(&Shared<Revocable>);
    const WRITES: [Write; 3] = [
        |shared| push(shared, 9).unwrap(),
        |shared| {
            let change = |_: &mut WriteHandle<_, _, _>| unreachable!("it was refused");
            shared.lock(change).unwrap();
        },
        |shared| shared.publish().unwrap(),
    ];

    fn assert_told(shared: &Shared<Revocable>) {
        let version = || ReadGuard::version(&shared.reader().enter().unwrap());
        let before = version();
        for write in WRITES {
            let panic = catch_unwind(AssertUnwindSafe(|| write(shared))).unwrap_err();
            assert!(said(&*panic).contains("holds a guard"));
        }
        // What the thread of an interval publishes meanwhile was written before; what is there in the end says the rest.
        if !matches!(shared.publishing(), Publishing::Interval(_)) {
            assert_eq!(version(), before);
        }
        assert!(!shared.is_poisoned());
    }

    let _deadline = common::deadline();
    for publishing in policies() {
        let (writer, _) = left_right::new_logged(Numbers::default());
        let shared = writer.into_shared(publishing);
        let beside = |number| {
            let write = || {
                push(&shared, number).unwrap();
                // The thread of an interval may need the guard's copy.
                if !matches!(publishing, Publishing::Interval(_)) {
                    shared.publish().unwrap();
                }
            };
            thread::scope(|scope| scope.spawn(write).join().unwrap());
        };
        let newest = shared.enter().unwrap();
        assert_told(&shared);
        drop(newest);
        let older = shared.enter().unwrap();
        beside(1);
        assert_told(&shared);
        let newest = shared.enter().unwrap();
        assert_told(&shared);
        drop(older);
        assert_told(&shared);
        drop(newest);
        // What gives up may be told otherwise.
        push(&shared, 2).unwrap();
        shared.publish().unwrap();
        assert_eq!(shared.enter().unwrap().seen, [1, 2], "{publishing:?}");
    }
}

/// Publishes within a change, and keeps a guard; what it appends after that has to wait for another reader, and now and
/// then for the writer, which others try to get on with.
#[test]
fn a_guard_that_a_change_keeps_stays_as_it_is_while_its_thread_waits() {
    let _deadline = common::deadline();
    let shared = patient(Publishing::EachWrite);
    push(&shared, 1).unwrap();
    let (enter, entered) = mpsc::channel();
    let (keep, kept) = mpsc::channel();
    thread::scope(|scope| {
        let reader = shared.reader();
        scope.spawn(move || {
            let guard = reader.enter();
            enter.send(()).unwrap();
            kept.recv().unwrap();
            // The others get into each other's way meanwhile.
            thread::sleep(5 * MOMENT);
            drop(guard);
        });
        entered.recv().unwrap();
        let change = |writer: &mut WriteHandle<_, _, _>| {
            writer.append(Operation::Push(2)).publish();
            writer.append(Operation::Push(3));
            let others = [100, 200, 300].map(|first| {
                let shared = &shared;
                scope.spawn(move || (first..first + 100).for_each(|it| push(shared, it).unwrap()))
            });
            let guard = shared.enter();
            keep.send(()).unwrap();
            (guard, others)
        };
        let (guard, others) = shared.lock(change).unwrap();
        let mut number = 1_000;
        while others.iter().any(|it| !it.is_finished()) || number < 1_010 {
            assert_eq!(guard.seen, [1, 2]);
            push(&shared, number).unwrap();
            number += 1;
        }
        assert_eq!(guard.seen, [1, 2]);
        assert_eq!(shared.enter().seen.len() as u32, number - 1_000 + 303);
        assert!(deferred(&shared) <= 1);
    });
}

/// As any other write of its thread would.
#[test]
fn what_a_change_has_appended_does_not_wait_for_a_guard_that_the_change_keeps() {
    let _deadline = common::deadline_of(Duration::from_secs(20));
    let shared = patient(Publishing::EachWrite);
    push(&shared, 1).unwrap();
    let change = |writer: &mut WriteHandle<_, _, _>| {
        let guard = shared.enter();
        writer.append(Operation::Push(2)).publish();
        writer.append(Operation::Push(3));
        guard
    };
    let guard = shared.lock(change).unwrap();
    assert_eq!(guard.seen, [1]);
    assert_eq!(shared.enter().seen, [1, 2, 3]);
}

/// It is taken in the middle of a round that comes to nothing, since another reader is in the way; then the thread waits
/// for the writer again.
#[test]
fn a_guard_that_user_code_keeps_in_a_write_stays_as_it_is() {
    #[derive(Clone)]
    struct Keeper(u32);

    static KEEPER: OnceLock<SharedHandle<Keeper, ()>> = OnceLock::new();

    thread_local! {
        /// Whether this thread's user code keeps a guard.
        static KEEPS: Cell<bool> = const { Cell::new(false) };
        static KEPT: RefCell<Option<ReadGuard<'static, Keeper>>> = const { RefCell::new(None) };
    }

    impl Absorb<()> for Keeper {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {
            self.0 += 1;
        }

        fn prefetch(&self, (): &()) {
            if KEEPS.take() {
                KEPT.set(Some(KEEPER.get().unwrap().enter()));
            }
        }

        fn sync_with(&mut self, _: &Self) {
            unreachable!("every operation is logged");
        }
    }

    impl Independent for Keeper {}

    let _deadline = common::deadline();
    let (writer, reader) = left_right::new_owned(Keeper(0));
    let shared = KEEPER.get_or_init(|| writer.into_shared(Publishing::EachWrite, AN_HOUR));
    let (enter, entered) = mpsc::channel();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(move || {
            let guard = reader.enter();
            enter.send(()).unwrap();
            // The others get into each other's way meanwhile.
            thread::sleep(5 * MOMENT);
            drop(guard);
        });
        entered.recv().unwrap();
        shared.write(()).unwrap();
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    shared.write(()).unwrap();
                }
            });
        }
        KEEPS.set(true);
        let mut before = None;
        for writes in 0.. {
            shared.write(()).unwrap();
            let now =
                KEPT.with_borrow(|kept| kept.as_ref().map(|it| (it.0, ReadGuard::version(it))));
            before = before.or(now);
            assert_eq!(now, before);
            if now.is_some() && writes > 1_000 {
                break;
            }
        }
        KEPT.take();
        stop.store(true, Ordering::Relaxed);
    });
    assert!(shared.stats().unwrap().deferred <= 1);
}
