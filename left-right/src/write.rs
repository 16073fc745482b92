//! The write handle.
//!
//! Its calls, by what they are for: `publish` publishes, `own` looks at what is not published yet, `end` ends the
//! writer. All of them are short: the order of the steps is in `writer`, which has neither atomics nor unsafe code.
//! `shared` is a writer that threads share: `queue` takes their operations in, `group` is what the handles have in
//! common, `exclusive` the guard of the thread that has the writer. `asynchronous` waits without a thread.

use std::{fmt, ops::Deref, ptr::NonNull};

use crate::{
    Absorb, FencePolicy, ReadHandle, ReaderState, Stats, copies::Copies, oplog::OpLog,
    registry::StructureId,
};

#[cfg(feature = "async")]
mod asynchronous;
mod end;
mod exclusive;
mod group;
mod own;
mod publish;
mod queue;
mod shared;
mod taken;
mod writer;

#[cfg(feature = "async")]
pub use asynchronous::{Publish, SharedPublish};
pub use exclusive::WriteGuard;
pub use shared::SharedWriteHandle;
pub use taken::Taken;
use writer::{Phase, Writer};

/// The writer of a pair: appends operations and publishes them.
///
/// There is one writer per pair. It dereferences to a [`ReadHandle`], so it can read what is
/// published, and `clone` on it makes a reader; [`view`](Self::view) reads what is not published
/// yet.
///
/// # Blocking
///
/// [`append`](Self::append) never waits. [`publish`](Self::publish) and [`view`](Self::view) wait
/// for readers that are still in the copy that the publish *before* took out;
/// [`take`](Self::take) and dropping the handle wait for all readers to leave. A reader that holds a guard for ever, or leaks one, makes them
/// wait for ever: use [`try_publish`](Self::try_publish) or
/// [`publish_timeout`](Self::publish_timeout) where that can happen, or
/// [`publish_or_replace`](Self::publish_or_replace), which nothing stops. Waiting spins for some
/// microseconds, then yields, then sleeps; it uses next to no processor time. Readers never wait
/// for the writer, and no lock is held meanwhile.
///
/// A thread that publishes twice while it holds a guard from a handle of its own, or takes or drops the writer
/// then, would wait for itself, for ever: in debug builds that is a panic. A wait with an end
/// ([`publish_timeout`](Self::publish_timeout)) reports it as a stall, in all builds.
///
/// # Memory ordering
///
/// Everything that the writer's thread did before a publish happens before what a reader does
/// under a guard that sees that publish. Everything that a reader did under a guard happens before
/// whatever the writer does to that copy later.
///
/// # Dropping
///
/// Dropping the writer applies what is pending, takes the data away ([`ReadHandle::enter`] returns
/// `None` from then on), waits for the last reader to leave and drops both copies. To leave the
/// data to the readers see [`freeze`](Self::freeze) and [`freeze_on_drop`](Self::freeze_on_drop).
///
/// A panic of an `absorb_*` or `drop_*` ends there and does not leave the drop; in debug builds, neither does that
/// of a thread that would wait for a guard of its own. What could not be dropped is leaked then.
///
/// # Examples
///
/// ```
/// # #[derive(Clone, Default)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).append(2);
/// // The writer sees it, readers do not.
/// assert_eq!(writer.view().0, 3);
/// assert_eq!(reader.enter().unwrap().0, 0);
/// writer.publish();
/// assert_eq!(reader.enter().unwrap().0, 3);
/// ```
pub struct WriteHandle<T, O>
where
    T: Absorb<O>,
{
    /// `None` only once `take`, `freeze` or `drop` has begun.
    writer: Option<Writer<T, O>>,
    reader: ReadHandle<T>,
}

impl<T, O> WriteHandle<T, O>
where
    T: Absorb<O>,
{
    /// `readable` is published as version 0; `logged` says whether both copies are equal, so that
    /// the log can start at once.
    pub(crate) fn new(readable: T, writable: T, logged: bool) -> Self {
        let copies = Copies::new(readable, writable);
        let reader = ReadHandle::new(&copies.shared);
        reader.belong_to_writer();
        let phase = if logged {
            Phase::Logging
        } else {
            Phase::Loading { dirty: false }
        };
        let writer = Writer {
            copies,
            log: OpLog::new(),
            phase,
            leave: None,
        };
        Self {
            writer: Some(writer),
            reader,
        }
    }

    fn writer(&self) -> &Writer<T, O> {
        self.writer.as_ref().expect(PRESENT)
    }

    fn writer_mut(&mut self) -> &mut Writer<T, O> {
        self.writer.as_mut().expect(PRESENT)
    }

    /// The writer, for a call that may wait for readers.
    ///
    /// A guard that was taken through this handle and then leaked would make it wait for itself;
    /// `&mut self` shows that no such guard is in use.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned.
    #[track_caller]
    fn writer_to_wait(&mut self) -> &mut Writer<T, O> {
        self.reader.end_leaked_guards();
        let writer = self.writer_mut();
        writer.assert_sound();
        writer
    }

    /// Appends an operation. Readers see its effect after the next publish.
    ///
    /// Never waits. Amortised constant time; before the first publish of a pair made by
    /// [`new`](crate::new) or [`new_from_empty`](crate::new_from_empty) the operation is applied
    /// at once, to the copy that nobody reads.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned, or if `absorb_second` panics in the case above.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
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

    /// The number of the last publish; 0 if nothing was published yet.
    ///
    /// A guard that sees this publish reports the same number
    /// ([`ReadGuard::version`](crate::ReadGuard::version)).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::ReadGuard;
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.publish();
    /// assert_eq!(writer.version(), 1);
    /// assert_eq!(ReadGuard::version(&reader.enter().unwrap()), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.writer().copies.version
    }

    /// Whether an operation panicked while it was applied.
    ///
    /// Readers are not affected: they keep the last published copy, also after this handle is
    /// dropped. Every call that would change or publish something panics, or returns
    /// [`PublishError::Poisoned`](crate::PublishError::Poisoned); [`take`](Self::take) still returns the published copy.
    ///
    /// # Examples
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
        self.writer().phase == Phase::Poisoned
    }

    /// Figures about this writer. Takes the registry's lock for a moment.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(1).publish();
    /// assert_eq!(writer.stats().publishes, 1);
    /// # drop(reader);
    /// ```
    pub fn stats(&self) -> Stats {
        let writer = self.writer();
        Stats {
            publishes: writer.copies.version,
            pending: writer.log.pending().len(),
            logged: writer.log.len(),
            log_capacity: writer.log.capacity(),
            readers: writer.copies.shared.core.registry.len(),
            abandoned: writer.copies.abandoned(),
        }
    }

    /// The registered readers, this handle's own included, and what each was doing at that moment:
    /// which hold guards, of which version, and the thread that each belongs to.
    ///
    /// O(readers). Costs the readers nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.publish();
    /// let guard = reader.enter().unwrap();
    /// let readers = writer.readers();
    /// let inside = readers.iter().find(|reader| reader.is_inside).unwrap();
    /// assert_eq!(inside.version, Some(1));
    /// # drop(guard);
    /// ```
    pub fn readers(&self) -> Vec<ReaderState> {
        self.writer().copies.readers()
    }

    /// Lets any number of threads share this writer, with one order of operations and publishes in
    /// common. See [`SharedWriteHandle`].
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// std::thread::scope(|scope| {
    ///     for n in 1..=2 {
    ///         let shared = shared.clone();
    ///         scope.spawn(move || shared.apply(n));
    ///     }
    /// });
    /// assert_eq!(reader.enter().unwrap().0, 3);
    /// ```
    pub fn into_shared(self) -> SharedWriteHandle<T, O> {
        SharedWriteHandle::new(self)
    }

    /// The structure that this writer belongs to.
    fn core_id(&self) -> StructureId {
        self.writer().copies.shared.core.id
    }

    /// Chooses the fences that publishes use from the next one on. See [`FencePolicy`].
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::FencePolicy;
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.set_fence_policy(FencePolicy::WriteMostly).append(1).publish();
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    pub fn set_fence_policy(&mut self, policy: FencePolicy) -> &mut Self {
        self.writer_mut().copies.set_fence_policy(policy);
        self
    }

    /// A pointer to the write copy, the one that readers do not enter any more.
    ///
    /// Readers that entered earlier may still be in it, except before the first publish. To read
    /// the write copy, prefer [`view`](Self::view). Changing it through the pointer is sound only
    /// while no reader is in it, and right only if the other copy is changed the same way.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
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
}

const PRESENT: &str = "the writer is there until the handle goes";

impl<T, O> Deref for WriteHandle<T, O>
where
    T: Absorb<O>,
{
    type Target = ReadHandle<T>;

    fn deref(&self) -> &ReadHandle<T> {
        &self.reader
    }
}

impl<T, O> Extend<O> for WriteHandle<T, O>
where
    T: Absorb<O>,
{
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

impl<T, O> fmt::Debug for WriteHandle<T, O>
where
    T: Absorb<O>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let writer = self.writer();
        f.debug_struct("WriteHandle")
            .field("version", &writer.copies.version)
            .field("phase", &writer.phase)
            .field("pending", &writer.log.pending().len())
            .finish_non_exhaustive()
    }
}
