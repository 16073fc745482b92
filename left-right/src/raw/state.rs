//! What all handles of a structure have in common, and what becomes of the copies when the last of them goes.

use std::ptr::NonNull;

use crossbeam_utils::CachePadded;

use super::{
    current::Current,
    registry::{Registry, StructureId},
};
use crate::{
    sync::{Arc, AtomicBool, Mutex, Ordering, unlocked},
    unwind::catch_panic,
};

/// What the writer and all readers share, whatever the data.
#[derive(Debug)]
pub(crate) struct Core {
    /// Read by every reader at every look-up, so it has its cache lines to itself.
    pub(super) current: CachePadded<Current>,
    pub(super) registry: Registry,
    /// Names the structure in the thread-locals of shared handles.
    pub(super) id: StructureId,
    /// Whether threads share the writer: whether there is a [`Lock`](super::lock::Lock).
    pub(super) is_shared: AtomicBool,
    /// Whether the writer has gone, whatever has become of the data.
    pub(super) has_no_writer: AtomicBool,
}

/// Not loom's `Arc`, which has no `Weak`; nothing in a `Core` needs the order of its last drop.
pub(crate) type CoreArc = std::sync::Arc<Core>;

/// What outlives the writer: the copies that it has left to the readers.
pub(super) struct Shared<T> {
    /// Copies whose writer is gone. They live as long as anybody could read them.
    pub(super) orphans: Mutex<Vec<Orphan<T>>>,
}

/// A copy left to the readers, and how it wants to be dropped.
pub(super) struct Orphan<T> {
    pub(super) copy: NonNull<CachePadded<T>>,
    pub(super) drop_with: fn(Box<T>),
}

/// Takes the data of a copy into a box of its own.
///
/// # Safety
///
/// The copy was leaked from a box, and nobody uses it any more.
pub(super) unsafe fn into_box<T>(copy: NonNull<CachePadded<T>>) -> Box<T> {
    // SAFETY: the caller's promise.
    let copy = unsafe { Box::from_raw(copy.as_ptr()) };
    Box::new(CachePadded::into_inner(*copy))
}

// SAFETY: whoever has a `Shared<T>` has a [`Share<T>`], and with it `&T` on its thread, which needs `T: Sync`. It
// drops a `T` on whichever thread goes last, but only one in `orphans`, and `Copies::leave_to_readers`
// puts it there only if `T: Send`.
unsafe impl<T: Sync> Send for Shared<T> {}
// SAFETY: as above; the lock makes the rest `Sync`.
unsafe impl<T: Sync> Sync for Shared<T> {}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        for Orphan { copy, drop_with } in unlocked(&mut self.orphans).drain(..) {
            // SAFETY: the writer gave the copy up. The last handle is gone, and guards borrow
            // handles, so nobody reads it (invariant 10).
            let data = unsafe { into_box(copy) };
            // A handle may be dropped while its thread unwinds; a second panic would abort.
            catch_panic(|| drop_with(data));
        }
    }
}

/// A handle's share of both. The core is at hand, so that an enter loads one pointer to get there. It does not know
/// `T`, so it gives no access to data by itself: that a handle may go to another thread only with a `T` that may is
/// what `Shared<T>` says.
pub(crate) struct Share<T> {
    pub(super) shared: Arc<Shared<T>>,
    pub(super) core: CoreArc,
}

impl<T> Share<T> {
    pub(super) fn new(core: Core) -> Self {
        let orphans = Mutex::new(Vec::new());
        Self {
            shared: Arc::new(Shared { orphans }),
            core: CoreArc::new(core),
        }
    }

    /// The name of the structure.
    pub(crate) fn id(&self) -> StructureId {
        self.core.id
    }

    /// Whether the writer took the data away.
    pub(crate) fn is_closed(&self) -> bool {
        self.core.current.is_closed()
    }

    /// Whether there is a writer, which could publish something.
    pub(crate) fn has_writer(&self) -> bool {
        // Acquire: pairs with the Release in the drop of `Copies`: who learns that the writer has gone finds
        // what it published last.
        !self.is_closed() && !self.core.has_no_writer.load(Ordering::Acquire)
    }

    /// The published copy, for somebody who knows that the writer does not change it. `None` if it was taken away.
    pub(crate) fn published(&self) -> Option<NonNull<T>> {
        let (_, copy) = self.core.current.find()?;
        Some(copy.cast())
    }
}

impl<T> Clone for Share<T> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            core: CoreArc::clone(&self.core),
        }
    }
}
