//! What is left when an operation has panicked.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::*;

fn poison<D>(shared: &Shared<D>) -> thread::Result<Result<(), Poisoned>> {
    catch_unwind(AssertUnwindSafe(|| shared.write(Operation::Panic)))
}

fn said(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().unwrap()
}

/// Every call is refused, and readers go on, in the end without a writer.
fn assert_poisoned<D: Kind>(shared: Shared<D>, data: &[u32]) {
    assert!(shared.is_poisoned() && shared.clone().is_poisoned());
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(push(&shared, 9).is_err());
            assert!(shared.lock(|_| unreachable!("it has no writer")).is_err());
            assert!(shared.publish().is_err());
            let timeout = shared.publish_timeout(Duration::MAX);
            assert!(matches!(timeout, Err(PublishError::Poisoned(_))));
            #[cfg(feature = "async")]
            assert!(futures::executor::block_on(shared.publish_async()).is_err());
            // Those who look after it still learn how it is.
            let readers = shared.readers().unwrap().len();
            assert_eq!(shared.stats().unwrap().readers, readers);
        });
    });
    assert_eq!(seen(&shared), data);
    let reader = shared.reader();
    let writer = shared.into_writer().unwrap();
    assert!(writer.is_poisoned());
    drop(writer);
    assert_eq!(D::guard(reader.enter()).seen, data);
}

#[test]
fn a_panic_of_an_operation_poisons_writes_and_no_reads() {
    fn run<D: Kind>(publishing: Publishing) {
        let shared = D::shared(publishing);
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        push(&shared, 2).unwrap();
        // Where writes do not publish it is the publish that panics, or the thread.
        let write = poison(&shared);
        let other = shared.clone();
        let publish = catch_unwind(AssertUnwindSafe(|| other.publish()));
        drop(other);
        match publishing {
            Publishing::EachWrite | Publishing::EveryN(_) => assert!(write.is_err()),
            Publishing::Manual => {
                assert!(matches!(write, Ok(Ok(()))));
                assert!(publish.is_err());
            }
            _ => assert!(!matches!(publish, Ok(Ok(())))),
        }
        let last = match seen(&shared)[..] {
            [1] => 1,
            // Others publish what was written before.
            [1, 2] if publishing != Publishing::Manual => 2,
            ref other => panic!("{other:?}"),
        };
        assert_poisoned(shared, &[1, 2][..last]);
    }
    let _deadline = common::deadline();
    for publishing in policies() {
        run::<Owned>(publishing);
        run::<Revocable>(publishing);
    }
}

/// Nobody calls anything.
#[test]
fn the_thread_of_an_interval_finds_the_poison_and_ends() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Interval(Duration::ZERO));
        assert!(matches!(poison(&shared), Ok(Ok(()))));
        while !shared.is_poisoned() {
            thread::yield_now();
        }
        assert_poisoned(shared, &[]);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

/// The writes are carried out by a thread that has nothing to do with the panic.
#[test]
fn a_panic_goes_on_in_the_call_that_owns_the_operation() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        push(&shared, 0).unwrap();
        thread::scope(|scope| {
            let mut writing = Vec::new();
            let change = shared.lock(|_| {
                for number in 1..4 {
                    let write = {
                        let shared = &shared;
                        move || match number {
                            2 => poison(shared),
                            _ => Ok(push(shared, number)),
                        }
                    };
                    // Long enough to get to the lock.
                    let moment = Duration::from_millis(20);
                    let (waits, write) = common::still_runs(scope, moment, write);
                    assert!(waits, "two threads have the writer");
                    writing.push(write);
                }
            });
            assert!(change.is_err());
            let mut results = writing.into_iter().map(|it| it.join().unwrap());
            assert!(results.next().unwrap().unwrap().is_err());
            assert_eq!(said(&*results.next().unwrap().unwrap_err()), "asked to");
            assert!(results.next().unwrap().unwrap().is_err());
        });
        assert_poisoned(shared, &[0]);
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn an_operation_that_panics_the_second_time_does_so_in_the_call_that_replays_it() {
    fn run<D: Kind>(replay: fn(&Shared<D>) -> Result<(), Poisoned>) {
        let shared = D::shared(Publishing::EachWrite);
        push(&shared, 0).unwrap();
        shared.write(Operation::PanicLater).unwrap();
        let panic = catch_unwind(AssertUnwindSafe(|| replay(&shared))).unwrap_err();
        assert_eq!(said(&*panic), "asked to, later");
        assert_poisoned(shared, &[0]);
    }
    let _deadline = common::deadline();
    run::<Owned>(|shared| push(shared, 1));
    run::<Revocable>(|shared| push(shared, 1));
    run::<Owned>(|shared| shared.lock(|_| unreachable!("it has no writer")));
    run::<Revocable>(|shared| shared.lock(|writer| _ = writer.append(Operation::Push(1))));
}

/// Those who have asked meanwhile look for themselves.
#[test]
fn who_waits_beside_a_replay_that_panics_learns_of_the_poison() {
    let _deadline = common::deadline();
    let shared = Revocable::shared(Publishing::EachWrite);
    push(&shared, 0).unwrap();
    shared.write(Operation::PanicLater).unwrap();
    thread::scope(|scope| {
        let mut writing = Vec::new();
        let change = || {
            shared.lock(|_| {
                for number in 1..4 {
                    let shared = &shared;
                    let moment = Duration::from_millis(20);
                    let write = move || push(shared, number);
                    let (waits, write) = common::still_runs(scope, moment, write);
                    assert!(waits, "two threads have the writer");
                    writing.push(write);
                }
            })
        };
        let panic = catch_unwind(AssertUnwindSafe(change)).unwrap_err();
        assert_eq!(said(&*panic), "asked to, later");
        for writing in writing {
            assert!(writing.join().unwrap().is_err());
        }
    });
    assert_poisoned(shared, &[0]);
}

#[test]
fn a_thread_that_waits_for_readers_learns_of_the_poison() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        let reader = shared.reader();
        let guard = reader.enter();
        push(&shared, 0).unwrap();
        thread::scope(|scope| {
            let waits = [1, 2, 3].map(|number| {
                let shared = &shared;
                scope.spawn(move || match number {
                    2 => poison(shared),
                    _ => Ok(push(shared, number)),
                })
            });
            thread::sleep(Duration::from_millis(5));
            drop(guard);
            let results = waits.map(|it| it.join().unwrap());
            let panics = results.each_ref().map(Result::is_err);
            assert_eq!(panics, [false, true, false], "{results:?}");
        });
        assert!(shared.is_poisoned());
    }
    let _deadline = common::deadline();
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn poison_that_a_change_has_caught_is_an_error() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::EachWrite);
        let change = |writer: &mut Writer<D>| {
            writer.append(Operation::Panic);
            let publish = AssertUnwindSafe(|| _ = writer.publish());
            assert!(catch_unwind(publish).is_err());
        };
        assert!(shared.lock(change).is_err());
        assert_poisoned(shared, &[]);
    }
    run::<Owned>();
    run::<Revocable>();
}

#[test]
fn poison_that_is_pending_does_not_leave_the_drop_of_the_last_handle() {
    fn run<D: Kind>() {
        let shared = D::shared(Publishing::Manual);
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        assert!(matches!(poison(&shared), Ok(Ok(()))));
        let reader = shared.reader();
        drop(shared);
        assert_eq!(D::guard(reader.enter()).seen, [1]);
    }
    run::<Owned>();
    run::<Revocable>();
}

/// Operations are absorbed where they are written until then.
#[test]
fn poison_before_the_first_publish_is_that_of_the_write() {
    #[derive(Clone, Default)]
    struct Picky(u32);

    impl Absorb<u32> for Picky {
        fn absorb_first(&mut self, number: &mut u32, _: &Self) {
            assert_ne!(*number, 666, "asked to");
            self.0 += *number;
        }
        fn sync_with(&mut self, first: &Self) {
            self.0 = first.0;
        }
    }

    for publishing in [Publishing::Manual, Publishing::EachWrite] {
        let (writer, reader) = left_right::new::<Picky, u32>();
        let shared = writer.into_shared(publishing);
        if publishing == Publishing::Manual {
            shared.write(1).unwrap();
        }
        let write = AssertUnwindSafe(|| shared.write(666));
        assert!(catch_unwind(write).is_err());
        assert!(shared.is_poisoned());
        drop(shared);
        assert_eq!(reader.enter().unwrap().0, 0);
    }
}

/// What nobody will ever absorb is dropped on its own thread: without the lock, and also while a
/// panic unwinds.
#[test]
fn what_poison_drops_may_use_the_handle_and_panic() {
    type Messages = SharedHandle<Plain, Message, Revocable>;

    enum Message {
        Fine,
        PanicLater,
        /// Tries to write when it is dropped, and panics then.
        Grumpy(&'static str, Messages, mpsc::Sender<&'static str>),
    }

    impl Drop for Message {
        fn drop(&mut self) {
            if let Self::Grumpy(name, shared, refused) = self {
                assert!(shared.write(Self::Fine).is_err());
                assert_eq!(thread::current().name(), Some(*name));
                refused.send(name).unwrap();
                panic!("dropped");
            }
        }
    }

    #[derive(Clone)]
    struct Plain;

    impl Absorb<Message> for Plain {
        fn absorb_first(&mut self, _: &mut Message, _: &Self) {}
        fn absorb_second(&mut self, message: Message, _: &Self) {
            assert!(!matches!(message, Message::PanicLater), "absorbed");
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    fn poisonous() -> Messages {
        let (writer, _) = left_right::new_logged(Plain);
        let shared = writer.into_shared(Publishing::EachWrite);
        shared.write(Message::PanicLater).unwrap();
        shared
    }

    let _deadline = common::deadline();
    let (refused, refusals) = mpsc::channel();
    thread::scope(|scope| {
        let write = |shared: &Messages, name| {
            let grumpy = Message::Grumpy(name, shared.clone(), refused.clone());
            let shared = shared.clone();
            let write = move || _ = shared.write(grumpy);
            let named = thread::Builder::new().name(String::from(name));
            named.spawn_scoped(scope, write).unwrap()
        };
        let panic = |thread: thread::ScopedJoinHandle<'_, ()>| {
            let panic = thread.join().unwrap_err();
            said(&*panic).to_owned()
        };
        // The first panic goes on.
        let shared = poisonous();
        assert_eq!(panic(write(&shared, "replays")), "absorbed");
        assert_eq!(panic(write(&shared, "comes late")), "dropped");

        let shared = poisonous();
        let mut waiting = Vec::new();
        let change = AssertUnwindSafe(|| {
            shared.lock(|_| {
                waiting.extend(["waits", "waits, too"].map(|name| write(&shared, name)));
                // Long enough to get to the lock.
                thread::sleep(Duration::from_millis(20));
            })
        });
        assert_eq!(said(&*catch_unwind(change).unwrap_err()), "absorbed");
        for waiting in waiting {
            assert_eq!(panic(waiting), "dropped");
        }
    });
    drop(refused);
    let mut refusals: Vec<_> = refusals.into_iter().collect();
    refusals.sort_unstable();
    assert_eq!(refusals, ["comes late", "replays", "waits", "waits, too"]);
}
