//! The atomics, locks, threads and timers of the protocol: those of `std`, or loom's under `cfg(loom)`.
//!
//! What no model needs to see is named where it is used: thread-locals, thread names, the process-wide
//! decision about fences.

#![forbid(unsafe_code)]

#[cfg(not(loom))]
pub(crate) use std::{
    hint::spin_loop,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering, fence},
    },
    thread,
};

#[cfg(not(loom))]
pub(crate) use unwatched::AtomicU64;

/// Atomics that loom does not explore: hints, and what only one thread looks at.
pub(crate) mod unwatched {
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize};

    // A version that came again would be taken for the one before, so it has 64 bits everywhere.
    #[cfg(not(target_has_atomic = "64"))]
    pub(crate) use portable_atomic::AtomicU64;
    #[cfg(target_has_atomic = "64")]
    pub(crate) use std::sync::atomic::AtomicU64;
}

#[cfg(loom)]
pub(crate) use loom::{
    hint::spin_loop,
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence},
    },
    thread,
};

use std::sync::PoisonError;

#[cfg(all(feature = "async", not(loom)))]
pub(crate) use futures_timer::Delay;

/// A timer that has always run out. Loom has no clock, and explores by itself what happens meanwhile.
#[cfg(all(feature = "async", loom))]
#[derive(Debug)]
pub(crate) struct Delay;

#[cfg(all(feature = "async", loom))]
impl Delay {
    pub(crate) fn new(_: std::time::Duration) -> Self {
        Self
    }
}

#[cfg(all(feature = "async", loom))]
impl Future for Delay {
    type Output = ();

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
        std::task::Poll::Ready(())
    }
}

/// Locks `mutex`, whatever happened to an earlier holder.
///
/// No lock of this crate guards a change of several steps that user code could interrupt
/// (invariant 9), so a lock that a panic has poisoned still guards a whole value.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The value in `mutex`, for its only owner.
pub(crate) fn unlocked<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Tells threads apart, those that are gone included, at less cost than a thread's id.
///
/// 0 is no thread's number: it is what threads get when there are no more numbers, which happens on a machine
/// of 32 bits. Compare by [`is_this_thread`].
#[cfg(not(loom))]
pub(crate) fn thread_number() -> usize {
    use std::cell::Cell;
    static LAST: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static NUMBER: Cell<usize> = const { Cell::new(0) });
    NUMBER.with(|number| {
        if number.get() == 0 {
            number.set(next_number(&LAST));
        }
        number.get()
    })
}

/// The largest number of a thread: it stands beside two flags in a word.
#[cfg(not(loom))]
const MOST_NUMBERS: usize = usize::MAX >> 2;

#[cfg(not(loom))]
#[cold]
fn next_number(last: &AtomicUsize) -> usize {
    let next = |last: usize| (last < MOST_NUMBERS).then_some(last + 1);
    // Relaxed: only that no two threads get the same.
    let drawn = last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    drawn.map_or(0, |last| last + 1)
}

/// Whether this is the calling thread's number.
#[cfg(not(loom))]
pub(crate) fn is_this_thread(number: usize) -> bool {
    number != 0 && number == thread_number()
}

/// Nobody's: models do not look for calls that would wait for themselves.
#[cfg(loom)]
pub(crate) fn thread_number() -> usize {
    usize::MAX
}

#[cfg(loom)]
pub(crate) fn is_this_thread(_: usize) -> bool {
    false
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn no_two_threads_get_the_same_number_also_when_there_are_no_more() {
        let last = AtomicUsize::new(MOST_NUMBERS - 2);
        let drawn = [(); 5].map(|()| next_number(&last));
        assert_eq!(drawn, [MOST_NUMBERS - 1, MOST_NUMBERS, 0, 0, 0]);
        assert!(!is_this_thread(0), "that of a thread without a number");
        assert!(is_this_thread(thread_number()));
    }
}
