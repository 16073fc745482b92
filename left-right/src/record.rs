//! One copy of the data, and the way from a pointer to it to the data and back.

use std::{mem::offset_of, ptr::NonNull};

/// What every copy starts with.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Header {
    /// The number of the publish that made this copy visible; 0 before the first.
    ///
    /// Written while the record is the writer's own, so a guard reads it like the data
    /// (invariant 11).
    pub(crate) version: u64,
}

/// A copy of the data. `repr(C)`, so that a pointer to it is a pointer to its header.
#[repr(C)]
pub(crate) struct Record<T> {
    pub(crate) header: Header,
    pub(crate) data: T,
}

/// Puts `data` into a record of its own, on the heap.
pub(crate) fn into_raw<T>(data: T) -> NonNull<Record<T>> {
    let record = Box::new(Record {
        header: Header { version: 0 },
        data,
    });
    let record = NonNull::from(Box::leak(record));
    // Readers remember a record by its address; see `Slot::record`.
    record.as_ptr().expose_provenance();
    record
}

/// Takes the data out of a record, into a box of its own: the header goes.
///
/// # Safety
///
/// `record` came from [`into_raw`] and nobody uses it any more.
pub(crate) unsafe fn into_data<T>(record: NonNull<Record<T>>) -> Box<T> {
    // SAFETY: the caller's promise.
    let record = unsafe { Box::from_raw(record.as_ptr()) };
    Box::new(record.data)
}

/// Where the data of a record is. Safe, because it only computes: the record may be gone.
#[inline]
pub(crate) fn data_ptr<T>(record: NonNull<Record<T>>) -> NonNull<T> {
    let data = record
        .as_ptr()
        .wrapping_byte_add(offset_of!(Record<T>, data))
        .cast::<T>();
    // SAFETY: the record was allocated when the pointer was made, and no allocation wraps around
    // the address space.
    unsafe { NonNull::new_unchecked(data) }
}
