//! The two copies, the published pointer, the swap.
//!
//! # Orderings
//!
//! The swap is Release: a reader that loads the pointer with Acquire has everything that the
//! writer did to the record. What keeps the *old* record alive and unchanged while readers are in
//! it is not the pointer but the fence after the swap, the look at the slots and the wait.

use std::ptr::NonNull;

use crossbeam_utils::CachePadded;

use crate::{
    diagnostics::StalledReader,
    fence::{self, Chooser, FencePolicy, Pair},
    read::local::{StructureId, next_id},
    registry::Registry,
    sync::{Arc, AtomicPtr, Mutex, Ordering, lock},
    wait::{GracePeriod, Patience, StillThere},
};

/// What every copy starts with.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Header {
    /// The number of the publish that made this copy visible; 0 before the first.
    ///
    /// Written while the record is the writer's own, so a guard reads it like the data
    /// (invariant 11).
    pub(crate) version: u64,
}

/// A copy of the data. `repr(C)`, so that a pointer to it is a pointer to its header.
#[repr(C)]
pub(crate) struct Record<T> {
    header: Header,
    pub(crate) data: T,
}

/// Set in a published pointer: "fence, then load again".
const FENCE: usize = 1;
/// Set in a published pointer: readers may not take the [`FENCE`] bit away.
const ALWAYS: usize = 2;
const TAGS: usize = FENCE | ALWAYS;
const _: () = assert!(align_of::<Header>() > TAGS, "the tags need free bits");

/// The pointer through which readers find the current copy.
///
/// Null once the writer has taken the data away.
#[derive(Debug)]
pub(crate) struct Published {
    current: AtomicPtr<Header>,
}

/// What a reader found.
pub(crate) struct Found {
    pub(crate) record: NonNull<Header>,
    /// Whether the pointer asked for a full fence.
    pub(crate) fenced: bool,
}

impl Published {
    /// The current record, for a reader that has just announced itself.
    #[inline]
    pub(crate) fn load_announced(&self) -> Option<Found> {
        fence::light();
        // Acquire: pairs with the Release of `swap`.
        let word = self.current.load(Ordering::Acquire);
        if word.addr() & FENCE == 0 {
            let record = NonNull::new(word)?;
            return Some(Found {
                record,
                fenced: false,
            });
        }
        // The writer that swaps this pointer out will use a full fence, too.
        fence::full();
        // Acquire: as above. This may be a newer pointer without the tag. That is as good: the
        // announcement lies before the fence, so before any heavy fence that follows the load.
        let record = NonNull::new(untagged(self.current.load(Ordering::Acquire)))?;
        Some(Found {
            record,
            fenced: true,
        })
    }

    /// Whether the writer has taken the data away.
    pub(crate) fn is_closed(&self) -> bool {
        // Acquire: pairs with the Release of the swap that closed.
        self.current.load(Ordering::Acquire).is_null()
    }

    /// Whether there is a copy, and it is not this one.
    #[inline]
    pub(crate) fn differs_from(&self, record: NonNull<Header>) -> bool {
        // Relaxed: only a hint; a reader that steps on account of it loads again.
        let current = untagged(self.current.load(Ordering::Relaxed));
        !current.is_null() && current != record.as_ptr()
    }

    /// The current record, for a caller that may not look into it.
    pub(crate) fn peek(&self) -> Option<NonNull<Header>> {
        // Acquire: pairs with the Release of `swap`, for a caller that knows that the writer is
        // not going to change the copy.
        NonNull::new(untagged(self.current.load(Ordering::Acquire)))
    }

    /// Takes the [`FENCE`] tag off the pointer to `record`: much is read between two publishes, so
    /// let the next one pay for a heavy fence instead.
    ///
    /// Anybody may do so at any time, and needs no fence for it. The writer reads the tag with the
    /// swap that takes the pointer out: if it is still there, no reader has ever found this
    /// publish without it; if it is gone, the writer uses the heavy fence, which also covers
    /// the readers that fenced themselves (invariant 6).
    #[cold]
    pub(crate) fn prefer_light_fence(&self, record: NonNull<Header>) {
        // Relaxed, success and failure: the read-modify-write continues the release sequence of
        // the swap that it follows, so Acquire loads still pair with that; a failure is no news.
        let _ = self.current.compare_exchange(
            tagged(record.as_ptr(), FENCE),
            record.as_ptr(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }

    /// Puts in `fresh`, then fences, so that a look at the slots that follows misses no reader of
    /// the record that was taken out (invariant 3).
    fn swap(&self, fresh: *mut Header) {
        // Release: pairs with the Acquire loads of readers.
        let old = self.current.swap(fresh, Ordering::Release);
        // The pair is the one that readers of the *old* pointer were told about (invariant 6).
        if old.addr() & FENCE == 0 {
            fence::heavy();
        } else {
            fence::full();
        }
    }
}

fn tagged(word: *mut Header, tag: usize) -> *mut Header {
    word.map_addr(|address| address | tag)
}

#[inline]
fn untagged(word: *mut Header) -> *mut Header {
    word.map_addr(|address| address & !TAGS)
}

fn tag(pair: Pair) -> usize {
    match pair {
        Pair::Asymmetric => 0,
        Pair::Symmetric => FENCE,
        Pair::AlwaysSymmetric => FENCE | ALWAYS,
    }
}

/// What the writer and all readers share, whatever the data.
#[derive(Debug)]
pub(crate) struct Core {
    /// Read by every reader at every look-up, so it has its cache lines to itself.
    pub(crate) published: CachePadded<Published>,
    pub(crate) registry: Registry,
    /// Names the structure in the thread-locals of shared handles.
    pub(crate) id: StructureId,
}

/// What the writer and all readers share.
pub(crate) struct Shared<T> {
    pub(crate) core: CoreArc,
    /// Copies whose writer is gone. They live as long as anybody could read them.
    left: Mutex<Vec<Left<T>>>,
}

/// Not loom's `Arc`, which has no `Weak`; nothing in a `Core` needs the order of its last drop.
pub(crate) type CoreArc = std::sync::Arc<Core>;

// SAFETY: a `Shared<T>` gives `&T` to every thread that reaches it, which needs `T: Sync`. It
// drops a `T` on whichever thread goes last, but only one in `left`, and `Copies::leave_to_readers`
// puts it there only if `T: Send`.
unsafe impl<T: Sync> Send for Shared<T> {}
// SAFETY: as above; everything else in it is `Sync`.
unsafe impl<T: Sync> Sync for Shared<T> {}

/// A copy left to the readers, and how it wants to be dropped.
struct Left<T> {
    record: NonNull<Record<T>>,
    drop: fn(Box<T>),
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        for left in lock(&self.left).drain(..) {
            // SAFETY: the record came from `Box::into_raw` and was given up by the writer. The
            // last handle is gone, and guards borrow handles, so nobody reads it (invariant 10).
            let record = unsafe { Box::from_raw(left.record.as_ptr()) };
            (left.drop)(Box::new(record.data));
        }
    }
}

/// A stale copy that the writer has given up waiting for, and the readers that it waits for.
struct Abandoned<T> {
    record: NonNull<Record<T>>,
    grace: GracePeriod,
}

/// How many copies may be abandoned at a time. One per stalled reader is enough, but for readers
/// that were stopped before they found a record: those count as inside every copy.
const MOST_ABANDONED: usize = 8;

/// Who owns which copy, from the writer's point of view.
pub(crate) struct Copies<T> {
    pub(crate) shared: Arc<Shared<T>>,
    /// What readers see. The writer may read it.
    published: NonNull<Record<T>>,
    /// What the last swap took out. The writer's own once the grace period is over.
    stale: NonNull<Record<T>>,
    grace: GracePeriod,
    /// Copies that stalled readers are still in, oldest first.
    abandoned: Vec<Abandoned<T>>,
    chooser: Chooser,
    /// The number of the last publish.
    pub(crate) version: u64,
}

// SAFETY: it owns two `T`, which needs `T: Send`, and shares one of them with readers on other
// threads, which needs `T: Sync`.
unsafe impl<T: Send + Sync> Send for Copies<T> {}

impl<T> Copies<T> {
    /// Publishes `readable` as version 0 and keeps `writable` for the writer.
    pub(crate) fn new(readable: T, writable: T) -> Self {
        // Before the first handle: registering is cheap while the process has one thread.
        let chooser = Chooser::new();
        let pair = chooser.pair();
        let published = into_raw(readable);
        let current = tagged(published.cast().as_ptr(), tag(pair));
        Self {
            shared: Arc::new(Shared {
                core: CoreArc::new(Core {
                    published: CachePadded::new(Published {
                        current: AtomicPtr::new(current),
                    }),
                    registry: Registry::new(),
                    id: next_id(),
                }),
                left: Mutex::new(Vec::new()),
            }),
            published,
            stale: into_raw(writable),
            grace: GracePeriod::default(),
            abandoned: Vec::new(),
            chooser,
            version: 0,
        }
    }

    pub(crate) fn set_fence_policy(&mut self, policy: FencePolicy) {
        self.chooser.set_policy(policy);
    }

    /// Waits until the last reader has left the stale copy, and lends it to the writer.
    ///
    /// # Errors
    ///
    /// If readers are still there when patience ends.
    #[track_caller]
    pub(crate) fn reclaim(&mut self, patience: Patience) -> Result<Reclaimed<'_, T>, StillThere> {
        let _departed = self.grace.wait(patience)?;
        Ok(Reclaimed { copies: self })
    }

    /// The readers that the last `reclaim` gave up on.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        self.grace.stalled_readers()
    }

    /// Leaves the stale copy to the readers that are in it and goes on with a clone of the
    /// published one. `false` if too many copies are abandoned already.
    ///
    /// If `clone` panics nothing has changed.
    pub(crate) fn replace_stale(&mut self) -> bool
    where
        T: Clone,
    {
        if self.abandoned.len() >= MOST_ABANDONED {
            return false;
        }
        // SAFETY: nobody changes the published copy before the next swap, which takes `self`.
        let published = unsafe { self.published.as_ref() };
        let fresh = into_raw(published.data.clone());
        self.abandoned.push(Abandoned {
            record: std::mem::replace(&mut self.stale, fresh),
            grace: std::mem::take(&mut self.grace),
        });
        true
    }

    /// Drops, with `drop_stale`, the abandoned copies whose last reader has left.
    pub(crate) fn free_abandoned(&mut self, drop_stale: fn(Box<T>)) {
        let mut index = 0;
        while let Some(abandoned) = self.abandoned.get_mut(index) {
            if abandoned.grace.wait(Patience::Never).is_ok() {
                let record = self.abandoned.remove(index).record;
                // SAFETY: its readers have left, and no pointer leads there any more
                // (invariant 1).
                drop_stale(unsafe { into_data(record) });
            } else {
                index += 1;
            }
        }
    }

    /// How many abandoned copies are not freed yet.
    pub(crate) fn abandoned(&self) -> usize {
        self.abandoned.len()
    }

    /// The stale copy's data, which readers may still be in.
    pub(crate) fn stale_ptr(&mut self) -> NonNull<T> {
        data_ptr(self.stale)
    }

    /// Takes the data away from the readers, waits until the last has left, and returns both
    /// copies: the one that was published and the other. Abandoned ones are dropped with
    /// `drop_stale`.
    #[track_caller]
    pub(crate) fn close(mut self, drop_stale: fn(Box<T>)) -> (Box<T>, Box<T>) {
        self.shared.core.published.swap(std::ptr::null_mut());
        // Whoever is inside now has to leave altogether, whichever copy it is in. That includes
        // stragglers of earlier swaps: one that is still in its session is seen again.
        self.grace.begin(&self.shared.core.registry, 0);
        let _departed = self
            .grace
            .wait(Patience::Forever)
            .expect("a wait for ever ends only when all have left");
        for abandoned in self.abandoned.drain(..) {
            // SAFETY: all readers have left all copies and none can come back (invariants 1
            // and 3).
            drop_stale(unsafe { into_data(abandoned.record) });
        }
        // SAFETY: as above; `self` owned them and is consumed.
        let published = unsafe { into_data(self.published) };
        // SAFETY: as above.
        let stale = unsafe { into_data(self.stale) };
        (published, stale)
    }

    /// Leaves the published copy to the readers for as long as any handle lives, to be dropped
    /// with `drop_last`; drops the stale one with `drop_stale`, later if a reader is still in it,
    /// or leaks it if that is `None`.
    pub(crate) fn leave_to_readers(mut self, drop_stale: Option<fn(Box<T>)>, drop_last: fn(Box<T>))
    where
        T: Send,
    {
        let departed = self.grace.wait(Patience::Never).ok();
        let mut free_now = None;
        {
            let mut left = lock(&self.shared.left);
            if let Some(drop) = drop_stale {
                left.extend(self.abandoned.drain(..).map(|abandoned| Left {
                    record: abandoned.record,
                    drop,
                }));
            }
            if let Some(drop) = drop_stale {
                if departed.is_some() {
                    free_now = Some(drop);
                } else {
                    let record = self.stale;
                    left.push(Left { record, drop });
                }
            }
            left.push(Left {
                record: self.published,
                drop: drop_last,
            });
        }
        if let Some(drop) = free_now {
            // SAFETY: the grace period is over and the published pointer is another one, so
            // nobody is in this copy or can get there (invariant 1); `self` is consumed.
            drop(unsafe { into_data(self.stale) });
        }
    }
}

/// The stale copy, free of readers: proof that the grace period is over.
///
/// Only [`Copies::reclaim`] makes one, and a swap consumes it.
pub(crate) struct Reclaimed<'a, T> {
    copies: &'a mut Copies<T>,
}

impl<'a, T> Reclaimed<'a, T> {
    /// The stale copy, to change, and the published one, to look at.
    pub(crate) fn both(&mut self) -> (&mut T, &T) {
        // SAFETY: readers have left the stale copy and cannot find it (invariant 1); `&mut self`
        // keeps the writer from making a second reference.
        let stale = unsafe { self.copies.stale.as_mut() };
        // SAFETY: nobody changes the published copy before the next swap, which takes `self`.
        let published = unsafe { self.copies.published.as_ref() };
        (&mut stale.data, &published.data)
    }

    /// The stale copy, for as long as the writer is borrowed.
    pub(crate) fn into_stale(self) -> &'a T {
        // SAFETY: as in `both`.
        let stale = unsafe { self.copies.stale.as_ref() };
        &stale.data
    }

    /// Publishes the stale copy. The one that was published becomes the stale one, and its grace
    /// period begins.
    pub(crate) fn publish(self) {
        let copies = self.copies;
        copies.version += 1;
        // SAFETY: as in `both`: the record is the writer's own until the swap.
        let fresh = unsafe { copies.stale.as_mut() };
        fresh.header.version = copies.version;
        let fresh = tagged(copies.stale.cast().as_ptr(), tag(copies.chooser.pair()));
        copies.shared.core.published.swap(fresh);
        std::mem::swap(&mut copies.published, &mut copies.stale);
        let vacated = copies.stale.addr().get();
        let counted = copies.grace.begin(&copies.shared.core.registry, vacated);
        copies.chooser.record(counted);
    }
}

/// The data in a record, as a pointer.
pub(crate) fn data_ptr<T>(record: NonNull<Record<T>>) -> NonNull<T> {
    // SAFETY: every `NonNull<Record<T>>` of this crate points to a record that is allocated, and
    // the field lies within it.
    let data = unsafe { &raw mut (*record.as_ptr()).data };
    NonNull::new(data).expect("a field of an allocation is not null")
}

fn into_raw<T>(data: T) -> NonNull<Record<T>> {
    let record = Box::new(Record {
        header: Header { version: 0 },
        data,
    });
    NonNull::from(Box::leak(record))
}

/// Takes the data out of a record, into a box of its own: the header goes.
///
/// # Safety
///
/// `record` came from [`into_raw`] and nobody uses it any more.
unsafe fn into_data<T>(record: NonNull<Record<T>>) -> Box<T> {
    // SAFETY: the caller's promise.
    let record = unsafe { Box::from_raw(record.as_ptr()) };
    Box::new(record.data)
}
