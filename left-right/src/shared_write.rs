//! A writer for any number of threads: one order of operations, and publishes that they share.

#![forbid(unsafe_code)]

use std::{
    fmt,
    time::{Duration, Instant},
};

use crate::{
    absorb::{Absorb, Independent},
    diagnostics::{Poisoned, PublishError, Stalled},
    group::{Attempt, WriteGuard, Writing},
    ownership::Revocable,
    queue::Ticket,
    raw::backoff::Backoff,
    read::SharedReadHandle,
    sync::Arc,
    write::WriteHandle,
};

/// The writer of a pair, shared by any number of threads: `Clone`, `Send` and `Sync`. Made by
/// [`WriteHandle::into_shared`].
///
/// Operations of all threads form one order, that in which [`append`](Self::append) was called;
/// those of one thread keep theirs. A publish makes everything visible that anybody has appended
/// before, and threads that publish at the same time share one: one of them does the work, the
/// others find their operations visible when it is done. So the more writers there are, the
/// less each pays, whereas with a `Mutex<WriteHandle>` each publishes for itself.
///
/// If one thread writes, a [`WriteHandle`] is faster and says more. Who waits for whom, what a panic does and what
/// becomes of the data is in the [guide](crate::guide#writers-that-threads-share).
///
/// ```
/// use left_right::doctest::Count;
/// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
/// let shared = writer.into_shared();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             shared.append(1)?;
///             shared.append(2)?;
///             shared.publish()?;
///             // Whatever this thread appended is visible now.
///             assert!(shared.reader().enter().unwrap().0 >= 3);
///             Ok::<(), left_right::Poisoned>(())
///         });
///     }
/// });
/// assert_eq!(reader.enter().unwrap().0, 12);
/// ```
pub struct SharedWriteHandle<T, O, D = Revocable> {
    writing: Arc<Writing<T, O, D>>,
    reader: SharedReadHandle<T, D>,
}

impl<T: Absorb<O>, O> WriteHandle<T, O> {
    /// Lets any number of threads share this writer, with one order of operations and publishes in
    /// common. See [`SharedWriteHandle`].
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.apply(3)?;
    /// assert_eq!(reader.enter().unwrap().0, 3);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_shared(self) -> SharedWriteHandle<T, O> {
        SharedWriteHandle::new(self)
    }
}

impl<T: Absorb<O>, O, D> SharedWriteHandle<T, O, D> {
    pub(crate) fn new(writer: WriteHandle<T, O, D>) -> Self {
        let shared = Self {
            reader: writer.shared(),
            writing: Arc::new(Writing::new(writer)),
        };
        // Whatever was pending before becomes something that a publish has to do.
        drop(shared.lock());
        shared
    }

    /// Adds an operation. Readers do not see it before a publish. Never waits for readers.
    ///
    /// O(1), amortised.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked. This one is dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.append(1)?;
    /// assert_eq!(reader.enter().unwrap().0, 0);
    /// shared.publish()?;
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn append(&self, operation: O) -> Result<(), Poisoned> {
        self.writing.queue.push(operation).map(drop)
    }

    /// Adds operations, with none of another thread in between. Never waits for readers.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked. These are dropped then.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.append_all([1, 2, 3])?;
    /// shared.publish()?;
    /// assert_eq!(reader.enter().unwrap().0, 6);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn append_all(&self, operations: impl IntoIterator<Item = O>) -> Result<(), Poisoned> {
        // The iterator is user code, so before the lock is taken.
        let operations = operations.into_iter().collect();
        self.writing.queue.extend(operations).map(drop)
    }

    /// Adds an operation and makes it visible: [`append`](Self::append) and
    /// [`publish`](Self::publish) in one.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.apply(1)?;
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn apply(&self, operation: O) -> Result<(), Poisoned> {
        self.reader.stand_aside();
        let ticket = if let Some(locked) = self.writing.try_lock() {
            // Nobody else is publishing: the operation need not go through the queue.
            let mut writer = self.writing.to_change(locked)?;
            writer.append(operation);
            writer.publish_briefly();
            writer.upto()
        } else {
            self.writing.queue.push(operation)?
        };
        self.publish_upto(ticket)
    }

    /// Makes visible whatever was appended before this call, by any thread.
    ///
    /// Waits for readers of the older copy, for as long as it takes. Does nothing if another
    /// thread's publish has done it already; several threads that call this at the same time share
    /// one publish.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics that this thread absorbs; if it is called by an operation that is
    /// being absorbed, or while this thread holds the [`lock`](Self::lock); and, in debug builds,
    /// if the thread holds a guard of the pair.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// let other = shared.clone();
    /// other.append(1)?;
    /// shared.publish()?;
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish(&self) -> Result<(), Poisoned> {
        self.publish_upto(self.writing.queue.last_ticket()?)
    }

    /// As [`publish`](Self::publish), but gives up after `timeout`.
    ///
    /// A thread that holds a guard itself may call this: it is told so.
    ///
    /// # Errors
    ///
    /// [`Stalled`] if readers are still in the way, or another thread still has the
    /// writer, when time is up: nothing is lost, the next publish that succeeds makes the operations visible.
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics, or if this thread has the writer already, as for
    /// [`publish`](Self::publish).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use std::time::Duration;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// let guard = reader.enter().unwrap();
    /// shared.append(1)?;
    /// assert!(shared.publish_timeout(Duration::ZERO).is_ok());
    /// shared.append(1)?;
    /// println!("{}", shared.publish_timeout(Duration::ZERO).unwrap_err());
    /// # drop(guard);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish_timeout(&self, timeout: Duration) -> Result<(), PublishError> {
        let ticket = self.writing.queue.last_ticket()?;
        self.publish_within(timeout, ticket, |_| false)
    }

    /// As [`publish`](Self::publish), but leaves the older copy to readers that are still in it
    /// after `timeout`, and goes on with a clone: see
    /// [`WriteHandle::publish_or_replace`]. With this nothing that a reader does stops the writers.
    ///
    /// # Errors
    ///
    /// [`Stalled`] if too many copies are left to readers already, or another thread still has the
    /// writer. [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish_timeout`](Self::publish_timeout), and if `clone` does; nothing is lost then.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use std::time::Duration;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// let guard = reader.enter().unwrap();
    /// for _ in 0..10 {
    ///     shared.append(1)?;
    ///     shared.publish_or_replace(Duration::ZERO)?;
    /// }
    /// assert_eq!((guard.0, shared.reader().enter().unwrap().0), (0, 10));
    /// # Ok::<(), left_right::PublishError>(())
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&self, timeout: Duration) -> Result<(), PublishError>
    where
        T: Independent,
    {
        let ticket = self.writing.queue.last_ticket()?;
        self.make_visible(ticket, timeout)
    }

    /// [`publish_or_replace`](Self::publish_or_replace) of what has this ticket.
    #[track_caller]
    pub(crate) fn make_visible(&self, ticket: Ticket, timeout: Duration) -> Result<(), PublishError>
    where
        T: Independent,
    {
        self.publish_within(timeout, ticket, WriteHandle::replace)
    }

    #[track_caller]
    fn publish_upto(&self, ticket: Ticket) -> Result<(), Poisoned> {
        self.reader.stand_aside();
        let mut backoff = Backoff::new();
        loop {
            match self.writing.attempt(ticket)? {
                Attempt::Done => return Ok(()),
                Attempt::Locked if !backoff.is_short() => {
                    let locked = self.writing.lock();
                    if let Attempt::Done = self.writing.attempt_with(locked, ticket)? {
                        return Ok(());
                    }
                }
                Attempt::Locked | Attempt::Stalled => backoff.take(None),
            }
        }
    }

    #[track_caller]
    fn publish_within(
        &self,
        timeout: Duration,
        ticket: Ticket,
        replace: impl Fn(&mut WriteHandle<T, O, D>) -> bool,
    ) -> Result<(), PublishError> {
        // Before the clock is asked: mostly this is all.
        if let Attempt::Done = self.writing.attempt(ticket)? {
            return Ok(());
        }
        let start = Instant::now();
        let deadline = start.checked_add(timeout);
        let mut backoff = Backoff::new();
        loop {
            if let Attempt::Done = self.writing.attempt(ticket)? {
                return Ok(());
            }
            let left = deadline.map(|it| it.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return self.give_up(ticket, start, replace);
            }
            backoff.take(left);
        }
    }

    /// The last thing that [`publish_within`](Self::publish_within) does.
    #[track_caller]
    fn give_up(
        &self,
        ticket: Ticket,
        start: Instant,
        replace: impl Fn(&mut WriteHandle<T, O, D>) -> bool,
    ) -> Result<(), PublishError> {
        let Some(locked) = self.writing.try_lock() else {
            return Err(PublishError::Stalled(Stalled::by_a_writer(start.elapsed())));
        };
        if self.writing.is_visible(ticket) {
            return Ok(()); // Another writer was faster.
        }
        let mut writer = self.writing.to_publish(locked)?;
        // It may have been another writer that was in the way so far, and no reader.
        if writer.publish_briefly() || replace(&mut writer) {
            Ok(())
        } else {
            Err(writer.writer().stalled(start))
        }
    }

    /// Looks at the writer, which may be poisoned.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if it is not there: see [`WriteGuard`].
    #[track_caller]
    pub(crate) fn inspect<R>(
        &self,
        look: impl FnOnce(&WriteHandle<T, O, D>) -> R,
    ) -> Result<R, Poisoned> {
        let locked = self.writing.lock_to_change();
        if locked.has_writer() && !locked.is_sound() {
            return Ok(look(locked.writer()));
        }
        // What is in the queue counts as pending.
        let writer = self.writing.to_change(locked)?;
        Ok(look(&writer))
    }

    #[cfg(feature = "async")]
    pub(crate) fn last_ticket(&self) -> Result<Ticket, Poisoned> {
        self.writing.queue.last_ticket()
    }

    /// One step of a publish that does not wait.
    #[cfg(feature = "async")]
    #[track_caller]
    pub(crate) fn attempt(&self, ticket: Ticket) -> Result<Attempt, Poisoned> {
        self.writing.attempt(ticket)
    }

    /// Locks the writer for this thread. Waits while another thread publishes or has locked it, and
    /// for readers only if that one does.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If this thread has the writer already: it would wait for itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// let mut writer = shared.lock()?;
    /// let now = writer.unpublished().0;
    /// writer.append(now + 1).publish();
    /// drop(writer);
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn lock(&self) -> Result<WriteGuard<'_, T, O, D>, Poisoned> {
        self.writing.to_change(self.writing.lock_to_change())
    }

    /// Runs `change` with the writer and makes visible what it has appended: a
    /// [`lock`](Self::lock) and a [`publish`](Self::publish) that is shared with other threads that do
    /// so at the same time.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish), and if `change` does: what it had appended by then is pending.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(3));
    /// let shared = writer.into_shared();
    /// shared.update(|writer| _ = writer.append(1).append(2))?;
    /// assert_eq!(reader.enter().unwrap().0, 6);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn update<R>(
        &self,
        change: impl FnOnce(&mut WriteHandle<T, O, D>) -> R,
    ) -> Result<R, Poisoned> {
        self.reader.stand_aside();
        let mut writer = self.lock()?;
        let result = change(&mut writer);
        let ticket = writer.release();
        self.publish_upto(ticket)?;
        Ok(result)
    }

    /// The writer, for one thread again, if this is the only handle. What is not published yet is
    /// pending there.
    ///
    /// It may be poisoned: ask [`WriteHandle::is_poisoned`].
    ///
    /// # Errors
    ///
    /// The handle itself if there are others, or if the writer is not there: see [`WriteGuard`].
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.append(1)?;
    /// let mut writer = shared.into_writer().expect("there is no other handle");
    /// writer.publish();
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_writer(mut self) -> Result<WriteHandle<T, O, D>, Self> {
        let writer = Arc::get_mut(&mut self.writing).and_then(Writing::end);
        writer.ok_or(self)
    }
}

impl<T, O, D> SharedWriteHandle<T, O, D> {
    /// A handle for readers, for any thread.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, _) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.apply(1)?;
    /// assert_eq!(shared.reader().enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn reader(&self) -> &SharedReadHandle<T, D> {
        &self.reader
    }

    /// Whether an operation has panicked, so that nothing is published any more.
    ///
    /// ```
    /// use std::panic::{AssertUnwindSafe, catch_unwind};
    /// # #[derive(Clone)] struct Strict;
    /// # impl left_right::Absorb<u32> for Strict {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { assert_ne!(*n, 0); }
    /// #     fn sync_with(&mut self, _: &Self) {}
    /// # }
    /// let (writer, _) = left_right::new_logged::<Strict, u32>(Strict);
    /// let shared = writer.into_shared();
    /// assert!(!shared.is_poisoned());
    /// assert!(catch_unwind(AssertUnwindSafe(|| shared.apply(0))).is_err());
    /// assert!(shared.is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.writing.queue.is_poisoned()
    }
}

impl<T, O, D> Clone for SharedWriteHandle<T, O, D> {
    fn clone(&self) -> Self {
        Self {
            writing: Arc::clone(&self.writing),
            reader: self.reader.clone(),
        }
    }
}

impl<T, O, D> fmt::Debug for SharedWriteHandle<T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedWriteHandle")
            .field("is_poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
