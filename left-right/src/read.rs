//! The read handles: how a thread gets at the published copy.

#![forbid(unsafe_code)]

use std::{fmt, marker::PhantomData, ptr::NonNull};

use crate::{
    ownership::{Ownership, Revocable},
    raw::{guard::ReadGuard, reader::Reader, state::Share, tls::SharedReader},
};

/// A reader of a pair.
///
/// [`enter`](Self::enter) gives a guard, and through it a reference to the published copy. It is
/// wait-free and costs two loads, a store and a comparison, without a read-modify-write or, on Linux
/// and Windows, a fence; leaving costs one more store. The first enter after a publish costs a few of
/// each more. See [`fence_strategy`](crate::fence_strategy).
///
/// A handle belongs to one thread at a time: it is `Send` but not `Sync`. Clone it for each
/// thread, or share a [`ReadHandleFactory`]. Making, cloning and dropping a handle never waits, also
/// while it has a guard. What a guard that is held for long means to the writer, and what is ordered before what,
/// is in the [guide](crate::guide).
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).publish();
/// let other = reader.clone();
/// let seen = std::thread::spawn(move || other.enter().map(|count| count.0)).join().unwrap();
/// assert_eq!(seen, Some(1));
/// ```
pub struct ReadHandle<T, D = Revocable> {
    /// Not `Sync`.
    reader: Reader<T>,
    data: PhantomData<D>,
}

impl<T, D: Ownership> ReadHandle<T, D> {
    /// Enters the published copy and returns a guard that keeps it as it is.
    ///
    /// Wait-free, but for a guard that is taken while others of this handle live and something was published in between:
    /// the handle needs a slot for each version that its guards see at a time, and making one takes a lock for a moment
    /// and allocates. Each guard sees what is newest when it is made.
    ///
    /// `None` once the writer was dropped or taken, unless it left the data to the readers
    /// ([`WriteHandle::freeze`](crate::WriteHandle::freeze)), which a poisoned writer does, too.
    ///
    /// # Panics
    ///
    /// If so many guards of this handle were leaked that their count would overflow.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(1).publish();
    /// let guard = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!((guard.0, reader.enter().unwrap().0), (1, 2));
    /// ```
    #[inline]
    pub fn enter(&self) -> D::Entered<ReadGuard<'_, T>> {
        D::entered(self.reader.enter())
    }
}

impl<T> ReadHandle<T> {
    /// Whether the writer took the data away, by being dropped or taken.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// assert!(!reader.was_dropped());
    /// drop(writer);
    /// assert!(reader.was_dropped());
    /// ```
    pub fn was_dropped(&self) -> bool {
        self.share().is_closed()
    }
}

impl<T, D> ReadHandle<T, D> {
    pub(crate) fn of(share: &Share<T>) -> Self {
        Self {
            reader: Reader::new(share),
            data: PhantomData,
        }
    }

    /// A factory of handles that can be shared between threads.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let factory = reader.factory();
    /// drop(reader);
    /// writer.append(1).publish();
    /// assert_eq!(factory.handle().enter().unwrap().0, 1);
    /// ```
    pub fn factory(&self) -> ReadHandleFactory<T, D> {
        ReadHandleFactory::of(self.share())
    }

    /// A handle that threads can share.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (_writer, reader) = left_right::new::<Count, u32>();
    /// let shared = reader.shared();
    /// std::thread::spawn(move || assert_eq!(shared.enter().unwrap().0, 0)).join().unwrap();
    /// ```
    pub fn shared(&self) -> SharedReadHandle<T, D> {
        SharedReadHandle::of(self.share())
    }

    /// Whether there is still a writer, which could publish something newer. O(1), never waits.
    ///
    /// Once it is `false` it stays so: what is entered from then on, if there is anything, is the last state that there
    /// will be. A poisoned writer counts until it is dropped.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// assert!(reader.has_writer());
    /// writer.append(1).publish();
    /// writer.freeze();
    /// assert!(!reader.has_writer() && !reader.was_dropped());
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    pub fn has_writer(&self) -> bool {
        self.share().has_writer()
    }

    /// A pointer to the published copy, or `None` if the writer took the data away.
    ///
    /// It may be read only by somebody who knows that the writer does not publish meanwhile and
    /// then change this copy, for example because they hold the writer. It must never be written.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// let published = reader.raw_handle().unwrap();
    /// // SAFETY: the writer is here, and does nothing meanwhile.
    /// assert_eq!(unsafe { published.as_ref() }.0, 0);
    /// drop(writer);
    /// assert!(reader.raw_handle().is_none());
    /// ```
    pub fn raw_handle(&self) -> Option<NonNull<T>> {
        self.share().published()
    }

    pub(crate) fn share(&self) -> &Share<T> {
        self.reader.share()
    }

    /// Ends what leaked guards of this handle have left open, and forgets its guess.
    pub(crate) fn end_leaked_guards(&mut self) {
        self.reader.end_leaked_guards();
    }
}

impl<T, D> Clone for ReadHandle<T, D> {
    fn clone(&self) -> Self {
        Self::of(self.share())
    }
}

impl<T, D> fmt::Debug for ReadHandle<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandle")
            .field("was_dropped", &self.share().is_closed())
            .finish_non_exhaustive()
    }
}

/// Makes [`ReadHandle`]s; can be shared between threads if the data can.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).publish();
/// let factory = reader.factory();
/// std::thread::spawn(move || assert_eq!(factory.handle().enter().unwrap().0, 1)).join().unwrap();
/// ```
pub struct ReadHandleFactory<T, D = Revocable> {
    share: Share<T>,
    data: PhantomData<D>,
}

impl<T, D> ReadHandleFactory<T, D> {
    fn of(share: &Share<T>) -> Self {
        Self {
            share: share.clone(),
            data: PhantomData,
        }
    }

    /// Makes a handle. Never waits for the writer or for readers.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (_writer, reader) = left_right::new::<Count, u32>();
    /// assert_eq!(reader.factory().handle().enter().unwrap().0, 0);
    /// ```
    pub fn handle(&self) -> ReadHandle<T, D> {
        ReadHandle::of(&self.share)
    }
}

impl<T, D> Clone for ReadHandleFactory<T, D> {
    fn clone(&self) -> Self {
        Self::of(&self.share)
    }
}

impl<T, D> fmt::Debug for ReadHandleFactory<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandleFactory").finish_non_exhaustive()
    }
}

/// A reader of a pair that threads can share: `Clone`, `Send` and `Sync`.
///
/// Each thread that enters gets a slot of its own, remembered in a thread-local and given back when the thread ends.
/// An enter costs an access to that thread-local more than through a [`ReadHandle`]. A thread's first enter registers
/// it; that one, and one after it has used more than a handful of other structures, costs some tens to hundreds of
/// nanoseconds. Never waits.
///
/// Guards of one thread may nest and interleave; each sees what was newest when it was made. For asynchronous code
/// see the [guide](crate::guide#asynchronous-code).
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// let shared = reader.shared();
/// writer.append(1).publish();
/// std::thread::scope(|scope| {
///     scope.spawn(|| assert_eq!(shared.enter().unwrap().0, 1));
/// });
/// ```
pub struct SharedReadHandle<T, D = Revocable> {
    reader: SharedReader<T>,
    data: PhantomData<D>,
}

impl<T, D: Ownership> SharedReadHandle<T, D> {
    /// Enters the published copy, with a slot of the calling thread.
    ///
    /// `None` once the writer took the data away, as for [`ReadHandle::enter`]. Never waits for the writer or a
    /// reader; a thread's first enter registers it, which takes a lock for a moment and allocates.
    ///
    /// # Panics
    ///
    /// If so many guards of one thread were leaked that their count would overflow.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let shared = reader.shared();
    /// let guard = shared.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!((guard.0, shared.enter().unwrap().0), (0, 1));
    /// ```
    #[inline]
    pub fn enter(&self) -> D::Entered<ReadGuard<'_, T>> {
        D::entered(self.reader.enter())
    }
}

impl<T> SharedReadHandle<T> {
    /// Whether the writer took the data away, by being dropped or taken.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// let shared = reader.shared();
    /// drop(writer);
    /// assert!(shared.was_dropped());
    /// assert!(shared.enter().is_none());
    /// ```
    pub fn was_dropped(&self) -> bool {
        self.share().is_closed()
    }
}

impl<T, D> SharedReadHandle<T, D> {
    fn of(share: &Share<T>) -> Self {
        Self {
            reader: SharedReader::new(share),
            data: PhantomData,
        }
    }

    /// A handle for one thread, which enters a little faster.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (_writer, reader) = left_right::new::<Count, u32>();
    /// assert_eq!(reader.shared().handle().enter().unwrap().0, 0);
    /// ```
    pub fn handle(&self) -> ReadHandle<T, D> {
        ReadHandle::of(self.share())
    }

    /// Whether there is still a writer: see [`ReadHandle::has_writer`].
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// let shared = reader.shared();
    /// assert!(shared.has_writer());
    /// drop(writer);
    /// assert!(!shared.has_writer());
    /// ```
    pub fn has_writer(&self) -> bool {
        self.share().has_writer()
    }

    fn share(&self) -> &Share<T> {
        self.reader.share()
    }
}

impl<T, D> Clone for SharedReadHandle<T, D> {
    fn clone(&self) -> Self {
        Self::of(self.share())
    }
}

impl<T, D> fmt::Debug for SharedReadHandle<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReadHandle")
            .field("was_dropped", &self.share().is_closed())
            .finish_non_exhaustive()
    }
}
