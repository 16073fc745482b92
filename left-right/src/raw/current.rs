//! The pointer through which readers find the current copy, its tag, and the swap.
//!
//! # Orderings
//!
//! The swap is Release: a reader that loads the pointer with Acquire has everything that the
//! writer did to the instance. What keeps the *old* instance alive and unchanged while readers are in
//! it is not the pointer but the fence after the swap, the scan of the slots and the wait.

#![forbid(unsafe_code)]

use std::ptr::NonNull;

use super::{
    fence::{self, Fences},
    instance::{FLAGS, Header},
};
use crate::sync::{AtomicPtr, Ordering};

/// Set in a published pointer: "fence, then load again".
const FENCE: usize = 1;
/// Set in a published pointer: readers may not take the [`FENCE`] bit away.
const ALWAYS: usize = 2;
const TAGS: usize = FENCE | ALWAYS;
const _: () = assert!(TAGS == FLAGS, "the tags need free bits");

/// The pointer through which readers find the current copy.
///
/// Null once the writer has taken the data away.
#[derive(Debug)]
pub(crate) struct Current {
    current: AtomicPtr<Header>,
}

/// Which fence of the writer the readers of a pointer that was swapped out rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReaderFence {
    /// They have fenced themselves.
    Full,
    /// The pointer had no tag, or no longer.
    Light,
}

/// What a reader found.
pub(crate) struct Found {
    pub(crate) instance: NonNull<Header>,
    /// Whether the pointer asked for a full fence.
    pub(crate) fenced: bool,
}

impl Current {
    /// Starts with `instance`, and asks its readers for `fences`.
    pub(crate) fn new(instance: NonNull<Header>, fences: Fences) -> Self {
        Self {
            current: AtomicPtr::new(tagged(instance.as_ptr(), tag(fences))),
        }
    }

    /// The current pointer with its tags, for a reader that has just announced where it is.
    #[inline]
    pub(crate) fn load_announced(&self) -> *mut Header {
        fence::light();
        // Acquire: pairs with the Release of `swap`.
        self.current.load(Ordering::Acquire)
    }

    /// The current pointer with its tags, for a reader that has announced itself and did not find what it
    /// cached, or was asked to fence.
    pub(crate) fn fence_and_load(&self) -> *mut Header {
        // Pairs with the full fence of `GracePeriod::scan`.
        fence::full();
        // Acquire: pairs with the Release of `swap`. This may be a newer pointer without the tag. That
        // is as good: the announcement lies before the fence, so before any heavy fence that follows
        // the load.
        self.current.load(Ordering::Acquire)
    }

    /// The current instance, for a reader that has just announced that it is in some instance.
    ///
    /// Always fences, so that the writer needs the heavy fence for no reader that acquires.
    pub(crate) fn find_announced(&self) -> Option<Found> {
        let word = self.fence_and_load();
        let instance = NonNull::new(untagged(word))?;
        Some(Found {
            instance,
            fenced: asks_for_fence(word),
        })
    }

    /// Whether the writer has taken the data away.
    pub(crate) fn is_closed(&self) -> bool {
        // Acquire: pairs with the Release of the swap that closed.
        self.current.load(Ordering::Acquire).is_null()
    }

    /// Whether there is a copy, and it is not this one.
    #[inline]
    pub(crate) fn differs_from(&self, instance: NonNull<Header>) -> bool {
        // Relaxed: only a hint; a reader that steps on account of it loads again.
        let current = untagged(self.current.load(Ordering::Relaxed));
        !current.is_null() && current != instance.as_ptr()
    }

    /// The current instance, for a caller that may not look into it.
    pub(crate) fn peek(&self) -> Option<NonNull<Header>> {
        // Acquire: pairs with the Release of `swap`, for a caller that knows that the writer is
        // not going to change the copy.
        NonNull::new(untagged(self.current.load(Ordering::Acquire)))
    }

    /// Takes the [`FENCE`] tag off the pointer to `instance`: much is read between two publishes, so
    /// let the next one pay for a heavy fence instead.
    ///
    /// Anybody may do so at any time, and needs no fence for it. The writer reads the tag with the
    /// swap that takes the pointer out: if it is still there, no reader has ever found this
    /// publish without it; if it is gone, the writer uses the heavy fence, which also covers
    /// the readers that fenced themselves (invariant 6).
    #[cold]
    pub(crate) fn prefer_light_fence(&self, instance: NonNull<Header>) {
        // Relaxed, success and failure: the read-modify-write continues the release sequence of
        // the swap that it follows, so Acquire loads still pair with that; a failure is no news.
        // Weak: it is a hint, and entering must not loop.
        let _ = self.current.compare_exchange_weak(
            tagged(instance.as_ptr(), FENCE),
            instance.as_ptr(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
    }

    /// Publishes `instance` and asks its readers for `fences`. Returns the fence that the readers of the
    /// instance that was taken out rely on: it is to be made before a scan tells whether
    /// they have left (invariants 3 and 6).
    #[inline]
    pub(crate) fn swap(&self, instance: NonNull<Header>, fences: Fences) -> ReaderFence {
        self.swap_word(tagged(instance.as_ptr(), tag(fences)))
    }

    /// Takes the data away from the readers. Returns what [`swap`](Self::swap) does.
    pub(crate) fn close(&self) -> ReaderFence {
        self.swap_word(std::ptr::null_mut())
    }

    #[inline]
    fn swap_word(&self, fresh: *mut Header) -> ReaderFence {
        // Release: pairs with the Acquire loads of readers.
        let old = self.current.swap(fresh, Ordering::Release);
        // What the readers of the *old* pointer were told (invariant 6).
        if asks_for_fence(old) {
            ReaderFence::Full
        } else {
            ReaderFence::Light
        }
    }

    /// Takes all tags off the pointer to `instance`, which is the last: no swap follows, so nobody
    /// has to fence any more.
    pub(crate) fn set_last(&self, instance: NonNull<Header>) {
        // Release: pairs with the Acquire loads of readers.
        self.current.store(instance.as_ptr(), Ordering::Release);
    }
}

fn tagged(word: *mut Header, tag: usize) -> *mut Header {
    word.map_addr(|address| address | tag)
}

/// The pointer without its tags.
#[inline]
pub(crate) fn untagged(word: *mut Header) -> *mut Header {
    word.map_addr(|address| address & !TAGS)
}

/// Whether the pointer's tag says "fence, then load again".
#[inline]
pub(crate) fn asks_for_fence(word: *mut Header) -> bool {
    word.addr() & FENCE != 0
}

fn tag(fences: Fences) -> usize {
    match fences {
        Fences::Asymmetric => 0,
        Fences::Symmetric => FENCE,
        Fences::AlwaysSymmetric => FENCE | ALWAYS,
    }
}

#[cfg(all(test, not(loom)))]
pub(crate) mod tests {
    use super::*;

    /// A pointer to an instance without data, which goes with the box.
    pub(crate) fn published() -> (Current, Box<Header>) {
        let mut instance = Box::new(Header::new(7));
        (
            Current::new(NonNull::from(&mut *instance), Fences::Symmetric),
            instance,
        )
    }

    #[test]
    fn readers_take_the_tag_off_only_where_they_may() {
        let (published, mut instance) = published();
        let instance = NonNull::from(&mut *instance);
        assert!(published.find_announced().unwrap().fenced);
        // A weak compare-exchange may fail for no reason.
        while published.find_announced().unwrap().fenced {
            published.prefer_light_fence(instance);
        }
        published.swap(instance, Fences::AlwaysSymmetric);
        for _ in 0..10 {
            published.prefer_light_fence(instance);
            assert!(published.find_announced().unwrap().fenced);
        }
        published.set_last(instance);
        assert!(!published.find_announced().unwrap().fenced);
        assert_eq!(published.peek(), Some(instance));
        published.close();
        assert!(published.is_closed());
        assert!(published.find_announced().is_none());
    }
}
