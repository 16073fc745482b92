//! The slots of one handle.

use std::{cell::RefCell, iter, ptr::NonNull};

use super::{
    guard::ReadGuard,
    registry::{SharedSlot, free_or_newest},
    slot::Slot,
    state::Share,
    word::Word,
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
        let (mut slot, mut word) = (NonNull::from(&**self.slot), self.slot.word());
        if word.is_inside() {
            (slot, word) = self.find_slot();
        }
        // SAFETY: it is a slot of this handle, which the guard borrows and which is not `Sync`; the drop of the handle
        // gives it back.
        unsafe { ReadGuard::enter(&self.share, slot, word) }
    }

    /// Finds a slot when the first one is taken.
    #[cold]
    #[inline(never)]
    fn find_slot(&self) -> (NonNull<Slot>, Word) {
        let core = &self.share.core;
        let mut nested = self.nested.borrow_mut();
        let slots = iter::once(&self.slot).chain(&*nested);
        let slot = free_or_newest(slots, &core.current).cloned();
        let slot = slot.unwrap_or_else(|| {
            let slot = core.registry.register();
            nested.push(SharedSlot::clone(&slot));
            slot
        });
        (NonNull::from(&**slot), slot.word())
    }

    /// Ends the critical sections that leaked guards of this handle have left open, and forgets its guess.
    ///
    /// Guards borrow the handle, so `&mut self` shows that none of them can be used any more, nor
    /// any reference that was got from one (invariant 7).
    #[inline]
    pub(crate) fn end_leaked_guards(&mut self) {
        self.slot.exit_leaked();
        self.nested.get_mut().iter().for_each(|it| it.exit_leaked());
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
