//! A structure that any number of threads read and write: when writes become visible, and that
//! nothing stops them.
#![cfg(not(loom))]

use std::{
    mem,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use left_right::{
    Absorb, Independent, Owned, Poisoned, Publishing, ReadGuard, SharedHandle, WriteHandle,
};

mod common;

#[cfg(feature = "async")]
#[path = "shared_handle/asynchronous.rs"]
mod asynchronous;
#[path = "shared_handle/interval.rs"]
mod interval;
#[path = "shared_handle/poison.rs"]
mod poison;

/// Numbers, and something that is gone once every copy is.
#[derive(Clone)]
struct Numbers {
    seen: Vec<u32>,
    _alive: Arc<()>,
}

enum Operation {
    Push(u32),
    Panic,
    /// Drops this handle.
    Drop(Mutex<Option<Shared>>),
    /// Says that it is being absorbed, and waits.
    Wait(mpsc::Sender<()>, Arc<Mutex<mpsc::Receiver<()>>>),
}

impl Absorb<Operation> for Numbers {
    fn absorb_first(&mut self, operation: &mut Operation, _: &Self) {
        match operation {
            Operation::Push(number) => self.seen.push(*number),
            Operation::Panic => panic!("asked to"),
            Operation::Drop(handle) => drop(handle.get_mut().unwrap().take()),
            Operation::Wait(begun, go_on) => {
                begun.send(()).unwrap();
                go_on.lock().unwrap().recv().unwrap();
            }
        }
    }

    fn absorb_second(&mut self, operation: Operation, _: &Self) {
        if let Operation::Push(number) = operation {
            self.seen.push(number);
        }
    }

    fn sync_with(&mut self, _: &Self) {
        unreachable!("every operation is logged");
    }
}

impl Independent for Numbers {}

type Shared = SharedHandle<Numbers, Operation>;

const READER_TIMEOUT: Duration = Duration::from_secs(1);

/// A writer whose readers own the data with it.
type Writer<T, O> = WriteHandle<T, O, Owned>;

fn writer(alive: &Arc<()>) -> Writer<Numbers, Operation> {
    let numbers = Numbers {
        seen: Vec::new(),
        _alive: Arc::clone(alive),
    };
    left_right::new_owned(numbers).0
}

fn shared(publishing: Publishing) -> Shared {
    writer(&Arc::default()).into_shared(publishing, READER_TIMEOUT)
}

fn push(shared: &Shared, number: u32) -> Result<(), Poisoned> {
    shared.update(|writer| {
        writer.append(Operation::Push(number));
    })
}

fn seen(shared: &Shared) -> Vec<u32> {
    shared.enter().seen.clone()
}

fn every(count: usize) -> Publishing {
    Publishing::EveryN(NonZeroUsize::new(count).unwrap())
}

#[test]
fn each_write_is_visible_when_it_returns() {
    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    thread::scope(|scope| {
        for thread in 0..4 {
            let shared = shared.clone();
            scope.spawn(move || {
                for number in 0..250 {
                    push(&shared, 1_000 * thread + number).unwrap();
                    assert!(seen(&shared).contains(&(1_000 * thread + number)));
                }
            });
        }
    });
    assert_eq!(seen(&shared).len(), 1_000);
}

#[test]
fn what_comes_to_nothing_publishes_nothing() {
    let shared = shared(Publishing::EachWrite);
    push(&shared, 1).unwrap();
    shared.update(|_| ()).unwrap();
    let last = |numbers: &Numbers| (None, numbers.seen.last().copied());
    assert_eq!(shared.append_with(last), Ok(Some(1)));
    shared.publish().unwrap();
    assert_eq!(ReadGuard::version(&shared.enter()), 1);
}

#[test]
fn a_decision_sees_everything_that_was_appended() {
    let shared = shared(Publishing::Manual);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let next = |numbers: &Numbers| {
                        let next = u32::try_from(numbers.seen.len()).unwrap();
                        (Some(Operation::Push(next)), ())
                    };
                    shared.append_with(next).unwrap();
                }
            });
        }
    });
    assert!(seen(&shared).is_empty());
    shared.publish().unwrap();
    assert!(seen(&shared).into_iter().eq(0..1_000));
}

#[test]
fn with_every_third_change_all_three_become_visible() {
    let shared = shared(every(3));
    for number in 0..7 {
        assert_eq!(seen(&shared).len() as u32, number / 3 * 3);
        push(&shared, number).unwrap();
    }
    shared.publish().unwrap();
    assert_eq!(seen(&shared).len(), 7);
}

#[test]
fn by_hand_nothing_becomes_visible_before_the_call() {
    let shared = shared(Publishing::Manual);
    push(&shared, 1).unwrap();
    push(&shared, 2).unwrap();
    assert!(seen(&shared).is_empty());
    shared.publish().unwrap();
    assert_eq!(seen(&shared), [1, 2]);
    assert_eq!(shared.publishing(), Publishing::Manual);
    assert_eq!(shared.reader_timeout(), READER_TIMEOUT);
}

#[test]
fn what_is_pending_is_visible_once_the_last_handle_is_gone() {
    for publishing in [every(100), Publishing::Manual] {
        let shared = shared(publishing);
        let reader = shared.reader();
        push(&shared, 1).unwrap();
        drop(shared.clone());
        assert!(reader.enter().seen.is_empty());
        drop(shared);
        assert_eq!(reader.enter().seen, [1]);
    }
}

#[test]
fn a_guard_that_is_held_for_ever_stops_nobody() {
    let _deadline = common::deadline();
    for publishing in [
        Publishing::EachWrite,
        every(2),
        Publishing::Interval(Duration::from_millis(1)),
        Publishing::Manual,
    ] {
        let shared = writer(&Arc::default()).into_shared(publishing, Duration::from_millis(5));
        let reader = shared.reader();
        let guard = reader.enter();
        thread::scope(|scope| {
            // On another thread: this one holds a guard.
            scope.spawn(|| {
                for number in 0..10 {
                    push(&shared, number).unwrap();
                    shared.publish().unwrap();
                    shared.append_with(|_| (None, ())).unwrap();
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

/// A guard that no thread holds any more.
fn leak_a_guard(shared: &Shared) {
    thread::scope(|scope| _ = scope.spawn(|| mem::forget(shared.enter())));
}

#[test]
fn a_read_of_what_is_pending_stops_for_no_guard() {
    let _deadline = common::deadline();
    for read in [
        (|shared| shared.append_with(|numbers| (None, numbers.seen.len()))) as fn(&Shared) -> _,
        |shared| shared.update(|writer| writer.unpublished().seen.len()),
    ] {
        let moment = Duration::from_millis(5);
        let shared = writer(&Arc::default()).into_shared(Publishing::Manual, moment);
        leak_a_guard(&shared);
        push(&shared, 1).unwrap();
        shared.publish().unwrap();
        push(&shared, 2).unwrap();
        assert_eq!(read(&shared), Ok(2));
    }
}

/// Publishes, and appends more: the copy that the next publish needs is the one that readers are in.
fn publish_half(shared: &Shared) {
    let change = |writer: &mut Writer<_, _>| {
        writer.append(Operation::Push(1)).publish();
        writer.append(Operation::Push(2));
    };
    shared.update(change).unwrap();
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
        let moment = Duration::from_millis(5);
        let shared = writer(&Arc::default()).into_shared(publishing, moment);
        leak_a_guard(&shared);
        publish_half(&shared);
        publish(&shared);
        let reader = shared.reader();
        drop(shared);
        assert_eq!(reader.enter().seen, [1, 2], "{publishing:?}");
    }
}

/// Runs `publish` while another thread has the writer for longer than anybody waits.
fn beside_a_change(publish: fn(&Shared)) {
    let _deadline = common::deadline();
    let shared = writer(&Arc::default()).into_shared(Publishing::Manual, Duration::ZERO);
    push(&shared, 1).unwrap();
    let (begin, begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel();
    thread::scope(|scope| {
        let shared = &shared;
        scope.spawn(move || {
            let change = |_: &mut Writer<_, _>| {
                begin.send(()).unwrap();
                wait.recv().unwrap();
            };
            shared.update(change).unwrap();
        });
        begun.recv().unwrap();
        let moment = Duration::from_millis(50);
        let (waits, publishing) = common::still_runs(scope, moment, move || publish(shared));
        go_on.send(()).unwrap();
        publishing.join().unwrap();
        assert!(waits, "it gave up");
    });
    assert_eq!(seen(&shared), [1]);
}

#[test]
fn a_publish_is_not_given_up_because_another_thread_has_the_writer() {
    beside_a_change(|shared| shared.publish().unwrap());
}

#[test]
#[cfg(debug_assertions)]
fn a_thread_that_writes_while_it_holds_a_guard_is_told_so() {
    let shared = shared(Publishing::EachWrite);
    let guard = shared.enter();
    for write in [
        (|shared| _ = push(shared, 1)) as fn(&Shared),
        |shared| _ = shared.append_with(|_| (None, ())),
        |shared| _ = shared.publish(),
    ] {
        assert!(catch_unwind(AssertUnwindSafe(|| write(&shared))).is_err());
    }
    drop(guard);
    push(&shared, 2).unwrap();
    assert_eq!(seen(&shared), [2]);
}

#[test]
fn readers_are_listed_with_what_they_see() {
    let shared = shared(Publishing::EachWrite);
    push(&shared, 1).unwrap();
    let versions = || {
        let readers = shared.readers().unwrap();
        let active = readers.iter().filter(|it| it.is_active);
        active.map(|it| it.version).collect::<Vec<_>>()
    };
    assert_eq!(versions(), []);
    let guard = shared.enter();
    assert_eq!(versions(), [Some(1)]);
    drop(guard);
    assert_eq!(versions(), []);
}

/// Threads that come and go get the same addresses for their thread-locals.
#[test]
fn a_thread_is_not_taken_for_one_that_is_gone() {
    let shared = writer(&Arc::default()).into_shared(Publishing::EachWrite, Duration::ZERO);
    let on_a_thread = |work: &(dyn Fn() + Sync)| {
        thread::scope(|scope| scope.spawn(work).join().unwrap());
    };
    for number in 0..20 {
        on_a_thread(&|| mem::forget(shared.enter()));
        on_a_thread(&|| push(&shared, number).unwrap());
    }
}

#[test]
fn what_a_closure_appended_before_it_panics_is_pending() {
    let shared = shared(Publishing::EachWrite);
    let panics = AssertUnwindSafe(|| {
        let change = |writer: &mut Writer<Numbers, Operation>| {
            writer.append(Operation::Push(1));
            panic!("asked to");
        };
        shared.update_with(|writer| writer, |writer| writer, change)
    });
    assert!(catch_unwind(panics).is_err());
    assert!(!shared.is_poisoned());
    assert!(seen(&shared).is_empty());
    push(&shared, 2).unwrap();
    assert_eq!(seen(&shared), [1, 2]);
}

#[test]
fn a_call_within_a_call_panics_and_does_not_wait_for_itself() {
    let _deadline = common::deadline();
    let shared = shared(Publishing::EachWrite);
    let nested = AssertUnwindSafe(|| shared.update_with(|it| it, |it| it, |_| push(&shared, 1)));
    let panic = catch_unwind(nested).unwrap_err();
    let message = panic.downcast_ref::<&str>().unwrap();
    assert!(
        message.contains("has the shared writer already"),
        "{message}"
    );
    push(&shared, 2).unwrap();
    assert_eq!(seen(&shared), [2]);
}

#[test]
fn structures_that_exchanged_their_writers_can_only_be_read() {
    for publishing in [Publishing::EachWrite, Publishing::Manual] {
        let (first, second) = (shared(publishing), shared(publishing));
        push(&first, 1).unwrap();
        push(&second, 2).unwrap();
        first.publish().unwrap();
        second.publish().unwrap();
        let exchange = first.update_with(
            |it| it,
            |it| it,
            |mine| {
                let exchange = |other: &mut Writer<_, _>| mem::swap(mine, other);
                second.update_with(|it| it, |it| it, exchange)
            },
        );
        assert!(exchange.is_err());
        for (shared, number) in [(first, 1), (second, 2)] {
            assert!(shared.is_poisoned());
            assert!(push(&shared, 3).is_err());
            assert!(shared.publish().is_err());
            assert_eq!(seen(&shared), [number]);
            let reader = shared.reader();
            drop(shared);
            assert_eq!(reader.enter().seen, [number]);
        }
    }
}

#[test]
fn handles_are_send_and_sync() {
    fn everything<T: Clone + Send + Sync + std::fmt::Debug>(_: &T) {}
    everything(&shared(Publishing::default()));
}
