//! One copy of the data with its version, and the way from a pointer to it to the data and back.

use std::{mem::offset_of, ptr::NonNull};

/// What every copy starts with. Aligned, so that what is written to one copy takes no line of the other away.
#[derive(Debug)]
#[repr(C, align(128))]
pub(crate) struct Header {
    /// The number of the publish that made this copy visible; 0 before the first.
    ///
    /// Written while the instance is the writer's own, so a reader reads it like the data (invariant 11).
    pub(crate) version: u64,
}

/// A copy of the data. `repr(C)`, so that a pointer to it is a pointer to its header.
#[repr(C)]
pub(crate) struct Instance<T> {
    pub(crate) header: Header,
    pub(crate) data: T,
}

/// Puts `data` into an instance of its own, on the heap.
pub(crate) fn into_raw<T>(data: T) -> NonNull<Instance<T>> {
    let header = Header { version: 0 };
    NonNull::from(Box::leak(Box::new(Instance { header, data })))
}

/// Takes the data out of an instance, into a box of its own: the header goes.
///
/// # Safety
///
/// `instance` came from [`into_raw`] and nobody uses it any more.
pub(crate) unsafe fn into_data<T>(instance: NonNull<Instance<T>>) -> Box<T> {
    // SAFETY: the caller's promise.
    let instance = unsafe { Box::from_raw(instance.as_ptr()) };
    Box::new(instance.data)
}

/// Where the data of an instance is. Safe, because it only computes: the instance may be gone.
#[inline]
pub(crate) fn data_ptr<T>(instance: NonNull<Header>) -> NonNull<T> {
    let data = instance
        .as_ptr()
        .wrapping_byte_add(offset_of!(Instance<T>, data))
        .cast::<T>();
    // SAFETY: the instance was allocated when the pointer was made, and no allocation wraps around
    // the address space.
    unsafe { NonNull::new_unchecked(data) }
}
