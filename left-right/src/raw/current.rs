//! What readers are to use: the current version, and where the copies are.
//!
//! # Orderings
//!
//! A reader that finds a version, by an Acquire load, has everything that the writer did to its copy before the publish
//! (Release). What keeps the *older* copy alive and unchanged while readers are in it is not this word, but the
//! scan of the slots that follows, and the wait.

#![forbid(unsafe_code)]

use std::ptr::NonNull;

use super::{fence, word::Word};
use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// A copy, whatever its data.
pub(crate) type CopyPtr = NonNull<()>;

/// What readers are to use.
#[derive(Debug)]
pub(crate) struct Current {
    /// The bare [`Word`] of the current version, or [`Word::CLOSED`] once the writer has taken the data away.
    version: AtomicU64,
    /// The copy that even versions are in, and that of odd ones.
    copies: [AtomicPtr<()>; 2],
}

impl Current {
    /// Starts with `first` as version 0; version 1 will be in `second`.
    pub(crate) fn new(first: CopyPtr, second: CopyPtr) -> Self {
        Self {
            version: AtomicU64::new(Word::inactive(0).0),
            copies: [first, second].map(|copy| AtomicPtr::new(copy.as_ptr())),
        }
    }

    /// The current version as a reader's guess names it, for a reader that has just announced its own.
    #[inline]
    pub(crate) fn version_announced(&self) -> Word {
        fence::light();
        self.version()
    }

    /// The current version and its copy, for a reader that has just announced that it acquires.
    pub(crate) fn find_announced(&self) -> Option<(Word, CopyPtr)> {
        // Asks for the line of this word while the fence waits for that of the slot.
        #[cfg(not(loom))]
        std::hint::black_box(self.version.load(Ordering::Relaxed));
        // Pairs with the swap of `store` and the loads of the scan that follows it (invariant 3).
        fence::full();
        self.find()
    }

    /// The current version and its copy.
    ///
    /// The writer puts another copy in the place of one that it leaves to its readers, before a later version is in it.
    /// So the copy was that of the version if the version is current still. A reader that acquires tries a dozen times at
    /// most, since the writer leaves no more copies than that behind while a reader may be anywhere.
    pub(crate) fn find(&self) -> Option<(Word, CopyPtr)> {
        let mut found = self.version();
        loop {
            let index = found.version()? % 2;
            // Acquire: pairs with the Release of `replace`: who finds the other copy finds a later version, too.
            let copy = self.copies[index as usize].load(Ordering::Acquire);
            let current = self.version();
            if current == found {
                let copy = NonNull::new(copy).expect("copies are where they were put");
                return Some((found, copy));
            }
            found = current;
        }
    }

    #[inline]
    fn version(&self) -> Word {
        // Acquire: pairs with the Release of `store`.
        Word(self.version.load(Ordering::Acquire))
    }

    /// Whether the writer has taken the data away.
    pub(crate) fn is_closed(&self) -> bool {
        self.version() == Word::CLOSED
    }

    /// Whether there is a current version, and a reader with this word is not in it.
    #[inline]
    pub(crate) fn is_newer_than(&self, active: Word) -> bool {
        // Relaxed: only a hint; a reader that steps on account of it loads again.
        let current = Word(self.version.load(Ordering::Relaxed));
        current.active() != active && current != Word::CLOSED
    }

    /// Publishes this version, which is the one after the current one.
    #[inline]
    pub(crate) fn publish(&self, version: u64) {
        self.store(Word::inactive(version));
    }

    /// Puts `fresh` in the place of the copy that this version would be in, which is the one after the current one.
    pub(crate) fn replace(&self, version: u64, fresh: CopyPtr) {
        let index = version % 2;
        // Release: pairs with the Acquire of `find`.
        self.copies[index as usize].store(fresh.as_ptr(), Ordering::Release);
    }

    /// Takes the data away from the readers.
    pub(crate) fn close(&self) {
        self.store(Word::CLOSED);
    }

    #[inline]
    fn store(&self, version: Word) {
        // SeqCst: Release, for the Acquire of `version`; and no load of a slot by the scan that follows, which is SeqCst
        // as well, may be made before it (invariant 3).
        self.version.swap(version.0, Ordering::SeqCst);
    }
}

#[cfg(all(test, not(loom)))]
pub(crate) mod tests {
    use super::*;

    /// What is current, in copies of nothing.
    pub(crate) fn published() -> (Current, [CopyPtr; 2]) {
        static COPIES: [u8; 2] = [0; 2];
        let copies = COPIES.each_ref().map(|copy| NonNull::from(copy).cast());
        (Current::new(copies[0], copies[1]), copies)
    }

    #[test]
    fn a_version_is_current_until_the_next_or_the_end() {
        let (current, [first, second]) = published();
        let words = [0, 1, 2, 3].map(Word::inactive);
        assert_eq!(current.version_announced(), words[0]);
        assert_eq!(current.find_announced(), Some((words[0], first)));
        assert!(!current.is_newer_than(words[0].active()));
        current.publish(1);
        assert!(current.is_newer_than(words[0].active()));
        assert_eq!(current.find_announced(), Some((words[1], second)));
        let third = NonNull::dangling();
        current.replace(2, third);
        assert_eq!(current.find(), Some((words[1], second)));
        current.publish(2);
        assert_eq!(current.find(), Some((words[2], third)));
        current.publish(3);
        assert_eq!(current.find(), Some((words[3], second)));
        assert!(!current.is_closed());
        current.close();
        assert!(current.is_closed() && current.find_announced().is_none());
        assert!(
            !current.is_newer_than(words[3].active()),
            "there is nothing to go to"
        );
    }
}
