//! Values that are counted: whether each was dropped, and once.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ops::Deref;

thread_local! {
    static LIVE: RefCell<HashSet<u64>> = RefCell::default();
    static DROPPED_TWICE: Cell<u32> = const { Cell::new(0) };
}

/// A value of which [`assert_all_dropped_once`] knows whether each was dropped, once.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) value: u64,
    id: u64,
}

impl Live {
    pub(crate) fn new(value: u64) -> Self {
        thread_local!(static IDS: Cell<u64> = const { Cell::new(0) });
        let id = IDS.replace(IDS.get() + 1);
        LIVE.with_borrow_mut(|live| live.insert(id));
        Self { value, id }
    }
}

impl Clone for Live {
    fn clone(&self) -> Self {
        Self::new(self.value)
    }
}

impl Deref for Live {
    type Target = u64;

    fn deref(&self) -> &u64 {
        &self.value
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // No panic: a handle that goes would swallow it.
        if !LIVE.with_borrow_mut(|live| live.remove(&self.id)) {
            DROPPED_TWICE.set(DROPPED_TWICE.get() + 1);
        }
    }
}

pub(crate) fn live() -> usize {
    LIVE.with_borrow(HashSet::len)
}

/// That of all values of this thread none is left and none was dropped twice.
pub(crate) fn assert_all_dropped_once() {
    assert_eq!((live(), DROPPED_TWICE.get()), (0, 0));
}
