//! The two copies: who owns which, who may change one, and who drops it.

use std::{ptr::NonNull, time::Duration};

use crossbeam_utils::CachePadded;

use super::{
    current::Current,
    fence,
    grace::{GracePeriod, Quiesced, Retired, StillThere, Wait},
    registry::{Registry, next_id},
    slot::Slot,
    state::{Core, Orphan, Share, into_box},
};
use crate::{
    diagnostics::{ReaderState, StalledReader},
    sync::{AtomicBool, Ordering, lock},
};

/// Why a wait with [`Wait::Forever`] cannot fail.
pub(crate) const ENDLESS: &str = "a wait for ever ends only when all readers have left";

/// A stale copy that the writer has given up waiting for, and the readers that it waits for.
struct Deferred<T> {
    copy: NonNull<CachePadded<T>>,
    grace: GracePeriod,
}

/// How many copies may be deferred on account of readers that may be anywhere. A reader that has found its copy holds up
/// that and no other; one that was stopped before that counts as active in every copy.
const MOST_UNRESOLVED: usize = 8;

/// Who owns which copy, from the writer's point of view.
pub(crate) struct Copies<T> {
    share: Share<T>,
    /// What readers see. The writer may read it.
    published: NonNull<CachePadded<T>>,
    /// What the last swap took out. The writer's own once the grace period is over.
    stale: NonNull<CachePadded<T>>,
    grace: GracePeriod,
    /// Copies that stalled readers are still in, oldest first.
    deferred: Vec<Deferred<T>>,
    /// The number of the last publish. It tells which copy is whose, so nothing else changes it.
    version: u64,
}

// SAFETY: it owns two `T` and the deferred ones, which needs `T: Send`, and shares them with readers on other
// threads, which needs `T: Sync`.
unsafe impl<T: Send + Sync> Send for Copies<T> {}

impl<T> Copies<T> {
    /// Publishes `readable` as version 0 and keeps `writable` for the writer.
    pub(crate) fn new(readable: T, writable: T) -> Self {
        fence::prepare();
        let [published, stale] = [readable, writable].map(into_raw);
        Self {
            share: Share::new(Core {
                current: CachePadded::new(Current::new(published.cast(), stale.cast())),
                registry: Registry::new(),
                id: next_id(),
                is_shared: AtomicBool::new(false),
                has_no_writer: AtomicBool::new(false),
            }),
            published,
            stale,
            grace: GracePeriod::default(),
            deferred: Vec::new(),
            version: 0,
        }
    }

    /// Waits until the last reader has left the stale copy, and lends it to the writer.
    ///
    /// # Errors
    ///
    /// If readers are still there when the wait ends.
    #[track_caller]
    #[inline]
    pub(crate) fn reclaim(&mut self, wait: Wait) -> Result<Reclaimed<'_, T>, StillThere> {
        self.grace.scan(&self.share.core.registry);
        let quiesced = self.grace.wait(wait)?;
        Ok(Reclaimed {
            copies: self,
            _quiesced: quiesced,
        })
    }

    /// Finds the participants whose threads wait to write, with the readers that the next [`reclaim`](Self::reclaim)
    /// waits for.
    #[inline]
    pub(crate) fn scan_with_requests(&mut self, requests: &mut Vec<usize>) {
        let registry = &self.share.core.registry;
        self.grace.scan_with_requests(registry, requests);
    }

    /// The slot at this place among the participants.
    #[inline]
    pub(crate) fn participant(&self, index: usize) -> &Slot {
        self.grace.participant(index)
    }

    /// The stale copy, to look at beside its readers.
    pub(crate) fn stale(&self) -> &T {
        // SAFETY: only the writer changes it, with `&mut self`.
        unsafe { self.stale.as_ref() }
    }

    /// Whether one of those that the last `reclaim` gave up on waits to write, and so for whoever waits for it.
    pub(crate) fn is_held_by_a_writer(&self) -> bool {
        self.grace.is_held_by_a_writer()
    }

    /// # Panics
    ///
    /// In debug builds, if the last `reclaim` gave up on a guard of the calling thread.
    #[track_caller]
    pub(crate) fn assert_not_waiting_for_itself(&self) {
        self.grace.assert_not_waiting_for_itself();
    }

    /// The readers that the last `reclaim` gave up on.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        self.grace.stalled_readers()
    }

    /// What all handles share.
    pub(crate) fn share(&self) -> &Share<T> {
        &self.share
    }

    /// The number of the last publish.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// How many slots readers have.
    pub(crate) fn slots(&self) -> usize {
        self.share.core.registry.len()
    }

    /// What each reader is doing.
    pub(crate) fn readers(&self) -> Vec<ReaderState> {
        self.share.core.registry.states()
    }

    /// For how long they have been known to be there.
    pub(crate) fn stalled_for(&self) -> Duration {
        self.grace.stalled_for()
    }

    /// Leaves the stale copy to the readers that are in it and goes on with a clone of the
    /// published one. `false` if too many copies are deferred already.
    ///
    /// If `clone` panics nothing has changed.
    pub(crate) fn replace_stale(&mut self) -> bool
    where
        T: Clone,
    {
        let graces = self.deferred.iter().map(|deferred| &deferred.grace);
        let graces = graces.chain([&self.grace]);
        let unresolved = graces.filter(|grace| grace.has_acquiring_reader());
        if unresolved.count() > MOST_UNRESOLVED {
            return false;
        }
        // SAFETY: nobody changes the published copy before the next swap, which takes `self`.
        let published = unsafe { self.published.as_ref() };
        let fresh = into_raw(T::clone(published));
        self.share
            .core
            .current
            .replace(self.version + 1, fresh.cast());
        self.deferred.push(Deferred {
            copy: std::mem::replace(&mut self.stale, fresh),
            grace: std::mem::take(&mut self.grace),
        });
        true
    }

    /// Drops, with `drop_stale`, the deferred copies whose last reader has left.
    #[inline]
    pub(crate) fn free_deferred(&mut self, drop_stale: fn(Box<T>)) {
        if !self.deferred.is_empty() {
            self.free_those_left(drop_stale);
        }
    }

    #[cold]
    fn free_those_left(&mut self, drop_stale: fn(Box<T>)) {
        let mut index = 0;
        while let Some(deferred) = self.deferred.get_mut(index) {
            if deferred.grace.wait(Wait::Poll).is_ok() {
                let copy = self.deferred.remove(index).copy;
                // SAFETY: its readers have left, and no pointer leads there any more
                // (invariant 1).
                drop_stale(unsafe { into_box(copy) });
            } else {
                index += 1;
            }
        }
    }

    /// How many deferred copies are not freed yet.
    pub(crate) fn deferred(&self) -> usize {
        self.deferred.len()
    }

    /// The stale copy's data, which readers may still be in.
    pub(crate) fn stale_ptr(&mut self) -> NonNull<T> {
        self.stale.cast()
    }

    /// Takes the data away from the readers, waits until the last has left, and returns both
    /// copies: the one that was published and the other. Deferred ones are dropped with
    /// `drop_stale`.
    #[track_caller]
    pub(crate) fn close(mut self, drop_stale: fn(Box<T>)) -> (Box<T>, Box<T>) {
        let core = &self.share.core;
        core.current.close();
        // Whoever is active now has to leave altogether, whichever copy it is in. That includes
        // blockers of earlier swaps: one that is still there is seen again.
        self.grace.begin(Retired::All);
        self.grace.scan(&core.registry);
        let _quiesced: Quiesced = self.grace.wait(Wait::Forever).expect(ENDLESS);
        for deferred in self.deferred.drain(..) {
            // SAFETY: all readers have left all copies and none can come back (invariants 1
            // and 3).
            drop_stale(unsafe { into_box(deferred.copy) });
        }
        // SAFETY: as above; `self` owned them and is consumed.
        let published = unsafe { into_box(self.published) };
        // SAFETY: as above.
        let stale = unsafe { into_box(self.stale) };
        (published, stale)
    }

    /// Leaves the published copy to the readers for as long as any handle lives. It is dropped
    /// with `drop_last`, the others with `drop_stale`: later, if readers may still be in them.
    ///
    /// `sound` says whether the stale copy is whole; if it is not, it is leaked.
    pub(crate) fn leave_to_readers(
        mut self,
        sound: bool,
        drop_stale: fn(Box<T>),
        drop_last: fn(Box<T>),
    ) where
        T: Send,
    {
        self.grace.scan(&self.share.core.registry);
        let free_now = sound && self.grace.wait(Wait::Poll).is_ok();
        {
            let orphan = |copy, drop_with| Orphan { copy, drop_with };
            let deferred = self.deferred.drain(..);
            let deferred = deferred.map(|deferred| orphan(deferred.copy, drop_stale));
            let mut orphans = lock(&self.share.shared.orphans);
            orphans.extend(deferred);
            if sound && !free_now {
                orphans.push(orphan(self.stale, drop_stale));
            }
            orphans.push(orphan(self.published, drop_last));
        }
        if free_now {
            // SAFETY: the grace period is over and another copy is current, so nobody is in this one or can get
            // there (invariant 1); `self` is consumed.
            drop_stale(unsafe { into_box(self.stale) });
        }
    }
}

/// However the writer goes, by a panic or without freeing its copies, it has gone then.
impl<T> Drop for Copies<T> {
    fn drop(&mut self) {
        // Release: pairs with the Acquire in `has_writer`.
        let core = &self.share.core;
        core.has_no_writer.store(true, Ordering::Release);
    }
}

/// A copy on the heap, with its cache lines to itself: what is written to one takes no line of the other away.
fn into_raw<T>(data: T) -> NonNull<CachePadded<T>> {
    NonNull::from(Box::leak(Box::new(CachePadded::new(data))))
}

/// The stale copy, free of readers: proof that the grace period is over.
///
/// Only [`Copies::reclaim`] makes one, and a swap consumes it.
pub(crate) struct Reclaimed<'a, T> {
    copies: &'a mut Copies<T>,
    _quiesced: Quiesced,
}

impl<'a, T> Reclaimed<'a, T> {
    /// The stale copy, to change, and the published one, to look at.
    #[inline]
    pub(crate) fn both(&mut self) -> (&mut T, &T) {
        // SAFETY: readers have left the stale copy and cannot find it (invariant 1); `&mut self`
        // keeps the writer from making a second reference.
        let stale = unsafe { self.copies.stale.as_mut() };
        // SAFETY: nobody changes the published copy before the next swap, which takes `self`.
        let published = unsafe { self.copies.published.as_ref() };
        (stale, published)
    }

    /// The slot at this place among the participants.
    #[inline]
    pub(crate) fn participant(&self, index: usize) -> &Slot {
        self.copies.participant(index)
    }

    /// The stale copy, for as long as the writer is borrowed.
    pub(crate) fn into_stale(self) -> &'a T {
        // SAFETY: as in `both`.
        unsafe { self.copies.stale.as_ref() }
    }

    /// Publishes the stale copy. The one that was published becomes the stale one, and its grace
    /// period begins.
    #[inline]
    pub(crate) fn publish(self) {
        let copies = self.copies;
        let retired = Retired::Version(copies.version);
        copies.version += 1;
        copies.share.core.current.publish(copies.version);
        std::mem::swap(&mut copies.published, &mut copies.stale);
        copies.grace.begin(retired);
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
