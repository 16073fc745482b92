//! The reader slots of one structure.
//!
//! The lock is held for a few instructions at a time: never while anybody waits and never while
//! user code runs (invariant 8), so handles can be made, cloned and dropped at any moment, also
//! while a guard is held and while a publish waits. It is a leaf: no other lock is taken under it.

#![forbid(unsafe_code)]

use crossbeam_utils::CachePadded;
use slab::Slab;

use super::{current::Current, slot::Slot};
use crate::{
    diagnostics::ReaderState,
    sync::{Arc, AtomicUsize, Mutex, MutexGuard, Ordering, lock},
};

/// Each slot has its cache lines to itself: a reader writes its own at every look-up.
pub(crate) type SharedSlot = Arc<CachePadded<Slot>>;

/// One of these slots of one reader to enter with: one that is free, else one whose guards see what is current now.
///
/// Guards that interleave, as those of asynchronous tasks on one thread do, thus neither keep one critical section open
/// for ever nor see less than what is published.
pub(crate) fn free_or_newest<'a>(
    slots: impl Iterator<Item = &'a SharedSlot> + Clone,
    current: &Current,
) -> Option<&'a SharedSlot> {
    let mut free = slots.clone().filter(|slot| !slot.is_occupied());
    let mut newest = slots.filter(|slot| !current.is_newer_than(slot.word()));
    free.next().or_else(|| newest.next())
}

/// Names a structure; never used twice in a process, so a cached slot of a structure that is gone
/// cannot be taken for one of another structure.
pub(crate) type StructureId = u64;

/// A fresh name. Zero is no structure's.
pub(super) fn next_id() -> StructureId {
    static LAST: std::sync::Mutex<StructureId> = std::sync::Mutex::new(0);
    let mut last = LAST
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    *last += 1;
    *last
}

/// The slots that the writer scans before it takes a copy back.
#[derive(Debug)]
pub(crate) struct Registry {
    slots: Mutex<Slab<SharedSlot>>,
    /// How often a reader has come or gone. Changed under the lock.
    changes: AtomicUsize,
}

/// The slots as the writer last copied them, so that it takes the lock only when readers have come or
/// gone.
#[derive(Debug, Default)]
pub(crate) struct Participants {
    slots: Vec<SharedSlot>,
    /// The registry's count then; 0 if they were never listed.
    changes: usize,
}

impl Participants {
    /// The slot at this place.
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
        }
    }

    /// Locks the slots for a change, and counts it.
    fn change(&self) -> MutexGuard<'_, Slab<SharedSlot>> {
        let slots = lock(&self.slots);
        let changes = self.changes.load(Ordering::Relaxed).saturating_add(1);
        // Relaxed: the fences carry it as they carry a slot's word (invariant 3). The reader counts itself here and
        // fences in its first acquire; the writer swaps and then loads the count.
        // - If the fence is before the load, the writer sees the count, and lists the slots anew.
        // - If it is after, and so after the swap, the writer may miss the slot, and the reader finds what is current.
        self.changes.store(changes, Ordering::Relaxed);
        slots
    }

    /// Adds a slot for a new reader. It is counted before its reader can announce anything.
    pub(crate) fn register(&self) -> SharedSlot {
        // Allocated before the lock is taken.
        let slot = Arc::new(CachePadded::new(Slot::new()));
        let key = self.change().insert(Arc::clone(&slot));
        slot.set_key(key);
        slot
    }

    /// Removes the slot with this key, whose reader is inactive for good.
    pub(crate) fn deregister(&self, key: usize) {
        let mut slots = self.change();
        let removed = slots.try_remove(key);
        drop(slots);
        // Freed after the lock is released.
        drop(removed);
    }

    /// Brings the list of participants up to date.
    #[inline]
    pub(crate) fn list(&self, participants: &mut Participants) {
        // SeqCst: see `change`, and `Current::store`. A reader that comes acquires and fences, so one whose coming is
        // not seen here finds what is current.
        let changes = self.changes.load(Ordering::SeqCst);
        // A count that has reached its end says nothing any more: on a machine of 32 bits a program
        // gets there.
        if changes != participants.changes || changes == usize::MAX {
            self.list_anew(participants);
        }
    }

    #[cold]
    fn list_anew(&self, participants: &mut Participants) {
        let slots = lock(&self.slots);
        participants.slots.clear();
        participants
            .slots
            .extend(slots.iter().map(|(_, slot)| Arc::clone(slot)));
        participants.changes = self.changes.load(Ordering::Relaxed);
    }

    /// Wakes whoever sleeps until `lock` is free.
    #[cold]
    pub(super) fn rouse(&self, lock: *mut ()) {
        // Woken without the registry's lock: that takes system calls.
        let mut participants = Participants::default();
        self.list_anew(&mut participants);
        participants.iter().for_each(|slot| slot.rouse(lock));
    }

    /// What each reader is doing.
    pub(crate) fn states(&self) -> Vec<ReaderState> {
        // Described without the lock: names allocate.
        let mut participants = Participants::default();
        self.list_anew(&mut participants);
        participants.slots.iter().map(|slot| slot.state()).collect()
    }

    /// How many readers are registered.
    pub(crate) fn len(&self) -> usize {
        lock(&self.slots).len()
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
