//! One copy of the data, and the way from a pointer to it to the data and back.

use std::{
    mem::offset_of,
    ptr::{self, NonNull},
};

/// What every copy starts with. Aligned, so that a pointer to it has room for a generation and flags.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Header {
    /// The number of the publish that made this copy visible; 0 before the first.
    ///
    /// Written while the record is the writer's own, so a guard reads it like the data
    /// (invariant 11).
    pub(crate) version: u64,
}

/// The bits of a pointer to a record that belong to whoever stores it.
pub(crate) const FLAGS: usize = 0b11;
/// The bits that tell publishes of one record apart. Loom gets none: nothing may rest on them but speed,
/// and its models are too short to use them up.
const GENERATION: usize = if cfg!(loom) {
    0
} else {
    (align_of::<Header>() - 1) & !FLAGS
};

/// The pointer by which `record` is published as this version: with some bits of the version where the
/// alignment leaves room.
///
/// The two records of a pair take turns, so without those bits a reader that pauses would seem to expect
/// every second publish. With them it does every 32nd.
#[inline]
pub(crate) fn published_as(record: NonNull<Header>, version: u64) -> NonNull<Header> {
    // A record has every second version.
    let generation = ((version as usize >> 1) << FLAGS.count_ones()) & GENERATION;
    record.map_addr(|address| address | generation)
}

/// The record that was published by this pointer. Safe, because it only computes.
#[inline]
pub(crate) fn record_at(published: NonNull<Header>) -> NonNull<Header> {
    // By way of the address, since that is one instruction, and `map_addr` three. The provenance of
    // records is exposed where they are made.
    let address = published.addr().get() & !(GENERATION | FLAGS);
    let record = ptr::with_exposed_provenance_mut(address);
    // SAFETY: records are aligned, so this is the address of one, which is not 0.
    unsafe { NonNull::new_unchecked(record) }
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

/// Where the data of the record is that was published by this pointer. Safe, because it only computes: the
/// record may be gone.
#[inline]
pub(crate) fn data_ptr<T>(published: NonNull<Header>) -> NonNull<T> {
    let data = record_at(published)
        .as_ptr()
        .wrapping_byte_add(offset_of!(Record<T>, data))
        .cast::<T>();
    // SAFETY: the record was allocated when the pointer was made, and no allocation wraps around
    // the address space.
    unsafe { NonNull::new_unchecked(data) }
}
