//! A structure that any number of threads read and write, with a say in when writes become visible.

#![forbid(unsafe_code)]

use std::{fmt, time::Duration};
#[cfg(feature = "async")]
use std::{future, pin::Pin, task::Poll};

#[cfg(feature = "async")]
use crate::sync::Delay;
use crate::{
    absorb::{Absorb, Independent},
    diagnostics::{Poisoned, PublishError, ReaderState, Stats},
    group::WriteGuard,
    ownership::Owned,
    publishing::{Publishing, Timer},
    raw::{backoff::Backoff, guard::ReadGuard},
    read::{ReadHandle, SharedReadHandle},
    shared_write::SharedWriteHandle,
    sync::Arc,
    unwind::catch_panic,
    write::WriteHandle,
};

/// A handle that reads and writes, for any number of threads: `Clone`, `Send` and `Sync`. Made by
/// [`WriteHandle::into_shared`].
///
/// Reads never wait and cannot fail. Changes wait for each other, and when they are published for
/// readers of the older copy; one that stays for longer than the reader timeout that the handle was made
/// with keeps that copy, and the writers go on with a clone. So nothing that a reader does
/// stops a writer, not even a guard that is leaked.
///
/// A thread must not change anything while it holds a guard: it would be such a reader. Debug builds
/// panic at the call, also if the thread has leaked a guard.
///
/// When the last handle goes, what is pending is published; guards and read handles that are left
/// keep the data.
///
/// ```
/// use left_right::doctest::Count;
/// use std::time::Duration;
/// use left_right::Publishing;
/// let (writer, _reader) = left_right::new_owned::<Count, u32>(Count(0));
/// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             count.update(|writer| _ = writer.append(1))?;
///             assert!(count.enter().0 >= 1);
///             Ok::<(), left_right::Poisoned>(())
///         });
///     }
/// });
/// assert_eq!(count.enter().0, 4);
/// ```
pub struct SharedHandle<T, O> {
    reader: SharedReadHandle<T, Owned>,
    writing: Arc<Writing<T, O>>,
}

/// What all handles have in common. The last of them publishes what is pending.
struct Writing<T, O> {
    writer: SharedWriteHandle<T, O, Owned>,
    publishing: Publishing,
    reader_timeout: Duration,
    /// The thread of [`Publishing::Interval`].
    timer: Option<Timer>,
    /// [`publish_last`](Self::publish_last), for a drop that knows nothing of `T`.
    on_drop: fn(&Self),
}

impl<T: Absorb<O>, O> WriteHandle<T, O, Owned> {
    /// Lets any number of threads read and write the structure. Changes become visible as
    /// `publishing` says; a reader that is in the way for longer than `reader_timeout` keeps the copy
    /// that it is in. See [`SharedHandle`].
    ///
    /// What is pending becomes visible with the first publish.
    ///
    /// # Panics
    ///
    /// For [`Publishing::Interval`], if no thread can be started.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use std::time::Duration;
    /// use left_right::Publishing;
    /// let (mut writer, reader) = left_right::new_owned::<Count, u32>(Count(0));
    /// writer.append(1);
    /// let count = writer.into_shared(Publishing::Manual, Duration::from_secs(1));
    /// assert_eq!(reader.enter().0, 0);
    /// count.publish()?;
    /// assert_eq!(reader.enter().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_shared(self, publishing: Publishing, reader_timeout: Duration) -> SharedHandle<T, O>
    where
        T: Independent + Send + Sync + 'static,
        O: Send + 'static,
    {
        SharedHandle::new(self, publishing, reader_timeout)
    }
}

impl<T: Absorb<O> + Independent, O> SharedHandle<T, O> {
    fn new(
        writer: WriteHandle<T, O, Owned>,
        publishing: Publishing,
        reader_timeout: Duration,
    ) -> Self
    where
        T: Send + Sync + 'static,
        O: Send + 'static,
    {
        let writer = SharedWriteHandle::new(writer);
        let reader = writer.reader().clone();
        let timer = match publishing {
            Publishing::Interval(interval) => {
                Some(Timer::start(interval, writer.clone(), reader_timeout))
            }
            _ => None,
        };
        let writing = Arc::new(Writing {
            writer,
            publishing,
            reader_timeout,
            timer,
            on_drop: Writing::publish_last,
        });
        Self { reader, writing }
    }

    /// Appends what `decide` makes of the state with everything that was appended so far, by any
    /// thread; then publishes, if it is time to. No other thread's change comes in between. Returns
    /// what `decide` returns beside the operation.
    ///
    /// Waits for readers of the older copy for no longer than the [`reader_timeout`](Self::reader_timeout).
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update). If `decide` panics nothing is appended.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// // Doubled, unless it is large.
    /// let before = count.append_with(|count| (Some(count.0).filter(|n| *n < 100), count.0))?;
    /// assert_eq!((before, count.enter().0), (3, 6));
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn append_with<R>(&self, decide: impl FnOnce(&T) -> (Option<O>, R)) -> Result<R, Poisoned> {
        let mut writer = self.lock()?;
        self.writing.catch_up(&mut writer)?;
        let (operation, result) = decide(writer.unpublished());
        if let Some(operation) = operation {
            writer.append(operation);
        }
        self.writing.changed(writer)?;
        Ok(result)
    }

    /// Runs `change` with the writer, which nobody else has meanwhile; then publishes, if anything is
    /// pending and it is time to.
    ///
    /// To append what depends on the state, pending changes included, there is [`append_with`](Self::append_with).
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If `change` panics: what it had appended by then is pending. If an operation panics that this
    /// thread absorbs. If this thread is in a call of this method already. And, in debug builds, if it
    /// holds a guard.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let pending = count.update(|writer| writer.append(1).append(2).pending().len())?;
    /// assert_eq!((pending, count.enter().0), (2, 6));
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn update<R>(
        &self,
        change: impl FnOnce(&mut WriteHandle<T, O, Owned>) -> R,
    ) -> Result<R, Poisoned> {
        self.update_with(|writer| writer, |writer| writer, change)
    }

    /// As [`update`](Self::update), with the writer wrapped into a handle of the structure's own,
    /// and brought up to date before: [`WriteHandle::unpublished`] does not wait for readers then, unless
    /// `change` has published before it.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update), and if `change` exchanged the handle for that of another
    /// structure: this one has lost its writer then, as if it was poisoned.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update). If `wrap` or `unwrap` panics, the structure has lost its writer,
    /// too.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// struct Counter(left_right::WriteHandle<Count, u32, left_right::Owned>);
    ///
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// count.update_with(Counter, |counter| counter.0, |counter| _ = counter.0.append(3))?;
    /// assert_eq!(count.enter().0, 3);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn update_with<W, R>(
        &self,
        wrap: impl FnOnce(WriteHandle<T, O, Owned>) -> W,
        unwrap: fn(W) -> WriteHandle<T, O, Owned>,
        change: impl FnOnce(&mut W) -> R,
    ) -> Result<R, Poisoned> {
        let mut lock = self.lock()?;
        self.writing.catch_up(&mut lock)?;
        let writer = wrap(lock.lend());
        let mut lent = Lent {
            lock: &mut lock,
            writer: Some(writer),
            unwrap,
        };
        let result = change(lent.writer.as_mut().expect(LENT));
        drop(lent);
        if !lock.is_ours() {
            return Err(Poisoned);
        }
        self.writing.changed(lock)?;
        Ok(result)
    }

    #[track_caller]
    fn lock(&self) -> Result<WriteGuard<'_, T, O, Owned>, Poisoned> {
        self.reader.stand_aside();
        self.writing.writer.lock()
    }

    /// Makes all changes visible that were made before this call, by any thread. Does nothing if they
    /// are.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::Manual, Duration::from_secs(1));
    /// count.append_with(|_| (Some(1), ()))?;
    /// assert_eq!(count.enter().0, 3);
    /// count.publish()?;
    /// assert_eq!(count.enter().0, 4);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish(&self) -> Result<(), Poisoned> {
        self.reader.stand_aside();
        publish(&self.writing.writer, self.writing.reader_timeout)
    }

    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it. After the [`reader_timeout`](Self::reader_timeout) of this handle it goes
    /// on without them, as `publish` does.
    ///
    /// What was changed before this call becomes visible. A future that is dropped loses nothing.
    /// Needs the feature `async`.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics that this task absorbs.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
    /// let count = writer.into_shared(Publishing::Manual, Duration::from_secs(1));
    /// count.append_with(|_| (Some(1), ()))?;
    /// futures::executor::block_on(count.publish_async())?;
    /// assert_eq!(count.enter().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[cfg(feature = "async")]
    pub fn publish_async(&self) -> impl Future<Output = Result<(), Poisoned>> {
        let writing = &self.writing;
        let mut publishing = writing.writer.publish_async();
        async move {
            loop {
                let mut reader_timeout =
                    Delay::new(writing.reader_timeout.clamp(SHORTEST, LONGEST));
                let published = future::poll_fn(|context| {
                    if let Poll::Ready(published) = Pin::new(&mut publishing).poll(context) {
                        return Poll::Ready(Some(published));
                    }
                    Pin::new(&mut reader_timeout).poll(context).map(|()| None)
                });
                if let Some(published) = published.await {
                    return published;
                }
                match writing.writer.publish_or_replace(Duration::ZERO) {
                    Ok(()) => return Ok(()),
                    Err(PublishError::Poisoned(error)) => return Err(error),
                    Err(PublishError::Stalled(_)) => {}
                }
            }
        }
    }

    /// Figures of the writer, poisoned or not: see [`WriteHandle::stats`]. Waits for other threads' changes.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the writer is not there any more: see [`WriteGuard`].
    ///
    /// # Panics
    ///
    /// If this thread is in a call of [`update`](Self::update).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.stats()?.publishes, 0);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn stats(&self) -> Result<Stats, Poisoned> {
        self.writing.writer.inspect(WriteHandle::stats)
    }

    /// The registered readers: see [`WriteHandle::readers`]. Waits as [`stats`](Self::stats).
    ///
    /// # Errors
    ///
    /// As [`stats`](Self::stats), which says when it panics, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let guard = count.enter();
    /// assert_eq!(count.readers()?.iter().filter(|reader| reader.is_active).count(), 1);
    /// # drop(guard);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn readers(&self) -> Result<Vec<ReaderState>, Poisoned> {
        self.writing.writer.inspect(WriteHandle::readers)
    }
}

impl<T, O> SharedHandle<T, O> {
    /// Enters the newest published state. O(1), never waits.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.enter().0, 3);
    /// ```
    #[inline]
    pub fn enter(&self) -> ReadGuard<'_, T> {
        self.reader.enter()
    }

    /// A handle for one thread, which enters a little faster, and keeps the data when this one goes.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let reader = count.reader();
    /// drop(count);
    /// assert_eq!(reader.enter().0, 3);
    /// ```
    pub fn reader(&self) -> ReadHandle<T, Owned> {
        self.reader.handle()
    }

    /// When changes become visible.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.publishing(), Publishing::EachWrite);
    /// ```
    pub fn publishing(&self) -> Publishing {
        self.writing.publishing
    }

    /// How long a reader may be in the way before the copy that it is in is left to it.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.reader_timeout(), Duration::from_secs(1));
    /// ```
    pub fn reader_timeout(&self) -> Duration {
        self.writing.reader_timeout
    }

    /// Whether an operation has panicked, so that nothing can be changed any more.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert!(!count.is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.writing.writer.is_poisoned()
    }
}

impl<T: Absorb<O> + Independent, O> Writing<T, O> {
    /// Applies what is pending, so that whoever reads it does not wait.
    #[track_caller]
    fn catch_up(&self, writer: &mut WriteHandle<T, O, Owned>) -> Result<(), Poisoned> {
        insist(|| writer.unpublished_or_replace(self.reader_timeout).map(drop))
    }

    /// Publishes if it is time to.
    #[track_caller]
    fn changed(&self, writer: WriteGuard<'_, T, O, Owned>) -> Result<(), Poisoned> {
        let is_time = match self.publishing {
            Publishing::EachWrite => writer.has_pending_operations(),
            Publishing::EveryN(count) => writer.pending().len() >= count.get(),
            Publishing::Interval(_) | Publishing::Manual => false,
        };
        if !is_time {
            return Ok(());
        }
        let ticket = writer.release();
        insist(|| self.writer.make_visible(ticket, self.reader_timeout))
    }

    /// The last publish. An operation may panic, and readers may hold on to too many copies: there is nobody left
    /// to tell.
    fn publish_last(&self) {
        catch_panic(|| drop(self.writer.publish_or_replace(self.reader_timeout)));
    }
}

#[track_caller]
fn publish<T: Absorb<O> + Independent, O>(
    writer: &SharedWriteHandle<T, O, Owned>,
    reader_timeout: Duration,
) -> Result<(), Poisoned> {
    insist(|| writer.publish_or_replace(reader_timeout))
}

/// Tries again while too many copies are left to readers, or another thread has the writer.
#[track_caller]
fn insist(mut attempt: impl FnMut() -> Result<(), PublishError>) -> Result<(), Poisoned> {
    let mut backoff = Backoff::new();
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(PublishError::Poisoned(error)) => return Err(error),
            Err(PublishError::Stalled(_)) => backoff.take(None),
        }
    }
}

impl<T, O> Drop for Writing<T, O> {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.end();
        }
        // Nothing that was changed is lost.
        (self.on_drop)(self);
    }
}

/// With a shorter timeout than this a task that waits for another writer would do nothing but ask.
#[cfg(feature = "async")]
const SHORTEST: Duration = Duration::from_millis(1);

/// A longer timeout than this is the same: not every clock can be asked for the end of time.
#[cfg(feature = "async")]
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

const LENT: &str = "the handle is there until it is given back";

/// A handle made of the writer, which goes back also if somebody panics.
struct Lent<'l, 'a, T, O, W> {
    lock: &'l mut WriteGuard<'a, T, O, Owned>,
    writer: Option<W>,
    unwrap: fn(W) -> WriteHandle<T, O, Owned>,
}

impl<T, O, W> Drop for Lent<'_, '_, T, O, W> {
    fn drop(&mut self) {
        let writer = self.writer.take().expect(LENT);
        // User code, perhaps while a panic unwinds. A writer that does not come back is lost.
        catch_panic(|| self.lock.restore((self.unwrap)(writer)));
    }
}

impl<T, O> Clone for SharedHandle<T, O> {
    fn clone(&self) -> Self {
        Self {
            reader: self.reader.clone(),
            writing: Arc::clone(&self.writing),
        }
    }
}

impl<T, O> fmt::Debug for SharedHandle<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedHandle")
            .field("publishing", &self.writing.publishing)
            .field("is_poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
