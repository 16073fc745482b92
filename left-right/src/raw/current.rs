//! What readers are to use: the current version, and the instance that it is in.
//!
//! # Orderings
//!
//! A reader that finds an instance, by an Acquire load, has everything that the writer did to it before the publish
//! (Release). What keeps the *older* instance alive and unchanged while readers are in it is not this word, but the
//! scan of the slots that follows, and the wait.
//!
//! # Two words
//!
//! A reader that guesses needs the version alone: it keeps the instance beside its guess. One that acquires needs
//! the instance alone: the version stands in it. A publish stores the version first. So once anybody has found the new
//! instance, which takes the second store, nobody's guess is right any more who is told of it (invariant 6).

#![forbid(unsafe_code)]

use std::ptr::{self, NonNull};

use super::{fence, instance::Header, word::Word};
use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// What readers are to use.
#[derive(Debug)]
pub(crate) struct Current {
    /// The bare [`Word`] of the current version, or [`Word::CLOSED`].
    version: AtomicU64,
    /// The instance of that version; null once the writer has taken the data away.
    instance: AtomicPtr<Header>,
}

impl Current {
    /// Starts with `instance` as version 0.
    pub(crate) fn new(instance: NonNull<Header>) -> Self {
        Self {
            version: AtomicU64::new(Word::outside(0).0),
            instance: AtomicPtr::new(instance.as_ptr()),
        }
    }

    /// The current version as a reader's guess names it, for a reader that has just announced its own.
    #[inline]
    pub(crate) fn version_announced(&self) -> Word {
        fence::light();
        // Acquire: pairs with the Release of `store`.
        Word(self.version.load(Ordering::Acquire))
    }

    /// The current instance, for a reader that has just announced that it acquires.
    pub(crate) fn instance_announced(&self) -> Option<NonNull<Header>> {
        // Pairs with the swap of `store` and the loads of the scan that follows it (invariant 3).
        fence::full();
        self.instance()
    }

    /// The current instance, for a caller that may not look into it.
    pub(crate) fn instance(&self) -> Option<NonNull<Header>> {
        // Acquire: pairs with the Release of `store`.
        NonNull::new(self.instance.load(Ordering::Acquire))
    }

    /// Whether the writer has taken the data away.
    pub(crate) fn is_closed(&self) -> bool {
        self.instance().is_none()
    }

    /// Whether there is a current version, and a reader with this word is not in it.
    #[inline]
    pub(crate) fn is_newer_than(&self, inside: Word) -> bool {
        // Relaxed: only a hint; a reader that steps on account of it loads again.
        let current = Word(self.version.load(Ordering::Relaxed));
        current.inside() != inside && current != Word::CLOSED
    }

    /// Publishes `instance` as this version.
    #[inline]
    pub(crate) fn publish(&self, instance: NonNull<Header>, version: u64) {
        self.store(Word::outside(version), instance.as_ptr());
    }

    /// Takes the data away from the readers.
    pub(crate) fn close(&self) {
        self.store(Word::CLOSED, ptr::null_mut());
    }

    #[inline]
    fn store(&self, version: Word, instance: *mut Header) {
        // Release: pairs with the Acquire of `version_announced`.
        self.version.store(version.0, Ordering::Release);
        // SeqCst: Release, for the Acquire of `instance`; and no load of a slot by the scan that follows, which is
        // SeqCst as well, may be made before it (invariant 3). A swap, since that is what a SeqCst store is on x86, too.
        self.instance.swap(instance, Ordering::SeqCst);
    }
}

#[cfg(all(test, not(loom)))]
pub(crate) mod tests {
    use super::*;

    /// What is current, in an instance without data, which goes with the box.
    pub(crate) fn published() -> (Current, Box<Header>) {
        let mut instance = Box::new(Header { version: 0 });
        (Current::new(NonNull::from(&mut *instance)), instance)
    }

    #[test]
    fn a_version_is_current_until_the_next_or_the_end() {
        let (current, mut first) = published();
        let mut second = Box::new(Header { version: 1 });
        let second = NonNull::from(&mut *second);
        assert_eq!(current.version_announced(), Word::outside(0));
        assert_eq!(
            current.instance_announced(),
            Some(NonNull::from(&mut *first))
        );
        assert!(!current.is_newer_than(Word::outside(0).inside()));
        current.publish(second, 1);
        assert!(current.is_newer_than(Word::outside(0).inside()));
        assert_eq!(current.instance_announced(), Some(second));
        assert!(!current.is_closed());
        current.close();
        assert!(current.is_closed() && current.instance_announced().is_none());
        assert!(
            !current.is_newer_than(Word::outside(1).inside()),
            "there is nothing to go to"
        );
    }
}
