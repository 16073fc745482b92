//! The reader slots of one structure.
//!
//! The lock is held for a few instructions at a time: never while anybody waits and never while
//! user code runs (invariant 8), so handles can be made, cloned and dropped at any moment, also
//! inside a guard and while a publish waits. It is a leaf: no other lock is taken under it.

use crossbeam_utils::CachePadded;
use slab::Slab;

use crate::{
    diagnostics::ReaderState,
    epoch::{Slot, is_inside},
    sync::{Arc, Mutex, lock},
    wait::Straggler,
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

/// The slots that the writer looks at after each swap.
#[derive(Debug)]
pub(crate) struct Registry {
    slots: Mutex<Slab<SharedSlot>>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            slots: Mutex::new(Slab::new()),
        }
    }

    /// Adds a slot for a new reader.
    ///
    /// A reader that registers after the writer took its look loads the pointer after the lock
    /// changed hands, so after the swap: it need not be waited for (invariant 3).
    pub(crate) fn register(&self) -> SharedSlot {
        // Allocated before the lock is taken.
        let slot = Arc::new(CachePadded::new(Slot::new()));
        let key = lock(&self.slots).insert(Arc::clone(&slot));
        slot.set_key(key);
        slot
    }

    /// Removes the slot with this key, whose reader is outside for good.
    pub(crate) fn deregister(&self, key: usize) {
        let removed = lock(&self.slots).try_remove(key);
        // Freed after the lock is released.
        drop(removed);
    }

    /// Collects the readers that are inside now. Returns how many sessions and half-sessions all
    /// registered readers have counted so far, as a measure of how much is read.
    ///
    /// Called after the heavy fence of a swap (invariant 5).
    pub(crate) fn look(&self, inside: &mut Vec<Straggler>) -> usize {
        inside.clear();
        let slots = lock(&self.slots);
        let mut sessions = 0_usize;
        for (_, slot) in slots.iter() {
            let session = slot.session_seen();
            sessions = sessions.wrapping_add(session);
            if is_inside(session) {
                inside.push(Straggler::new(Arc::clone(slot), session));
            }
        }
        sessions
    }

    /// # Panics
    ///
    /// In debug builds, if the calling thread is inside. Only they know which thread entered.
    #[track_caller]
    #[cfg(all(debug_assertions, not(loom)))]
    pub(crate) fn assert_not_inside(&self) {
        let slots = lock(&self.slots);
        let is_inside =
            |slot: &SharedSlot| is_inside(slot.session_seen()) && slot.was_entered_by_this_thread();
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

    /// What each reader is doing. Asked only by the writer.
    pub(crate) fn states(&self) -> Vec<ReaderState> {
        // Described without the lock: names allocate.
        let slots: Vec<SharedSlot> = {
            let slots = lock(&self.slots);
            slots.iter().map(|(_, slot)| Arc::clone(slot)).collect()
        };
        slots.iter().map(|slot| slot.state()).collect()
    }

    /// How many readers are registered.
    pub(crate) fn len(&self) -> usize {
        lock(&self.slots).len()
    }
}
