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
    /// Which of its generations the record is published as, or was last. Only the writer looks at it.
    pub(crate) generation: Generation,
}

impl Header {
    pub(crate) fn new(version: u64) -> Self {
        let generation = Generation(0);
        Self {
            version,
            generation,
        }
    }
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
/// How many generations there are.
const GENERATIONS: u32 = 1 << GENERATION.count_ones();

/// Which publish of a record one is, as far as some bits can tell.
///
/// The two records of a pair take turns, so without it a reader that pauses would seem to expect every
/// second publish. The writer chooses one that no slot names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation(u32);

/// Generations of one record, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Generations(u16);
const _: () = assert!(GENERATIONS <= u16::BITS);

impl Generations {
    /// Adds what this pointer names, or its address, if it is a generation of the record that `other`
    /// is one of.
    #[inline]
    pub(crate) fn add(&mut self, pointer: usize, other: usize) {
        if (pointer ^ other) & !(GENERATION | FLAGS) == 0 {
            self.0 |= 1 << ((pointer & GENERATION) >> FLAGS.count_ones());
        }
    }

    /// The first generation after `last` that is not among these; if all are, the next.
    #[inline]
    pub(crate) fn next_free(self, last: Generation) -> Generation {
        let number = |step: u32| Generation((last.0 + 1 + step) % GENERATIONS);
        let is_free = |it: &Generation| self.0 & (1 << it.0) == 0;
        (0..GENERATIONS)
            .map(number)
            .find(is_free)
            .unwrap_or(number(0))
    }
}

/// The pointer by which `record` is published in this generation.
#[inline]
pub(crate) fn published_as(record: NonNull<Header>, generation: Generation) -> NonNull<Header> {
    let bits = (generation.0 as usize) << FLAGS.count_ones();
    record.map_addr(|address| address | bits)
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
        header: Header::new(0),
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_generation_that_is_named_is_left_out() {
        let mut header = Header::new(0);
        let mut other = Header::new(0);
        let (record, other) = (NonNull::from(&mut header), NonNull::from(&mut other));
        let name = |named: &mut Generations, generation| {
            let pointer = published_as(record, Generation(generation));
            named.add(pointer.addr().get(), record.addr().get());
        };
        let mut named = Generations::default();
        assert_eq!(named.next_free(Generation(0)), Generation(1));
        assert_eq!(named.next_free(Generation(15)), Generation(0));
        named.add(
            published_as(other, Generation(1)).addr().get(),
            record.addr().get(),
        );
        assert_eq!(
            named.next_free(Generation(0)),
            Generation(1),
            "another record"
        );
        for generation in 1..=3 {
            name(&mut named, generation);
        }
        assert_eq!(named.next_free(Generation(0)), Generation(4));
        for generation in 0..GENERATIONS {
            name(&mut named, generation);
        }
        assert_eq!(
            named.next_free(Generation(9)),
            Generation(10),
            "all are named"
        );
    }

    #[test]
    fn the_record_is_found_whatever_its_generation() {
        let mut header = Header::new(0);
        let record = NonNull::from(&mut header);
        for generation in 0..GENERATIONS {
            assert_eq!(
                record_at(published_as(record, Generation(generation))),
                record
            );
        }
    }
}
