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
    current::{CopyPtr, Current},
    guard::ReadGuard,
    registry::{SharedSlot, StructureId, free_or_newest},
    slot::{Otherwise, Slot},
    state::{Core, CoreArc, Share},
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
        let core = &self.share.core;
        let (slot, copy) = match enter_cached(self.id, &core.current) {
            Ok(entered) => entered,
            Err(announced) => enter_otherwise(core, announced)?,
        };
        // SAFETY: it is a slot of this thread's and of this structure, or of nobody's, and then the guard gives it back.
        Some(unsafe { ReadGuard::new(&self.share, slot, copy) })
    }

    /// Readies the calling thread for a write: it leaves no guess in its way, and says of its guards that they wait for
    /// whoever waits for them.
    ///
    /// # Panics
    ///
    /// If it has guards of this structure, through handles that threads share, and `may_hold_guards` is not set.
    #[track_caller]
    #[inline]
    pub(crate) fn stand_aside(&self, may_hold_guards: bool) -> Aside<'_> {
        if let Some(slot) = cached(self.id) {
            // SAFETY: `cached` says for how long it is valid.
            let reader = unsafe { slot.as_ref() };
            if reader.is_only() && !reader.is_occupied() {
                reader.forget_guess();
                return Aside {
                    core: &self.share.core,
                    slot,
                    holds_guards: false,
                };
            }
        }
        stand_aside(&self.share.core, may_hold_guards)
    }
}

/// A thread that writes, or waits to: with a slot to ask with, whose reader is inactive.
pub(crate) struct Aside<'a> {
    core: &'a CoreArc,
    slot: NonNull<Slot>,
    holds_guards: bool,
}

impl Aside<'_> {
    /// The slot to ask with.
    #[inline]
    pub(crate) fn slot(&self) -> &Slot {
        // SAFETY: it stands in the registry until the thread's table is dropped, which no call of a live thread
        // outlasts; or until it is taken out below.
        unsafe { self.slot.as_ref() }
    }
}

impl Drop for Aside<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.holds_guards {
            hold_guards_as_a_writer(self.core.id, false);
        }
        if self.slot().is_nobodys() {
            self.core.registry.deregister(self.slot().key());
        }
    }
}

/// [`SharedReader::stand_aside`] when it is not so simple.
#[track_caller]
#[cold]
fn stand_aside(core: &CoreArc, may_hold_guards: bool) -> Aside<'_> {
    let holds_guards = hold_guards_as_a_writer(core.id, true);
    let aside = Aside {
        core,
        slot: slot(core, false),
        holds_guards,
    };
    assert!(
        may_hold_guards || !holds_guards,
        "this thread holds a guard while it publishes through a shared handle, and would sooner or \
         later wait for itself for ever: drop the guard before publishing"
    );
    aside
}

/// Says whether this thread's guards of structure `id` are those of a thread that waits to write; `true` if there are
/// any. Those of which it has none leave no guess.
fn hold_guards_as_a_writer(id: StructureId, waits: bool) -> bool {
    let holds = |table: &Table| {
        ours(&table.entries.borrow(), id).fold(false, |holds_guards, slot| {
            slot.hold_as_a_writer(waits && slot.is_occupied());
            slot.forget_guess();
            holds_guards || slot.is_occupied()
        })
    };
    TABLE.try_with(holds).unwrap_or(false)
}

/// A slot, and the copy that its reader has found with it.
type Entered = (NonNull<Slot>, CopyPtr);

/// Enters with the slot that this thread used last, by its guess.
///
/// # Errors
///
/// If it is not so simple; with the slot, if it has announced itself and goes on to acquire.
#[inline]
fn enter_cached(id: StructureId, current: &Current) -> Result<Entered, Option<NonNull<Slot>>> {
    let slot = cached(id).ok_or(None)?;
    // SAFETY: `cached` says for how long it is valid.
    match unsafe { slot.as_ref() }.enter(current) {
        Ok(copy) => Ok((slot, copy)),
        Err(Otherwise::Acquire) => Err(Some(slot)),
        Err(Otherwise::Taken) => Err(None),
    }
}

/// Enters when it is not so simple. Out of line, and in registers: a guard that came out of memory on the rare way would
/// go through memory on the usual one, too.
#[cold]
#[inline(never)]
fn enter_otherwise(core: &CoreArc, announced: Option<NonNull<Slot>>) -> Option<Entered> {
    let slot = announced.unwrap_or_else(|| slot(core, true));
    // SAFETY: as in `enter_cached`, or `slot`; not used once the slot is freed.
    let reader = unsafe { slot.as_ref() };
    let entered = match announced {
        Some(_) => reader.acquire(&core.current),
        None => reader.enter_or_nest(&core.current),
    };
    if entered.is_none() && reader.is_nobodys() {
        core.registry.deregister(reader.key());
    }
    Some((slot, entered?))
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

/// A slot of this thread, if need be a new one: a free one, unless it may be one with guards of what is newest, which
/// share it then.
///
/// The pointer is valid for as long as `core` lives and the slot stands in its registry: until the table is dropped or,
/// for one that is nobody's, until somebody takes it out, which its last guard does, or whoever cannot enter with it.
fn slot(core: &CoreArc, may_nest: bool) -> NonNull<Slot> {
    let found = TABLE.try_with(|table| table.slot(core, may_nest));
    found.unwrap_or_else(|_| {
        // The table is gone: this thread is running the last destructors of its thread-locals.
        let slot = core.registry.register();
        slot.orphan();
        NonNull::from(&**slot)
    })
}

/// The slots of structure `id`.
fn ours(entries: &[Entry], id: StructureId) -> impl Iterator<Item = &SharedSlot> + Clone {
    let ours = entries.iter().filter(move |entry| entry.id == id);
    ours.map(|entry| &entry.slot)
}

impl Table {
    fn slot(&self, core: &CoreArc, may_nest: bool) -> NonNull<Slot> {
        let id = core.id;
        let mut entries = self.entries.borrow_mut();
        let found = free_or_newest(ours(&entries, id), &core.current);
        let slot = if let Some(slot) = found.filter(|it| may_nest || !it.is_occupied()) {
            NonNull::from(&***slot)
        } else {
            // Slots of structures that are gone: their registries are, too.
            entries.retain(|entry| entry.core.strong_count() != 0);
            let slot = core.registry.register();
            for sibling in ours(&entries, id) {
                sibling.has_siblings();
                slot.has_siblings();
            }
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
