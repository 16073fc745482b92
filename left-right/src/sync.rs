//! The only file that names atomics, locks and threads: those of `std`, or loom's under `cfg(loom)`.

#[cfg(not(loom))]
pub(crate) use std::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicPtr, AtomicUsize, Ordering, fence},
    },
    thread,
};

#[cfg(loom)]
pub(crate) use loom::{
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicPtr, AtomicUsize, Ordering, fence},
    },
    thread,
};

use std::sync::PoisonError;

/// Locks `mutex`, whatever happened to an earlier holder.
///
/// No lock of this crate guards a change of several steps that user code could interrupt
/// (invariant 9), so a lock that a panic has poisoned still guards a whole value.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
