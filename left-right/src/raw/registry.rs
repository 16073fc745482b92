//! The reader slots of one structure.
//!
//! The lock is held for a few instructions at a time: never while anybody waits and never while
//! user code runs (invariant 8), so handles can be made, cloned and dropped at any moment, also
//! inside a guard and while a publish waits. It is a leaf: no other lock is taken under it.

#![forbid(unsafe_code)]

use crossbeam_utils::CachePadded;
use slab::Slab;

use super::slot::Slot;
use crate::{
    diagnostics::ReaderState,
    sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering, lock},
};

/// Each slot has its cache lines to itself: a reader writes its own at every look-up.
pub(crate) type SharedSlot = Arc<CachePadded<Slot>>;

/// Names a structure; never used twice in a process, so a cached slot of a structure that is gone
/// cannot be taken for one of another structure.
pub(crate) type StructureId = u64;

/// A fresh name. Zero is no structure's.
pub(crate) fn next_id() -> StructureId {
    static LAST: std::sync::Mutex<StructureId> = std::sync::Mutex::new(0);
    let mut last = LAST
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    *last += 1;
    *last
}

/// The slots that the writer looks at before it takes a copy back.
#[derive(Debug)]
pub(crate) struct Registry {
    slots: Mutex<Slab<SharedSlot>>,
    /// How often a reader has come or gone. Changed under the lock.
    changes: AtomicUsize,
    /// How many sessions the readers had fenced that are gone. Changed under the lock.
    fenced_by_others: AtomicUsize,
}

/// The slots as the writer last copied them, so that it takes the lock only when readers have come or
/// gone.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    slots: Vec<SharedSlot>,
    /// The registry's count then. 0 in a roster that was never filled.
    changes: usize,
}

impl Roster {
    /// The slot of a reader that a look at this roster has found.
    #[inline]
    pub(crate) fn slot(&self, index: usize) -> &Slot {
        &self.slots[index]
    }

    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().map(|slot| &***slot)
    }
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            slots: Mutex::new(Slab::new()),
            changes: AtomicUsize::new(1),
            fenced_by_others: AtomicUsize::new(0),
        }
    }

    /// Locks the slots for a change, and counts it.
    fn change(&self) -> MutexGuard<'_, Slab<SharedSlot>> {
        let slots = lock(&self.slots);
        let changes = self.changes.load(Ordering::Relaxed).saturating_add(1);
        // Relaxed: a reader that comes counts itself before its first search, whose fence makes the
        // writer see the announcement or the reader the new pointer, and the count as well (invariant 3).
        self.changes.store(changes, Ordering::Relaxed);
        slots
    }

    /// Adds a slot for a new reader.
    ///
    /// It is counted before its reader can announce anything. So a writer that does not see the count, and looks at
    /// a roster without it, need not wait for it: the reader finds the new pointer (invariant 3, "A reader that
    /// registers meanwhile").
    pub(crate) fn register(&self) -> SharedSlot {
        // Allocated before the lock is taken.
        let slot = Arc::new(CachePadded::new(Slot::new()));
        let key = self.change().insert(Arc::clone(&slot));
        slot.set_key(key);
        slot
    }

    /// Removes the slot with this key, whose reader is outside for good.
    pub(crate) fn deregister(&self, key: usize) {
        let mut slots = self.change();
        let removed = slots.try_remove(key);
        if let Some(slot) = &removed {
            let others = self.fenced_by_others.load(Ordering::Relaxed);
            let fenced = others.wrapping_add(slot.fenced_sessions());
            // Relaxed: a figure.
            self.fenced_by_others.store(fenced, Ordering::Relaxed);
        }
        drop(slots);
        // Freed after the lock is released.
        drop(removed);
    }

    /// The fenced sessions of readers that are gone.
    #[inline]
    pub(crate) fn fenced_by_others(&self) -> usize {
        // Relaxed: a figure.
        self.fenced_by_others.load(Ordering::Relaxed)
    }

    /// Brings the roster up to date.
    #[inline]
    pub(crate) fn call(&self, roster: &mut Roster) {
        // Relaxed: see `change`. A reader that comes searches and fences, so one whose coming is not
        // seen here finds the new pointer.
        let changes = self.changes.load(Ordering::Relaxed);
        // A count that has reached its end says nothing any more: on a machine of 32 bits a program
        // gets there.
        if changes != roster.changes || changes == usize::MAX {
            self.call_anew(roster);
        }
    }

    #[cold]
    fn call_anew(&self, roster: &mut Roster) {
        let slots = lock(&self.slots);
        roster.slots.clear();
        roster
            .slots
            .extend(slots.iter().map(|(_, slot)| Arc::clone(slot)));
        roster.changes = self.changes.load(Ordering::Relaxed);
    }

    /// # Panics
    ///
    /// In debug builds, if the calling thread is inside. Only they know which thread entered.
    #[track_caller]
    #[cfg(all(debug_assertions, not(loom)))]
    pub(crate) fn assert_not_inside(&self) {
        let slots = lock(&self.slots);
        let is_inside =
            |slot: &SharedSlot| slot.seen().is_inside() && slot.was_entered_by_this_thread();
        let found = slots.iter().any(|(_, slot)| is_inside(slot));
        drop(slots);
        assert!(
            !found,
            "this thread holds a guard while it publishes through a shared handle, and would sooner or \
             later wait for itself for ever: drop the guard before publishing"
        );
    }

    #[cfg(not(all(debug_assertions, not(loom))))]
    pub(crate) fn assert_not_inside(&self) {}

    /// What each reader is doing. `version_at` knows the records by address.
    pub(crate) fn states(&self, version_at: impl Fn(usize) -> Option<u64>) -> Vec<ReaderState> {
        // Described without the lock: names allocate.
        let mut roster = Roster::default();
        self.call_anew(&mut roster);
        let states = roster.slots.iter().map(|slot| slot.state(&version_at));
        states.collect()
    }

    /// How many readers are registered.
    pub(crate) fn len(&self) -> usize {
        lock(&self.slots).len()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::raw::current::{Current, tests::published};

    fn enter(slot: &Slot, published: &Current) {
        if let Err(otherwise) = slot.enter(slot.word(), published) {
            slot.enter_otherwise(otherwise, published).unwrap();
        }
    }

    /// How many readers are inside, and how many sessions were fenced.
    fn look(registry: &Registry, roster: &mut Roster) -> (usize, usize) {
        registry.call(roster);
        let inside = roster.iter().filter(|slot| slot.seen().is_inside());
        let fenced = roster.iter().map(Slot::fenced_sessions).sum::<usize>();
        (inside.count(), registry.fenced_by_others() + fenced)
    }

    #[test]
    fn a_count_that_has_reached_its_end_hides_no_reader() {
        let (published, _record) = published();
        let registry = Registry::new();
        registry.changes.store(usize::MAX - 1, Ordering::Relaxed);
        let mut roster = Roster::default();
        for readers in 1..4 {
            let slot = registry.register();
            enter(&slot, &published);
            // The pointer asks for fences.
            assert_eq!(look(&registry, &mut roster), (readers, readers));
        }
    }

    #[test]
    fn fenced_sessions_count_when_their_reader_is_gone() {
        let (published, _record) = published();
        let registry = Registry::new();
        let slot = registry.register();
        for _ in 0..3 {
            enter(&slot, &published);
            assert!(slot.leave());
        }
        registry.deregister(slot.key());
        let found = look(&registry, &mut Roster::default());
        assert_eq!(found, (0, 3), "the pointer asks for fences");
    }
}
