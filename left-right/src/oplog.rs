//! The operations that one of the copies, or both, have not absorbed yet.
//!
//! Each operation is absorbed once by each copy, in the order in which it was appended
//! (invariant 2), also if an `absorb_*` panics halfway: the log counts an operation as begun
//! before user code sees it.

#![forbid(unsafe_code)]

use std::mem::{self, ManuallyDrop};

use crate::{absorb::Absorb, unwind::DropEach};

/// A vector with room for no more operations than this keeps it.
const SMALL: usize = 1024;

const PUSHED: &str = "it was just pushed";

/// The log. Dropping it forgets the operations whose values may also be in a copy, and drops the others.
///
/// Operations are dropped only where the code says so: what a panic leaves in the log may share its values
/// with a copy.
#[derive(Debug)]
pub(crate) struct OpLog<O> {
    /// What the published copy has absorbed and the stale one lacks.
    published: Vec<ManuallyDrop<O>>,
    /// What no reader can see yet.
    pending: Vec<ManuallyDrop<O>>,
    /// How many of these the stale copy has absorbed, from the first on.
    begun: usize,
}

impl<O> OpLog<O> {
    pub(crate) fn new() -> Self {
        Self {
            published: Vec::new(),
            pending: Vec::new(),
            begun: 0,
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, operation: O) {
        self.pending.push(ManuallyDrop::new(operation));
    }

    pub(crate) fn extend(&mut self, operations: impl IntoIterator<Item = O>) {
        let operations = operations.into_iter();
        self.pending.extend(operations.map(ManuallyDrop::new));
    }

    /// The operations that no reader can see yet, in order.
    pub(crate) fn pending(
        &self,
    ) -> impl DoubleEndedIterator<Item = &O> + ExactSizeIterator + Clone {
        self.pending.iter().map(|operation| &**operation)
    }

    /// What the stale copy lacks, in order.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &O> {
        let lacking = self.published.iter().chain(&self.pending[self.begun..]);
        lacking.map(|operation| &**operation)
    }

    pub(crate) fn len(&self) -> usize {
        self.published.len() + self.pending.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        // Of operations without a size there is room for any number.
        self.published
            .capacity()
            .saturating_add(self.pending.capacity())
    }

    /// Applies to `stale` whatever it lacks, so that it is ahead of `published`.
    #[inline]
    pub(crate) fn bring_up_to_date<T: Absorb<O>>(&mut self, stale: &mut T, published: &T) {
        self.replay(stale, published);
        self.give_memory_back();
        let begun = self.begun;
        for (operation, begun) in self.pending[begun..].iter_mut().zip(begun + 1..) {
            self.begun = begun;
            stale.absorb_first(operation, published);
        }
    }

    /// Appends an operation that `stale` absorbs at once: it lacks nothing else.
    #[inline]
    pub(crate) fn push_absorbed<T: Absorb<O>>(
        &mut self,
        operation: O,
        stale: &mut T,
        published: &T,
    ) {
        debug_assert!(self.published.is_empty() && self.begun == self.pending.len());
        self.push(operation);
        self.begun = self.pending.len();
        let operation = self.pending.last_mut();
        stale.absorb_first(operation.expect(PUSHED), published);
    }

    /// Takes note that the copies have changed roles, after the stale one was brought up to date.
    #[inline]
    pub(crate) fn copies_swapped(&mut self) {
        debug_assert!(self.published.is_empty() && self.begun == self.pending.len());
        mem::swap(&mut self.published, &mut self.pending);
        self.begun = 0;
    }

    /// Applies to `behind` the operations that `ahead` has absorbed before. They leave the log.
    #[inline]
    pub(crate) fn replay<T: Absorb<O>>(&mut self, behind: &mut T, ahead: &T) {
        for operation in self.published.drain(..) {
            behind.absorb_second(ManuallyDrop::into_inner(operation), ahead);
        }
    }

    /// Drops the operations that the published copy has absorbed: the other one is a clone of it.
    pub(crate) fn drop_published(&mut self) {
        let operations = mem::take(&mut self.published).into_iter();
        // The first panic goes on; those of the others would abort.
        DropEach(operations.map(ManuallyDrop::into_inner)).for_each(drop);
    }

    /// Drops all operations, begun or not: for copies that share nothing with them.
    pub(crate) fn discard(&mut self) {
        self.begun = 0;
        drop_each(self.published.drain(..));
        drop_each(self.pending.drain(..));
    }

    /// Returns memory that a burst of operations left behind, now that they are gone.
    #[inline]
    fn give_memory_back(&mut self) {
        let (length, capacity) = (self.pending.len(), self.published.capacity());
        if capacity > SMALL && capacity / 4 > length {
            self.published.shrink_to(2 * length);
        }
    }
}

/// Drops operations, and lets no panic out: the writer may be going while its thread unwinds.
fn drop_each<O>(operations: impl Iterator<Item = ManuallyDrop<O>>) {
    drop(DropEach(operations.map(ManuallyDrop::into_inner)));
}

impl<O> Drop for OpLog<O> {
    fn drop(&mut self) {
        // What a copy has absorbed may share values with that copy, which is leaked or has
        // dropped them: leak rather than drop twice.
        drop_each(self.pending.drain(self.begun..));
    }
}

#[cfg(test)]
mod tests;
