//! The writer for one thread, for a while.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::*;

#[test]
fn a_change_with_the_writer_is_visible_when_it_returns() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        let change = |number| {
            move |writer: &mut Writer<D>| writer.append(Operation::Push(number)).pending().len()
        };
        // Alone first: threads publish each other's changes.
        assert_eq!(shared.lock(change(4_000)), Ok(1));
        assert_eq!(seen(&shared), [4_000]);
        thread::scope(|scope| {
            for thread in 0..4 {
                let shared = &shared;
                scope.spawn(move || {
                    for number in 1_000 * thread..1_000 * thread + 50 {
                        shared.lock(change(number)).unwrap();
                        assert!(seen(shared).contains(&number));
                    }
                });
            }
        });
        assert_eq!(seen(&shared).len(), 201);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn a_decision_sees_everything_that_was_written() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Manual);
        let push_length = |writer: &mut Writer<D>| {
            let next = u32::try_from(writer.unpublished().seen.len()).unwrap();
            writer.append(Operation::Push(next));
            next
        };
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let mut last = None;
                    for _ in 0..250 {
                        let next = Some(shared.lock(push_length).unwrap());
                        assert!(next > last);
                        last = next;
                    }
                });
            }
        });
        assert!(seen(&shared).is_empty());
        shared.publish().unwrap();
        assert!(seen(&shared).into_iter().eq(0..1_000));
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// Also beside threads whose writes are carried out by whoever has the writer.
#[test]
fn operations_that_are_appended_together_stay_together() {
    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        thread::scope(|scope| {
            for thread in 0..3 {
                let shared = &shared;
                scope.spawn(move || {
                    for round in 0..200 {
                        let first = 10_000 * thread + 5 * round;
                        let batch = (first..first + 5).map(Operation::Push);
                        shared.lock(|writer| writer.extend(batch)).unwrap();
                    }
                });
            }
            scope.spawn(|| {
                for number in 100_000..100_200 {
                    push(&shared, number).unwrap();
                }
            });
        });
        shared.publish().unwrap();
        let mut batches = seen(&shared);
        batches.retain(|number| *number < 100_000);
        assert_eq!(batches.len(), 3_000);
        let all = seen(&shared);
        for chunk in batches.chunks(5) {
            let at = all.iter().position(|it| it == &chunk[0]).unwrap();
            assert_eq!(all[at..at + 5], *chunk);
            assert!(chunk.iter().copied().eq(chunk[0]..chunk[0] + 5));
        }
    }
    let _deadline = common::deadline();
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

#[track_caller]
fn assert_within_itself<T: fmt::Debug>(call: impl FnOnce() -> T) {
    let panic = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(
        message.contains("has the shared writer already"),
        "{message}"
    );
}

#[test]
fn a_locked_writer_is_one_threads_own() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Manual);
        push(&shared, 0).unwrap();
        thread::scope(|scope| {
            let change = |writer: &mut Writer<D>| {
                assert_eq!(writer.pending().len(), 1);
                assert_eq!(writer.unpublished().seen, [0]);
                let moment = Duration::from_millis(20);
                let (waits, writing) =
                    common::still_runs(scope, moment, || push(&shared, 2).unwrap());
                assert!(waits, "two threads have the writer");
                let publish = || shared.publish_timeout(Duration::from_millis(2));
                let error = scope.spawn(publish).join().unwrap().unwrap_err();
                assert!(error.to_string().contains("another thread"), "{error}");
                // It would wait for itself.
                assert_within_itself(|| push(&shared, 3));
                assert_within_itself(|| shared.lock(|_| ()));
                assert_within_itself(|| shared.publish());
                assert_within_itself(|| shared.publish_timeout(Duration::ZERO));
                assert_within_itself(|| shared.stats());
                assert_within_itself(|| shared.readers());
                assert_within_itself(|| shared.clone().into_writer());
                writer.append(Operation::Push(1));
                writing
            };
            shared.lock(change).unwrap().join().unwrap();
        });
        // Nothing was published: whoever publishes next has something to do.
        assert!(seen(&shared).is_empty() && !shared.is_poisoned());
        shared.publish().unwrap();
        assert_eq!(seen(&shared), [0, 1, 2]);
        assert_eq!(version(&shared), 1);
        shared.publish().unwrap();
        assert_eq!(version(&shared), 1);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// Whoever has the writer publishes for all who have asked meanwhile.
#[test]
fn writes_that_wait_for_the_writer_share_the_next_publish() {
    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        push(&shared, 0).unwrap();
        shared.publish().unwrap();
        let before = version(&shared);
        thread::scope(|scope| {
            let change = |writer: &mut Writer<D>| {
                writer.append(Operation::Push(1));
                [2, 3, 4].map(|number| {
                    let shared = &shared;
                    let write = move || {
                        push(shared, number).unwrap();
                        shared.publish().unwrap();
                        assert!(seen(shared).contains(&number));
                    };
                    // Long enough to get to the lock.
                    let moment = Duration::from_millis(20);
                    let (waits, writing) = common::still_runs(scope, moment, write);
                    assert!(waits, "published though another has the writer");
                    writing
                })
            };
            for writing in shared.lock(change).unwrap() {
                writing.join().unwrap();
            }
        });
        assert_eq!(version(&shared), before + 1, "{publishing:?}");
        let mut all = seen(&shared);
        all[2..].sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }
    let _deadline = common::deadline();
    for publishing in [Publishing::EachWrite, every(4), Publishing::Manual] {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

/// It asks for the writer, and then for something else, while another thread is in the middle of a round.
#[test]
fn a_write_after_a_publish_that_was_given_up_is_carried_out() {
    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        thread::scope(|scope| {
            for thread in 0..4 {
                let shared = &shared;
                scope.spawn(move || {
                    for number in 1_000 * thread..1_000 * thread + 500 {
                        let _ = shared.publish_timeout(Duration::ZERO);
                        push(shared, number).expect("no operation panics");
                    }
                });
            }
        });
        shared.publish().unwrap();
        assert_eq!(seen(&shared).len(), 2_000);
    }
    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

/// A thread that dies with the writer leaves it to the others.
#[test]
fn what_a_change_appended_before_it_panics_is_pending() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        let panics = || {
            shared.lock(|writer| {
                writer.append(Operation::Push(1));
                panic!("asked to");
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        assert!(!shared.is_poisoned());
        assert!(seen(&shared).is_empty());
        push(&shared, 2).unwrap();
        assert_eq!(seen(&shared), [1, 2]);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// Those who have asked meanwhile are not forgotten by a thread that dies with the writer.
#[test]
fn who_waits_beside_a_change_that_panics_gets_the_writer() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        thread::scope(|scope| {
            let mut writing = Vec::new();
            let panics = || {
                shared.lock(|_| {
                    for number in 0..3 {
                        let write = {
                            let shared = &shared;
                            move || push(shared, number).unwrap()
                        };
                        let moment = Duration::from_millis(20);
                        let (waits, write) = common::still_runs(scope, moment, write);
                        assert!(waits);
                        writing.push(write);
                    }
                    panic!("asked to");
                })
            };
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
            for writing in writing {
                writing.join().unwrap();
            }
        });
        assert_eq!(seen(&shared).len(), 3);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn structures_that_exchanged_their_writers_can_only_be_read() {
    fn run<D: Kind>(publishing: Publishing) {
        let (first, second) = (D::shared(publishing), D::shared(publishing));
        push(&first, 1).unwrap();
        push(&second, 2).unwrap();
        first.publish().unwrap();
        second.publish().unwrap();
        let exchange = first.lock(|mine| second.lock(|other| mem::swap(mine, other)));
        assert!(exchange.is_err());
        for (shared, number) in [(&first, 1), (&second, 2)] {
            assert!(shared.is_poisoned());
            assert!(push(shared, 3).is_err());
            assert!(shared.publish().is_err());
            assert!(shared.lock(|_| ()).is_err());
            assert!(shared.stats().is_err() && shared.readers().is_err());
            assert_eq!(seen(shared), [number]);
        }
        let handles = [first, second].map(|it| it.into_writer().unwrap_err());
        assert_eq!(handles.each_ref().map(seen), [[1], [2]]);
    }
    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

/// The handles that go own each other's writers.
#[test]
fn structures_that_exchanged_their_writers_leave_the_data_to_readers() {
    let (first, second) = (
        Owned::shared(Publishing::Manual),
        Owned::shared(Publishing::Manual),
    );
    for (shared, number) in [(&first, 1), (&second, 2)] {
        push(shared, number).unwrap();
        shared.publish().unwrap();
    }
    let exchange = first.lock(|mine| second.lock(|other| mem::swap(mine, other)));
    assert!(exchange.is_err());
    for (shared, number) in [(first, 1), (second, 2)] {
        let reader = shared.reader();
        drop(shared);
        assert_eq!(reader.enter().seen, [number]);
    }
}

/// Else they and the new ones would take each other's requests for their own.
#[test]
fn a_writer_that_was_taken_out_is_shared_anew_once_the_handles_that_lost_it_are_gone() {
    fn take_out<D: Kind>(shared: &Shared<D>) -> Writer<D> {
        let other = D::writer_of(Numbers::default());
        let mut taken = None;
        let change = |writer: &mut Writer<D>| taken = Some(mem::replace(writer, other));
        assert!(shared.lock(change).is_err());
        taken.unwrap()
    }

    fn run<D: Kind>(publishing: Publishing) {
        let shared = || {
            let shared = D::shared(publishing);
            push(&shared, 1).unwrap();
            shared.publish().unwrap();
            shared
        };

        let first = shared();
        let writer = take_out(&first);
        let last = first.clone();
        drop(first);
        let share = AssertUnwindSafe(|| D::share(writer, publishing));
        let panic = catch_unwind(share).unwrap_err();
        let message = panic.downcast_ref::<&str>().unwrap();
        assert!(message.contains("cannot be shared anew"), "{message}");
        assert!(push(&last, 9).is_err());

        let lost = shared();
        let writer = take_out(&lost);
        drop(lost);
        let mut shared = D::share(writer, publishing);
        for number in 2..4 {
            push(&shared, number).unwrap();
            shared.publish().unwrap();
            assert!(seen(&shared).into_iter().eq(1..=number), "{publishing:?}");
            let writer = shared.into_writer().unwrap();
            shared = D::share(writer, publishing);
        }
    }

    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}
