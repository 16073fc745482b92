//! The write handle: appends operations, reads what is not published yet, publishes, and ends the pair.
//!
//! All calls are short: the order of their steps is in [`writer`](crate::writer).

#![forbid(unsafe_code)]

use std::{
    fmt,
    ops::Deref,
    ptr::NonNull,
    time::{Duration, Instant},
};

use crate::{
    absorb::{Absorb, Independent},
    diagnostics::{Poisoned, PublishError, ReaderState, Stats},
    oplog::OpLog,
    ownership::{Owned, Revocable},
    raw::{
        copies::{Copies, ENDLESS},
        grace::{StillThere, Wait},
        registry::StructureId,
    },
    read::ReadHandle,
    taken::Taken,
    unwind::catch_panic,
    writer::{Phase, Writer},
};

/// The writer of a pair: appends operations and publishes them.
///
/// There is one writer per pair. It dereferences to a [`ReadHandle`], so it can read what is
/// published, and `clone` on it makes a reader; [`unpublished`](Self::unpublished) reads what is not published
/// yet.
///
/// Each method says whether it waits for readers; the [guide](crate::guide#who-waits-for-whom) has all of it in a
/// table, and says what dropping a writer does. A reader that holds a guard for ever, or leaks one, stops a writer
/// that waits for it: where that can happen, use [`publish_timeout`](Self::publish_timeout), or
/// [`publish_or_replace`](Self::publish_or_replace), which nothing stops.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).append(2);
/// // The writer sees it, readers do not.
/// assert_eq!(writer.unpublished().0, 3);
/// assert_eq!(reader.enter().unwrap().0, 0);
/// writer.publish();
/// assert_eq!(reader.enter().unwrap().0, 3);
/// ```
pub struct WriteHandle<T, O, D = Revocable> {
    /// `None` only once `take`, `freeze`, `into_owned` or `drop` has begun.
    writer: Option<Writer<T, O>>,
    reader: ReadHandle<T, D>,
}

const PRESENT: &str = "the writer is there until the handle goes";
const FREE: &str = "nobody enters the stale copy between two attempts to reclaim it";

impl<T: Absorb<O>, O, D> WriteHandle<T, O, D> {
    /// Appends an operation. Readers see its effect after the next publish.
    ///
    /// Never waits. Amortised constant time; before the first publish of a pair made by [`new`] or
    /// [`new_from_empty`] the operation is applied at once, to the copy that nobody reads.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned, or if `absorb_second` panics in the case above.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(1).append(2).publish();
    /// assert_eq!(reader.enter().unwrap().0, 3);
    /// ```
    #[track_caller]
    pub fn append(&mut self, operation: O) -> &mut Self {
        let writer = self.writer_mut();
        writer.assert_sound();
        writer.append(operation);
        self
    }

    /// The data with everything applied that was appended so far, published or not.
    ///
    /// Waits as [`publish`](Self::publish), and then applies the log to the older copy, which the next publish finds
    /// done.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(5);
    /// assert_eq!(writer.unpublished().0, 5);
    /// assert_eq!(reader.enter().unwrap().0, 0);
    /// ```
    #[track_caller]
    pub fn unpublished(&mut self) -> &T {
        let reclaimed = self.writer_to_wait().prepare(Wait::Forever);
        reclaimed.map_err(drop).expect(ENDLESS).into_stale()
    }

    /// Like [`unpublished`](Self::unpublished), but `None` instead of waiting for a reader.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// // The guard is in the copy that would have to be brought up to date.
    /// assert!(writer.try_unpublished().is_none());
    /// drop(guard);
    /// assert_eq!(writer.try_unpublished().unwrap().0, 1);
    /// ```
    #[track_caller]
    pub fn try_unpublished(&mut self) -> Option<&T> {
        let reclaimed = self.writer_to_wait().prepare(Wait::Poll).ok()?;
        Some(reclaimed.into_stale())
    }

    /// As [`unpublished`](Self::unpublished), but leaves the older copy to readers that are still in it after
    /// `timeout`, and goes on with a clone: see [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if too many copies are left to readers already;
    /// [`PublishError::Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use std::time::Duration;
    /// let (mut writer, reader) = left_right::new_logged::<Count, u32>(Count(1));
    /// let guard = reader.enter().unwrap();
    /// writer.append(2).publish();
    /// writer.append(3);
    /// // The guard is in the copy that is to be changed.
    /// assert!(writer.try_unpublished().is_none());
    /// assert_eq!(writer.unpublished_or_replace(Duration::ZERO).unwrap().0, 6);
    /// assert_eq!(guard.0, 1);
    /// ```
    #[track_caller]
    pub fn unpublished_or_replace(&mut self, timeout: Duration) -> Result<&T, PublishError>
    where
        T: Independent,
    {
        if self.is_poisoned() {
            return Err(Poisoned.into());
        }
        let writer = self.writer_to_wait();
        // The clock is asked only if it matters: mostly nobody is in the way.
        if writer.prepare(Wait::Spin).is_err() {
            let start = Instant::now();
            let wait = Wait::up_to(start.checked_add(timeout));
            if writer.prepare(wait).is_err() && !writer.replace_stale() {
                return Err(writer.stalled(start));
            }
        }
        let reclaimed = writer.prepare(Wait::Poll).map_err(drop);
        Ok(reclaimed.expect(FREE).into_stale())
    }

    /// Makes all operations appended so far visible to readers that enter from now on.
    ///
    /// Waits for readers that are still in the older copy, applies to it what it lacks, and swaps the two: readers
    /// switch from all of the old to all of the new. Those that hold a guard keep what they see until they drop or
    /// refresh it.
    ///
    /// Takes time in proportion to the operations since the publish before the last, and a nanosecond or two for each
    /// registered reader; and, if a reader has entered the older copy and nothing since, a process-wide barrier of a
    /// few microseconds ([`FenceStrategy::Membarrier`](crate::FenceStrategy::Membarrier)).
    ///
    /// # Panics
    ///
    /// If the pair is poisoned, or if an `absorb_*` or `sync_with` panics, which poisons it. If the drop of a copy
    /// panics that was [left to its readers](Self::publish_or_replace); nothing is published then, and nothing lost.
    /// In debug builds, if this thread holds a guard that it would wait for.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let before = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!(before.0, 0);
    /// drop(before);
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    #[track_caller]
    pub fn publish(&mut self) -> &mut Self {
        let published = self.writer_to_wait().publish(Wait::Forever);
        published.expect(ENDLESS);
        self
    }

    /// Publishes if no reader is in the way; returns whether it did. Never waits.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish), but for a guard of this thread's own, which is in the way like any other.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// assert!(writer.append(1).try_publish()); // The reader is in the copy that is swapped out…
    /// assert!(!writer.append(1).try_publish()); // …and that copy is needed now.
    /// drop(guard);
    /// assert!(writer.try_publish());
    /// assert_eq!(reader.enter().unwrap().0, 2);
    /// ```
    #[must_use = "if it is `false` nothing was published"]
    #[track_caller]
    pub fn try_publish(&mut self) -> bool {
        self.writer_to_wait().publish(Wait::Poll).is_ok()
    }

    /// Publishes, waiting for readers for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if a reader held on until the timeout; nothing is lost, the
    /// operations stay in the log. [`PublishError::Poisoned`] if an operation panicked earlier.
    ///
    /// # Panics
    ///
    /// If user code panics, as [`publish`](Self::publish). In debug builds, if this thread holds a guard that it
    /// would wait for and the timeout has no end, as [`Duration::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use std::time::Duration;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// writer.publish();
    /// let stalled = writer.publish_timeout(Duration::from_millis(1)).unwrap_err();
    /// println!("{stalled}");
    /// ```
    #[track_caller]
    pub fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.publish_within(timeout, |_| Err(StillThere))
    }

    /// Publishes, and if readers hold on for longer than `timeout`, leaves the copy that they are
    /// in to them and goes on with a clone of the published one.
    ///
    /// A guard that is leaked or held for ever thus costs a clone and the memory of a copy, once, and never stops the
    /// writer. The copy is freed by the next publish, or [`unpublished`](Self::unpublished), after its last reader has
    /// left.
    ///
    /// # Errors
    ///
    /// [`PublishError::Poisoned`] if an operation panicked earlier. [`PublishError::Stalled`] if a handful of copies
    /// are left already to a reader that was stopped in the middle of entering, which may be in any.
    ///
    /// # Panics
    ///
    /// If `clone` panics; nothing has changed then. Else as [`publish_timeout`](Self::publish_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use std::time::Duration;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// std::mem::forget(reader.enter());
    /// for _ in 0..1_000 {
    ///     writer.append(1).publish_or_replace(Duration::ZERO).unwrap();
    /// }
    /// assert_eq!(writer.enter().unwrap().0, 1_000);
    /// assert_eq!(writer.stats().deferred, 1);
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError>
    where
        T: Independent,
    {
        self.publish_within(timeout, Writer::publish_replacement)
    }

    /// Publishes; if readers hold on for longer than `timeout`, goes on with `otherwise`.
    #[track_caller]
    fn publish_within(
        &mut self,
        timeout: Duration,
        otherwise: impl FnOnce(&mut Writer<T, O>) -> Result<(), StillThere>,
    ) -> Result<(), PublishError> {
        if self.is_poisoned() {
            return Err(Poisoned.into());
        }
        let start = Instant::now();
        let writer = self.writer_to_wait();
        writer
            .publish_until(start.checked_add(timeout))
            .or_else(|StillThere| otherwise(writer))
            .map_err(|StillThere| writer.stalled(start))
    }

    /// Publishes if there is anything to publish.
    ///
    /// Waits and panics as [`publish`](Self::publish), if so.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, _reader) = left_right::new::<Count, u32>();
    /// writer.flush();
    /// assert_eq!(writer.version(), 0);
    /// writer.append(1).flush();
    /// assert_eq!(writer.version(), 1);
    /// ```
    #[track_caller]
    pub fn flush(&mut self) {
        self.writer().assert_sound();
        if self.has_pending_operations() {
            self.publish();
        }
    }
}

impl<T: Absorb<O>, O> WriteHandle<T, O> {
    /// `readable` is published as version 0; `logged` says whether both copies are equal, so that
    /// the log can start at once.
    pub(crate) fn new(readable: T, writable: T, logged: bool) -> Self {
        let copies = Copies::new(readable, writable);
        let phase = if logged {
            Phase::Logging
        } else {
            Phase::Loading { dirty: false }
        };
        Self::of(Writer {
            copies,
            log: OpLog::new(),
            phase,
            end: Writer::take_data_away,
        })
    }

    /// Ends the pair and returns its data, with everything applied that was appended.
    ///
    /// Takes the data away from the readers, whose [`enter`](ReadHandle::enter) returns `None` from then on, waits
    /// until the last has left, and drops one copy by [`Absorb::drop_first`]. If the pair is poisoned, it returns the
    /// last published copy.
    ///
    /// # Panics
    ///
    /// If an `absorb_*` or `sync_with` panics; readers then keep the last published copy. If
    /// `drop_first` panics; the data is leaked then. In debug builds, if this thread holds a guard: it would wait for
    /// itself for ever. The data is leaked then, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(1).publish();
    /// writer.append(2);
    /// let count = writer.take();
    /// assert_eq!(count.0, 3);
    /// assert!(reader.enter().is_none());
    /// ```
    #[track_caller]
    pub fn take(mut self) -> Taken<T, O> {
        self.reader.end_leaked_guards();
        let writer = self.writer.take().expect(PRESENT);
        Taken::new(writer.close())
    }

    /// Ends the writer and leaves the published data to the readers, until the last of them goes.
    ///
    /// Returns a reader whose reads cannot fail; the others go on as they are. Operations that were not published
    /// are dropped. Waits for readers that are still in the older copy, to bring it up to date and drop it; a writer
    /// of an [`Independent`] structure can go without waiting, see [`into_owned`](Self::into_owned).
    ///
    /// # Panics
    ///
    /// If `absorb_second` or `drop_first` panics; readers keep the published copy.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(5).publish();
    /// let frozen = writer.freeze();
    /// assert_eq!(frozen.enter().0, 5);
    /// assert_eq!(reader.enter().unwrap().0, 5);
    /// ```
    pub fn freeze(mut self) -> ReadHandle<T, Owned>
    where
        T: Send,
    {
        self.reader.end_leaked_guards();
        self.writer.take().expect(PRESENT).freeze();
        ReadHandle::of(self.reader.share())
    }

    /// Makes a writer that leaves the published data to the readers when it goes, and whose readers
    /// own the data with it, so that their reads cannot fail. See [`new_owned`]. Never waits.
    ///
    /// Readers made before are as they were, and their reads do not fail any more, either.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, revocable) = left_right::new::<Count, u32>();
    /// let mut writer = writer.into_owned();
    /// let reader = writer.clone();
    /// writer.append(1).publish();
    /// writer.append(2);
    /// drop(writer);
    /// assert_eq!(reader.enter().0, 1);
    /// assert_eq!(revocable.enter().unwrap().0, 1);
    /// ```
    pub fn into_owned(mut self) -> WriteHandle<T, O, Owned>
    where
        T: Independent + Send,
    {
        let mut writer = self.writer.take().expect(PRESENT);
        writer.end = Writer::leave_data;
        WriteHandle::of(writer)
    }
}

impl<T, O, D> WriteHandle<T, O, D> {
    fn of(writer: Writer<T, O>) -> Self {
        Self {
            reader: ReadHandle::of(writer.copies.share()),
            writer: Some(writer),
        }
    }

    /// Whether operations were appended that readers cannot see yet.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, _reader) = left_right::new::<Count, u32>();
    /// assert!(!writer.has_pending_operations());
    /// assert!(writer.append(1).has_pending_operations());
    /// assert!(!writer.publish().has_pending_operations());
    /// ```
    pub fn has_pending_operations(&self) -> bool {
        self.writer().has_pending()
    }

    /// The operations that were appended and that readers cannot see yet, in order: to replicate,
    /// persist or inspect them.
    ///
    /// Operations appended before the first publish are listed only for a pair made by
    /// [`new_logged`]; others apply them at once.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, _reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// writer.append(7).publish();
    /// writer.append(8).append(9);
    /// assert!(writer.pending().eq(&[8, 9]));
    /// ```
    pub fn pending(&self) -> impl DoubleEndedIterator<Item = &O> + ExactSizeIterator + Clone {
        self.writer().log.pending()
    }

    /// The number of the last publish; 0 if nothing was published yet.
    ///
    /// A guard that sees this publish reports the same number
    /// ([`ReadGuard::version`](crate::ReadGuard::version)).
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::ReadGuard;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.publish();
    /// assert_eq!(writer.version(), 1);
    /// assert_eq!(ReadGuard::version(&reader.enter().unwrap()), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.writer().copies.version()
    }

    /// Whether an operation panicked while it was applied.
    ///
    /// Readers are not affected: they keep the last published copy, also after this handle is
    /// dropped. Every call that would change or publish something panics, or returns
    /// [`PublishError::Poisoned`]; [`take`](Self::take) still returns the published copy.
    ///
    /// ```
    /// use std::panic::{AssertUnwindSafe, catch_unwind};
    /// # #[derive(Clone)] struct Strict;
    /// # impl left_right::Absorb<u32> for Strict {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { assert_ne!(*n, 0); }
    /// #     fn sync_with(&mut self, _: &Self) {}
    /// # }
    /// let (mut writer, _) = left_right::new_logged::<Strict, u32>(Strict);
    /// let publish = AssertUnwindSafe(|| drop(writer.append(0).publish().enter()));
    /// assert!(catch_unwind(publish).is_err());
    /// assert!(writer.is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.writer().is_poisoned()
    }

    /// Figures about this writer. Takes the registry's lock for a moment.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, _reader) = left_right::new::<Count, u32>();
    /// writer.append(1).publish();
    /// assert_eq!(writer.stats().publishes, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        let writer = self.writer();
        Stats {
            publishes: writer.copies.version(),
            pending: writer.log.pending().len(),
            logged: writer.log.len(),
            log_capacity: writer.log.capacity(),
            readers: writer.copies.slots(),
            deferred: writer.copies.deferred(),
        }
    }

    /// The registered readers, this handle's own included, and what each was doing at that moment, once for each version
    /// that it has held guards of at a time:
    /// which hold guards, of which version, and the thread that each belongs to.
    ///
    /// O(readers). Costs the readers nothing.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.publish();
    /// let guard = reader.enter().unwrap();
    /// let readers = writer.readers();
    /// let active = readers.iter().find(|reader| reader.is_active).unwrap();
    /// assert_eq!(active.version, Some(1));
    /// # drop(guard);
    /// ```
    pub fn readers(&self) -> Vec<ReaderState> {
        self.writer().copies.readers()
    }

    /// A pointer to the older copy, which readers do not enter any more.
    ///
    /// Readers that entered earlier may still be in it, except before the first publish. To read it, prefer
    /// [`unpublished`](Self::unpublished). Changing it through the pointer is sound only while no reader is in it, and
    /// right only if the other copy is changed the same way.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(1);
    /// let copy = writer.raw_write_handle();
    /// // SAFETY: nothing was published, so no reader has ever been in it.
    /// assert_eq!(unsafe { copy.as_ref() }.0, 1);
    /// # drop(reader);
    /// ```
    pub fn raw_write_handle(&mut self) -> NonNull<T> {
        self.writer_mut().copies.stale_ptr()
    }

    /// The structure that this writer belongs to.
    pub(crate) fn core_id(&self) -> StructureId {
        self.writer().copies.share().id()
    }

    pub(crate) fn writer(&self) -> &Writer<T, O> {
        self.writer.as_ref().expect(PRESENT)
    }

    fn writer_mut(&mut self) -> &mut Writer<T, O> {
        self.writer.as_mut().expect(PRESENT)
    }

    /// The writer, for a call that may wait for readers.
    ///
    /// A guard that was taken through this handle and then leaked would make it wait for itself, and so would its guess;
    /// `&mut self` shows that no such guard is in use.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned.
    #[track_caller]
    #[inline]
    pub(crate) fn writer_to_wait(&mut self) -> &mut Writer<T, O> {
        self.reader.end_leaked_guards();
        let writer = self.writer_mut();
        writer.assert_sound();
        writer
    }
}

impl<T, O, D> Drop for WriteHandle<T, O, D> {
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        self.reader.end_leaked_guards();
        // Letting a panic of user code out of `drop` could abort the process.
        catch_panic(|| (writer.end)(writer));
    }
}

impl<T, O, D> Deref for WriteHandle<T, O, D> {
    type Target = ReadHandle<T, D>;

    fn deref(&self) -> &ReadHandle<T, D> {
        &self.reader
    }
}

impl<T: Absorb<O>, O, D> Extend<O> for WriteHandle<T, O, D> {
    /// Appends every operation of the iterator. See [`WriteHandle::append`].
    #[track_caller]
    fn extend<I: IntoIterator<Item = O>>(&mut self, operations: I) {
        let writer = self.writer_mut();
        writer.assert_sound();
        if let Phase::Loading { .. } = writer.phase {
            for operation in operations {
                writer.append(operation);
            }
        } else {
            writer.log.extend(operations);
        }
    }
}

impl<T, O, D> fmt::Debug for WriteHandle<T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let writer = self.writer();
        f.debug_struct("WriteHandle")
            .field("version", &writer.copies.version())
            .field("phase", &writer.phase)
            .field("pending", &writer.log.pending().len())
            .finish_non_exhaustive()
    }
}

/// Makes a pair from an empty structure, which is cloned for the second copy.
///
/// Operations appended before the first publish are applied at once to the copy that nobody reads
/// yet, without a log, which makes the initial load cheap;
/// [`sync_with`](Absorb::sync_with) brings the other copy up to date later.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new_from_empty::<Count, u32>(Count(3));
/// writer.append(4).publish();
/// assert_eq!(reader.enter().unwrap().0, 7);
/// ```
pub fn new_from_empty<T, O>(t: T) -> (WriteHandle<T, O>, ReadHandle<T>)
where
    T: Absorb<O> + Clone,
{
    pair(t.clone(), t, false)
}

/// Makes a pair from two defaults, which must be equal in everything that operations depend on.
///
/// Two default hash maps are not, if their hashers have random seeds and the order of iteration
/// matters: use [`new_from_empty`]. For the first operations see there, too.
///
/// See the [example of the crate](crate#example).
pub fn new<T, O>() -> (WriteHandle<T, O>, ReadHandle<T>)
where
    T: Absorb<O> + Default,
{
    pair(T::default(), T::default(), false)
}

/// Makes a pair from a structure, empty or not, which is cloned for the second copy. Readers see
/// it at once, as version 0.
///
/// Every operation goes through the log, those before the first publish included, so
/// [`WriteHandle::pending`] lists all of them, and [`Absorb::sync_with`] is never called.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new_logged::<Count, u32>(Count(3));
/// assert_eq!(reader.enter().unwrap().0, 3);
/// writer.append(4);
/// assert!(writer.pending().eq(&[4]));
/// ```
pub fn new_logged<T, O>(t: T) -> (WriteHandle<T, O>, ReadHandle<T>)
where
    T: Absorb<O> + Clone,
{
    pair(t.clone(), t, true)
}

/// Makes a pair whose readers own the data with the writer: see [`Owned`].
///
/// Readers see `t` at once, as version 0. When the writer is dropped, its thread panics, or it is poisoned, they
/// keep the last published state, so entering gives a guard and not an `Option`. The data lives until the last
/// reader goes, on whatever thread, so it must be `Send`. As [`new_logged`] for the rest.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new_owned::<Count, u32>(Count(3));
/// writer.append(4).publish();
/// drop(writer);
/// assert_eq!(reader.enter().0, 7);
/// ```
pub fn new_owned<T, O>(t: T) -> (WriteHandle<T, O, Owned>, ReadHandle<T, Owned>)
where
    T: Absorb<O> + Independent + Send,
{
    let writer = new_logged(t).0.into_owned();
    let reader = ReadHandle::clone(&writer);
    (writer, reader)
}

fn pair<T, O>(readable: T, writable: T, logged: bool) -> (WriteHandle<T, O>, ReadHandle<T>)
where
    T: Absorb<O>,
{
    let writer = WriteHandle::new(readable, writable, logged);
    let reader = ReadHandle::clone(&writer);
    (writer, reader)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::doctest::Count;

    /// A reader may have left between the attempt to publish and this.
    #[test]
    fn replacing_a_copy_that_nobody_is_in_loses_nothing() {
        let (mut looked_at, reader) = new_logged::<Count, u32>(Count(0));
        assert_eq!(looked_at.append(1).unpublished().0, 1);
        let (mut loaded, other) = new::<Count, u32>();
        loaded.append(1);
        for (writer, reader) in [(&mut looked_at, &reader), (&mut loaded, &other)] {
            let replaced = writer.writer_to_wait().publish_replacement();
            assert!(replaced.is_ok());
            assert_eq!(reader.enter().unwrap().0, 1);
            for total in [3, 5, 7] {
                writer.append(2).publish();
                assert_eq!(reader.enter().unwrap().0, total);
            }
            assert_eq!(writer.stats().deferred, 0);
        }
    }
}
