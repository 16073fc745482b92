//! This thread's slots, for handles that are shared between threads.
//!
//! A thread gets a slot of a structure when it first enters, keeps it for later, and gives it back
//! when it ends. A small cache remembers the slots used last, so that an enter through a shared
//! handle costs little more than through one of the thread's own. The cache has no destructor: it can
//! be asked at any time, also while the thread's other thread-locals are being destroyed. The
//! table behind it clears the cache when it goes, and whoever enters after that, from the
//! destructor of yet another thread-local, gets a slot for that one guard.

use std::{
    cell::{Cell, RefCell},
    ptr::NonNull,
    sync::Weak,
};

use super::{
    guard::ReadGuard,
    registry::{SharedSlot, StructureId, free_or_newest},
    slot::Slot,
    state::{Core, CoreArc, Share},
    word::Word,
};

/// How many structures a thread can alternate between without a look at the table. A power of two.
const CACHED: usize = 8;

type Cache = [Cell<(StructureId, NonNull<Slot>)>; CACHED];

/// What stands in the cache for nothing: no structure has this name.
const EMPTY: (StructureId, NonNull<Slot>) = (0, NonNull::dangling());

#[cfg(not(loom))]
thread_local! {
    static CACHE: Cache = const { [const { Cell::new(EMPTY) }; CACHED] };
    static TABLE: Table = const { Table { entries: RefCell::new(Vec::new()) } };
}

#[cfg(loom)]
loom::thread_local! {
    static CACHE: Cache = [const { Cell::new(EMPTY) }; CACHED];
    static TABLE: Table = Table { entries: RefCell::new(Vec::new()) };
}

/// Owns this thread's slots.
struct Table {
    entries: RefCell<Vec<Entry>>,
}

struct Entry {
    id: StructureId,
    core: Weak<Core>,
    slot: SharedSlot,
}

/// A reader for all threads, each with slots of its own.
pub(crate) struct SharedReader<T> {
    share: Share<T>,
    /// That of the structure, at hand.
    id: StructureId,
}

impl<T> SharedReader<T> {
    pub(crate) fn new(share: &Share<T>) -> Self {
        Self {
            share: share.clone(),
            id: share.core.id,
        }
    }

    pub(crate) fn share(&self) -> &Share<T> {
        &self.share
    }

    /// Enters the newest copy with a slot of the calling thread; `None` if the data was taken away.
    #[inline]
    pub(crate) fn enter(&self) -> Option<ReadGuard<'_, T>> {
        let (slot, word) = free_slot(&self.share, &self.id);
        // SAFETY: the structure is alive, since `share` is, and so is the slot in its registry; this is the thread that
        // owns it, or nobody does.
        unsafe { ReadGuard::enter(&self.share, slot, word) }
    }

    /// Forgets the guesses of the calling thread, for a writer that would have to wait for itself to move on.
    pub(crate) fn forget_guesses(&self) {
        let _ = TABLE.try_with(|table| {
            let entries = table.entries.borrow();
            let ours = entries.iter().filter(|entry| entry.id == self.id);
            ours.for_each(|entry| entry.slot.forget_guess());
        });
    }
}

/// A slot of this thread that nobody gives back before it is entered, and what it says. `id` by reference, since by value
/// it would keep a register for the rare way all along the usual one.
#[inline]
fn free_slot<T>(share: &Share<T>, id: &StructureId) -> (NonNull<Slot>, Word) {
    if let Some(slot) = cached(*id) {
        // SAFETY: as in `SharedReader::enter`.
        let word = unsafe { slot.as_ref() }.word();
        if !word.is_inside() {
            return (slot, word);
        }
    }
    find_slot(&share.core, id)
}

/// Finds a slot when the one used last is unknown or taken.
#[cold]
#[inline(never)]
fn find_slot(core: &CoreArc, id: &StructureId) -> (NonNull<Slot>, Word) {
    let slot = slot(*id, core);
    // SAFETY: as in `SharedReader::enter`.
    (slot, unsafe { slot.as_ref() }.word())
}

/// The slot of structure `id` that this thread used last, if that was not long ago.
///
/// The pointer is valid for as long as the structure lives: the slot stands in its registry until
/// the table is dropped, which clears the cache, or until its last guard leaves.
#[inline]
fn cached(id: StructureId) -> Option<NonNull<Slot>> {
    CACHE.with(|cache| {
        let (cached, slot) = cache[id as usize % CACHED].get();
        (cached == id).then_some(slot)
    })
}

/// A slot of this thread to enter with, if need be a new one: see [`free_or_newest`].
///
/// The pointer is valid for as long as `core` lives and the slot is occupied.
fn slot(id: StructureId, core: &CoreArc) -> NonNull<Slot> {
    let found = TABLE.try_with(|table| table.slot(id, core));
    found.unwrap_or_else(|_| {
        // The table is gone: this thread is running the last destructors of its thread-locals.
        let slot = core.registry.register();
        slot.orphan();
        NonNull::from(&**slot)
    })
}

impl Table {
    fn slot(&self, id: StructureId, core: &CoreArc) -> NonNull<Slot> {
        let mut entries = self.entries.borrow_mut();
        let ours = entries.iter().filter(|entry| entry.id == id);
        let slot = if let Some(slot) = free_or_newest(ours.map(|it| &it.slot), &core.current) {
            NonNull::from(&***slot)
        } else {
            // Slots of structures that are gone: their registries are, too.
            entries.retain(|entry| entry.core.strong_count() != 0);
            let slot = core.registry.register();
            let pointer = NonNull::from(&**slot);
            let core = CoreArc::downgrade(core);
            entries.push(Entry { id, core, slot });
            pointer
        };
        CACHE.with(|cache| cache[id as usize % CACHED].set((id, slot)));
        slot
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        // Under loom the cache may be gone before the table.
        let _ = CACHE.try_with(|cache| {
            for entry in cache {
                entry.set(EMPTY);
            }
        });
        for entry in self.entries.get_mut().drain(..) {
            let Some(core) = entry.core.upgrade() else {
                continue;
            };
            // Where guards are left, the last of them gives the slot back.
            if !entry.slot.orphan() {
                core.registry.deregister(entry.slot.key());
            }
        }
    }
}
