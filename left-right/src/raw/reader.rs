//! The slots of one handle.

use std::{cell::RefCell, iter, ptr::NonNull};

use super::{
    current::CopyPtr,
    guard::ReadGuard,
    registry::{SharedSlot, free_or_newest},
    slot::{Otherwise, Slot},
    state::Share,
};

/// A reader with slots of its own, for one thread at a time.
pub(crate) struct Reader<T> {
    share: Share<T>,
    slot: SharedSlot,
    /// For guards that are taken while an older one lives and something newer was published: a slot for each version,
    /// kept for the next time.
    nested: RefCell<Vec<SharedSlot>>,
}

impl<T> Reader<T> {
    pub(crate) fn new(share: &Share<T>) -> Self {
        Self {
            share: share.clone(),
            slot: share.core.registry.register(),
            nested: RefCell::default(),
        }
    }

    pub(crate) fn share(&self) -> &Share<T> {
        &self.share
    }

    /// Enters the newest copy; `None` if the data was taken away.
    #[inline]
    pub(crate) fn enter(&self) -> Option<ReadGuard<'_, T>> {
        let slot = &**self.slot;
        let (slot, copy) = match slot.enter(&self.share.core.current) {
            Ok(copy) => (NonNull::from(slot), copy),
            Err(otherwise) => self.enter_otherwise(otherwise)?,
        };
        // SAFETY: it is a slot of this handle, which the guard borrows and which is not `Sync`; the drop of the handle
        // gives it back.
        Some(unsafe { ReadGuard::new(&self.share, slot, copy) })
    }

    /// Enters when it is not so simple. Out of line, and in registers: a guard that came out of memory on the rare way
    /// would go through memory on the usual one, too.
    #[cold]
    #[inline(never)]
    fn enter_otherwise(&self, otherwise: Otherwise) -> Option<(NonNull<Slot>, CopyPtr)> {
        let current = &self.share.core.current;
        match otherwise {
            Otherwise::Acquire => {
                let copy = self.slot.acquire(current)?;
                Some((NonNull::from(&**self.slot), copy))
            }
            Otherwise::Taken => {
                let slot = self.another_slot();
                let copy = slot.enter_or_nest(current)?;
                Some((NonNull::from(&**slot), copy))
            }
        }
    }

    /// A slot to enter with while the first one is taken.
    fn another_slot(&self) -> SharedSlot {
        let core = &self.share.core;
        let mut nested = self.nested.borrow_mut();
        let slots = iter::once(&self.slot).chain(&*nested);
        let found = free_or_newest(slots, &core.current).cloned();
        found.unwrap_or_else(|| {
            let slot = core.registry.register();
            nested.push(SharedSlot::clone(&slot));
            slot
        })
    }

    /// Ends the critical sections that leaked guards of this handle have left open, and forgets its guess.
    ///
    /// Guards borrow the handle, so `&mut self` shows that none of them can be used any more, nor
    /// any reference that was got from one (invariant 7).
    #[inline]
    pub(crate) fn end_leaked_guards(&mut self) {
        self.slot.exit_leaked();
        for slot in self.nested.get_mut() {
            slot.exit_leaked();
        }
    }
}

impl<T> Drop for Reader<T> {
    fn drop(&mut self) {
        self.end_leaked_guards();
        let registry = &self.share.core.registry;
        registry.deregister(self.slot.key());
        for slot in self.nested.get_mut() {
            registry.deregister(slot.key());
        }
    }
}
