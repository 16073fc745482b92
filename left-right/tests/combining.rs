//! Threads that write at the same time, so that one of them carries out what the others ask for: what each call returns,
//! on which thread user code runs, whose call panics, and that nobody waits for ever.
#![cfg(not(loom))]

use std::{
    any::Any,
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use left_right::{Absorb, Poisoned, Publishing, SharedHandle, SharedWriter};

mod common;

#[path = "combining/chains.rs"]
mod chains;
#[path = "combining/ending.rs"]
mod ending;
#[path = "combining/guards.rs"]
mod guards;
#[path = "combining/panics.rs"]
mod panics;
#[path = "combining/prefetching.rs"]
mod prefetching;
#[path = "combining/reentry.rs"]
mod reentry;
#[path = "combining/waiting.rs"]
mod waiting;

/// So long that a test which waits for it does not end in time.
const AN_HOUR: Duration = Duration::from_secs(3_600);

/// Long enough for a thread to get to a lock, and to sleep there.
const MOMENT: Duration = Duration::from_millis(20);

fn every(count: usize) -> Publishing {
    Publishing::EveryN(NonZeroUsize::new(count).unwrap())
}

/// One of each.
fn policies() -> [Publishing; 4] {
    [
        Publishing::EachWrite,
        every(3),
        Publishing::Interval(Duration::from_millis(1)),
        Publishing::Manual,
    ]
}

/// Who carries out what was asked for while a thread had the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// That thread, once it is through with what it did.
    Holder,
    /// One of those that wait: that thread leaves the writer by a panic.
    Waiter,
}

/// A call on a thread of its own.
type Call<'a, R> = Box<dyn FnOnce() -> R + Send + 'a>;

/// What became of the call that had the writer, and of those that asked meanwhile.
type Outcomes<R> = (thread::Result<Result<(), Poisoned>>, Vec<thread::Result<R>>);

/// Makes these calls while this thread has the writer, so that all of them ask; then lets it go. The slots of their
/// threads are in this order.
fn asked_together<T, O, D, W, A, R: Send>(
    shared: &SharedHandle<T, O, D, W, A>,
    by: By,
    calls: Vec<Call<'_, R>>,
) -> Outcomes<R>
where
    T: Absorb<O>,
    W: SharedWriter<T, O, D, A>,
    SharedHandle<T, O, D, W, A>: Sync,
    D: left_right::Ownership,
{
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let change = AssertUnwindSafe(|| {
            shared.lock(|_| {
                for call in calls {
                    let (begin, begun) = mpsc::channel();
                    threads.push(scope.spawn(move || {
                        drop(shared.enter());
                        begin.send(()).unwrap();
                        call()
                    }));
                    begun.recv().unwrap();
                }
                // Nobody can tell when they wait.
                thread::sleep(MOMENT);
                if by == By::Waiter {
                    resume_unwind(Box::new(LEAVES));
                }
            })
        });
        let held = catch_unwind(change);
        if by == By::Waiter {
            assert_eq!(held.as_ref().map_err(|it| said(&**it)), Err(LEAVES));
        }
        let outcomes = threads.into_iter().map(thread::ScopedJoinHandle::join);
        (held, outcomes.collect())
    })
}

/// What a thread panics with that leaves the writer to those that wait.
const LEAVES: &str = "leaves the writer";

fn said(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .expect("it panics with a message")
}
