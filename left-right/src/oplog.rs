//! The operations that one of the copies, or both, have not absorbed yet.
//!
//! Each operation is absorbed once by each copy, in the order in which it was appended
//! (invariant 2), also if an `absorb_*` panics halfway: the log counts an operation as begun
//! before user code sees it.

use std::{collections::VecDeque, mem};

use crate::{Absorb, unwind::swallow};

/// Logs shorter than this keep their memory.
const SMALL: usize = 1024;

/// Which copy has absorbed the operations at the front of the log, and how many.
#[derive(Clone, Copy, Debug)]
enum Front {
    /// The published copy has absorbed this many that the stale one lacks.
    Published(usize),
    /// The stale copy has absorbed this many that the published one lacks.
    Stale(usize),
}

/// The log. Dropping it forgets the operations at its front, whose values may also be in a copy,
/// and drops the others.
#[derive(Debug)]
pub(crate) struct OpLog<O> {
    operations: VecDeque<O>,
    front: Front,
}

impl<O> OpLog<O> {
    pub(crate) fn new() -> Self {
        Self {
            operations: VecDeque::new(),
            front: Front::Published(0),
        }
    }

    pub(crate) fn push(&mut self, operation: O) {
        self.operations.push_back(operation);
    }

    pub(crate) fn extend(&mut self, operations: impl IntoIterator<Item = O>) {
        self.operations.extend(operations);
    }

    /// The operations that no reader can see yet, in order.
    pub(crate) fn pending(&self) -> std::collections::vec_deque::Iter<'_, O> {
        match self.front {
            Front::Published(seen) => self.operations.range(seen..),
            Front::Stale(_) => self.operations.iter(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.operations.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.operations.capacity()
    }

    /// Applies to `stale` whatever it lacks, so that it is ahead of `published`.
    pub(crate) fn bring_up_to_date<T: Absorb<O>>(&mut self, stale: &mut T, published: &T) {
        let ahead = match self.front {
            Front::Stale(ahead) => ahead,
            Front::Published(_) => {
                self.replay(stale, published);
                self.give_memory_back();
                0
            }
        };
        self.front = Front::Stale(ahead);
        for (operation, begun) in self.operations.range_mut(ahead..).zip(ahead + 1..) {
            self.front = Front::Stale(begun);
            stale.absorb_first(operation, published);
        }
    }

    /// Takes note that the copies have changed roles.
    pub(crate) fn copies_swapped(&mut self) {
        self.front = match self.front {
            Front::Stale(seen) => Front::Published(seen),
            Front::Published(seen) => Front::Stale(seen),
        };
    }

    /// Applies to `behind` the operations that `ahead` has absorbed before. They leave the log.
    pub(crate) fn replay<T: Absorb<O>>(&mut self, behind: &mut T, ahead: &T) {
        while let Front::Published(count @ 1..) = self.front {
            self.front = Front::Published(count - 1);
            let operation = self
                .operations
                .pop_front()
                .expect("the front of the log is part of the log");
            behind.absorb_second(operation, ahead);
        }
    }

    /// Drops the operations that the published copy has absorbed: the other one is a clone of it.
    pub(crate) fn drop_published(&mut self) {
        if let Front::Published(count) = self.front {
            // First, in case a drop panics: what is dropped must not be absorbed again. The drain
            // goes on with the others then.
            self.front = Front::Published(0);
            drop(self.operations.drain(..count));
        }
    }

    /// Drops all operations, begun or not: for copies that share nothing with them.
    pub(crate) fn discard(&mut self) {
        self.front = Front::Published(0);
        self.drop_all();
    }

    /// Drops the operations one by one, each on its own: the writer may be going while its thread
    /// unwinds, and a second panic would abort.
    fn drop_all(&mut self) {
        while let Some(operation) = self.operations.pop_front() {
            swallow(|| drop(operation));
        }
    }

    /// Returns memory that a burst of operations left behind, now that they are gone.
    fn give_memory_back(&mut self) {
        let (length, capacity) = (self.operations.len(), self.operations.capacity());
        if capacity > SMALL && capacity / 4 > length {
            self.operations.shrink_to(2 * length);
        }
    }
}

impl<O> Drop for OpLog<O> {
    fn drop(&mut self) {
        // What a copy has absorbed may share values with that copy, which is leaked or has
        // dropped them: leak rather than drop twice.
        let (Front::Published(begun) | Front::Stale(begun)) = self.front;
        self.operations.drain(..begun).for_each(mem::forget);
        self.drop_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Sum(Vec<u32>);

    impl Absorb<u32> for Sum {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0.push(*operation);
        }
        fn sync_with(&mut self, _: &Self) {}
    }

    #[test]
    fn pending_leaves_out_what_is_published() {
        let (mut stale, mut published) = (Sum::default(), Sum::default());
        let mut log = OpLog::new();
        log.push(1);
        log.push(2);
        log.bring_up_to_date(&mut stale, &published);
        assert_eq!(log.pending().collect::<Vec<_>>(), [&1, &2]);
        std::mem::swap(&mut stale, &mut published);
        log.copies_swapped();
        log.push(3);
        assert_eq!(log.pending().collect::<Vec<_>>(), [&3]);
        log.bring_up_to_date(&mut stale, &published);
        assert_eq!(stale.0, [1, 2, 3]);
        assert_eq!(published.0, [1, 2]);
        assert_eq!(log.len(), 1);
    }

    #[test]
    fn bringing_up_to_date_twice_absorbs_once() {
        let (mut stale, published) = (Sum::default(), Sum::default());
        let mut log = OpLog::new();
        log.push(1);
        log.bring_up_to_date(&mut stale, &published);
        log.push(2);
        log.bring_up_to_date(&mut stale, &published);
        assert_eq!(stale.0, [1, 2]);
    }

    #[test]
    fn memory_comes_back_after_a_burst() {
        let (mut stale, mut published) = (Sum::default(), Sum::default());
        let mut log = OpLog::new();
        for operation in 0..100_000 {
            log.push(operation);
        }
        for _ in 0..2 {
            log.bring_up_to_date(&mut stale, &published);
            std::mem::swap(&mut stale, &mut published);
            log.copies_swapped();
        }
        assert_eq!(stale.0.len(), 100_000);
        assert!(log.capacity() <= SMALL, "{}", log.capacity());
    }
}
