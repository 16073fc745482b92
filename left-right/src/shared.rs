//! A structure that any number of threads read and write, with a say in when writes become visible.

#![forbid(unsafe_code)]

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, Instant},
};

#[cfg(feature = "async")]
use crate::combine::Attempt;
use crate::{
    absorb::{Absorb, Independent},
    combine::{Combiner, LeaveCopy, Then, When},
    diagnostics::{Poisoned, PublishError, ReaderState, Stats},
    ownership::{Owned, Ownership, Revocable},
    publishing::{Publishing, Timer},
    raw::{guard::ReadGuard, tls::SharedReader},
    read::ReadHandle,
    request::Request,
    shared_writer::SharedWriter,
    sync::Arc,
    unwind::catch_panic,
    write::WriteHandle,
    writer::Writer,
};

/// A handle that reads and writes, for any number of threads: `Clone`, `Send` and `Sync`. Made by
/// [`WriteHandle::into_shared`], or [around a handle of one's own](SharedWriter).
///
/// Reads never wait, and those of a structure that its readers [own](Owned) cannot fail. Writes of several threads form
/// one order. Threads that write at the same time share the work: one of them carries out what the others ask for, and
/// publishes once for all. So the more threads write, the less each pays, whereas with a `Mutex<WriteHandle>` each
/// publishes for itself. If one thread writes, a [`WriteHandle`] is faster and says more.
///
/// A publish waits for readers of the older copy. Where its readers own the data, one that stays for longer than the
/// reader timeout that the handle was made with keeps that copy, and the writers go on with a clone. So nothing that a
/// reader does stops a writer, not even a guard that is leaked; and a thread may write while it holds a guard, which
/// keeps its copy at once if it is in the way. Without that, such a write panics, since it would wait for itself.
///
/// When the last handle goes, what is pending is published, for which it waits for readers as a write does; not for longer
/// than the reader timeout. Who waits for whom, what a panic does and what becomes of the
/// data is in the [guide](crate::guide#writers-that-threads-share).
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
///             count.write(1)?;
///             assert!(count.enter().0 >= 1);
///             Ok::<(), left_right::Poisoned>(())
///         });
///     }
/// });
/// assert_eq!(count.enter().0, 4);
/// ```
///
/// An operation may be carried out, and its answer be made, on another thread than that of the call:
///
/// ```compile_fail,E0277
/// # use left_right::{Absorb, Independent, Publishing};
/// # #[derive(Clone)] struct Data;
/// # impl Independent for Data {}
/// # impl Absorb<std::rc::Rc<()>> for Data {
/// #     fn absorb_first(&mut self, _: &mut std::rc::Rc<()>, _: &Self) {}
/// #     fn sync_with(&mut self, _: &Self) {}
/// # }
/// let (writer, _) = left_right::new_owned::<Data, std::rc::Rc<()>>(Data);
/// let shared = writer.into_shared(Publishing::Manual, std::time::Duration::ZERO); // An `Rc` is not `Send`.
/// ```
pub struct SharedHandle<T, O, D = Owned, W = WriteHandle<T, O, D>, A = ()> {
    reader: SharedReader<T>,
    combiner: Arc<Combiner<T, O, D, W, A>>,
    life: Arc<Life<T, O, D, W, A>>,
    data: PhantomData<D>,
}

/// Goes with the last handle.
struct Life<T, O, D, W, A> {
    reader: SharedReader<T>,
    combiner: Arc<Combiner<T, O, D, W, A>>,
    /// The thread of [`Publishing::Interval`].
    timer: Option<Timer>,
    /// Publishes what is pending, if the writer does not do that as it goes.
    publish_last: Option<fn(&Self)>,
}

impl<T, O> WriteHandle<T, O> {
    /// Lets any number of threads read and write the structure. Writes become visible as `publishing` says. See
    /// [`SharedHandle`].
    ///
    /// What is pending becomes visible with the first publish. Publishes wait for readers for as long as it takes.
    ///
    /// # Panics
    ///
    /// For [`Publishing::Interval`], if no thread can be started; if handles are left that have lost this writer: see
    /// [`SharedHandle::lock`].
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::Publishing;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared(Publishing::EachWrite);
    /// shared.write(3)?;
    /// assert_eq!(reader.enter().unwrap().0, 3);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_shared(self, publishing: Publishing) -> SharedHandle<T, O, Revocable>
    where
        T: Absorb<O> + Send + Sync + 'static,
        O: Send + 'static,
    {
        SharedHandle::of(self, publishing, Duration::MAX, None)
    }
}

impl<T, O> WriteHandle<T, O, Owned> {
    /// Lets any number of threads read and write the structure. Writes become visible as
    /// `publishing` says; a reader that is in the way for longer than `reader_timeout` keeps the copy
    /// that it is in. See [`SharedHandle`].
    ///
    /// What is pending becomes visible with the first publish.
    ///
    /// # Panics
    ///
    /// For [`Publishing::Interval`], if no thread can be started; if handles are left that have lost this writer: see
    /// [`SharedHandle::lock`].
    ///
    /// # Examples
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
        T: Absorb<O> + Independent + Send + Sync + 'static,
        O: Send + 'static,
    {
        SharedHandle::new(self, publishing, reader_timeout)
    }
}

impl<T, O, W, A> SharedHandle<T, O, Owned, W, A>
where
    T: Absorb<O> + Independent + Send + Sync + 'static,
    O: Send + 'static,
    W: SharedWriter<T, O, Owned, A> + Send + 'static,
    A: Send + 'static,
{
    /// [`WriteHandle::into_shared`] for a writer of one's own: see [`SharedWriter`], with an example.
    ///
    /// # Panics
    ///
    /// As that does.
    pub fn new(writer: W, publishing: Publishing, reader_timeout: Duration) -> Self {
        let mut shared = Self::of(
            writer,
            publishing,
            reader_timeout,
            Some(Writer::replace_stale),
        );
        let life = Arc::get_mut(&mut shared.life).expect("there is one handle yet");
        life.publish_last = Some(Life::publish_last);
        shared
    }
}

impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> SharedHandle<T, O, D, W, A> {
    fn of(
        mut writer: W,
        publishing: Publishing,
        reader_timeout: Duration,
        leave_copy: Option<LeaveCopy<T, O>>,
    ) -> Self
    where
        T: Send + Sync + 'static,
        O: Send + 'static,
        D: 'static,
        W: Send + 'static,
        A: Send + 'static,
    {
        let share = writer.handle().share().clone();
        let combiner = Combiner::new(writer, &share, publishing, reader_timeout, leave_copy);
        let life = |timer, combiner| Life {
            reader: SharedReader::new(&share),
            combiner,
            timer,
            publish_last: None,
        };
        let combiner = Arc::new(combiner);
        let timer = match publishing {
            Publishing::Interval(interval) => {
                let life = life(None, Arc::clone(&combiner));
                Some(Timer::start(interval, life.publish_at_intervals()))
            }
            _ => None,
        };
        Self {
            reader: SharedReader::new(&share),
            life: Arc::new(life(timer, Arc::clone(&combiner))),
            combiner,
            data: PhantomData,
        }
    }

    /// Applies an operation, and publishes if it is time to. Returns what the operation's
    /// [`answer`](SharedWriter::answer) is, if the structure has such; those of several threads are right for the order
    /// in which their writes took effect.
    ///
    /// Waits for other writers, and for readers of the older copy; with [`Publishing::Manual`] or
    /// [`Interval`](Publishing::Interval) not for readers if it does not look at the state. Another thread may carry it
    /// out, or this one what others ask for.
    ///
    /// O(operations since the publish before the last), and a nanosecond or two for each registered reader; a clone of the
    /// structure, if a reader keeps its copy.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked. This one is dropped then, on this thread, if it was not applied.
    ///
    /// # Panics
    ///
    /// If this operation panics, on whichever thread; if one panics that was logged before and that this thread applies to
    /// a copy; if it is called by an operation that is being absorbed, or within [`lock`](Self::lock). If the thread
    /// holds a guard, and the data is [`Revocable`]. If the clone, the drop of a copy that was left to readers, or a
    /// [`prefetch`](Absorb::prefetch) panics; this operation is dropped then, nothing is poisoned, and nothing else lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// count.write(4)?;
    /// assert_eq!(count.enter().0, 7);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    #[inline]
    pub fn write(&self, operation: O) -> Result<A, Poisoned> {
        let mut request = Request::new(operation);
        self.combiner.write(&self.reader, &mut request);
        request.into_answer()
    }

    /// Runs `change` with the writer, which nobody else has meanwhile, on this thread; then publishes if it is time to.
    ///
    /// Waits for other writers. Where the readers own the data, also for readers of the older copy, which is brought up to
    /// date before: [`WriteHandle::unpublished`] does not wait for them then, unless `change` has published before it.
    /// Waits for readers again, as [`write`](Self::write), if it publishes.
    ///
    /// The writer must stay where it is: if it is exchanged for that of another structure (with
    /// [`mem::swap`](std::mem::swap), say), the handles of both report [`Poisoned`] from then on, and readers go on. A
    /// writer that was taken out cannot be shared before those handles are gone.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked, or if `change` has exchanged the writer.
    ///
    /// # Panics
    ///
    /// If `change` panics: what it had appended by then is pending; also if it keeps a guard that is in the way then, and
    /// the data is [`Revocable`]. Else as [`write`](Self::write).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// // Doubled, unless it is large: nobody else can add anything between the look and the addition.
    /// let before = count.lock(|writer| {
    ///     let before = writer.unpublished().0;
    ///     if before < 100 {
    ///         writer.append(before);
    ///     }
    ///     before
    /// })?;
    /// assert_eq!((before, count.enter().0), (3, 6));
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn lock<R>(&self, change: impl FnOnce(&mut W) -> R) -> Result<R, Poisoned> {
        self.combiner.with_writer(&self.reader, change)
    }

    /// Makes all writes visible that were made before this call, by any thread. Does nothing if they
    /// are. Waits for other writers, and for readers as [`write`](Self::write).
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics that this thread absorbs. Else as [`write`](Self::write).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::Manual, Duration::from_secs(1));
    /// count.write(1)?;
    /// assert_eq!(count.enter().0, 3);
    /// count.publish()?;
    /// assert_eq!(count.enter().0, 4);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish(&self) -> Result<(), Poisoned> {
        self.combiner.publish(&self.reader)
    }

    /// As [`publish`](Self::publish), but gives up after `timeout`.
    ///
    /// # Errors
    ///
    /// [`Stalled`](crate::Stalled) if readers are still in the way, or another thread still has the
    /// writer, when time is up: nothing is lost, the next publish that succeeds makes the operations visible.
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish), but for a guard of this thread's own, which is in the way like any other, or keeps
    /// its copy where its readers own the data.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::Publishing;
    /// use std::time::Duration;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared(Publishing::Manual);
    /// let guard = reader.enter().unwrap();
    /// shared.write(1)?;
    /// assert!(shared.publish_timeout(Duration::ZERO).is_ok());
    /// shared.write(1)?;
    /// println!("{}", shared.publish_timeout(Duration::ZERO).unwrap_err());
    /// # drop(guard);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish_timeout(&self, timeout: Duration) -> Result<(), PublishError> {
        let (reader, combiner) = (&self.reader, &self.combiner);
        combiner.rounds(reader, None, When::Now, timeout, Then::GiveUp)
    }

    /// Figures of the writer, poisoned or not: see [`WriteHandle::stats`]. Waits for other writers.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the writer was exchanged for that of another structure: see [`lock`](Self::lock).
    ///
    /// # Panics
    ///
    /// Within [`lock`](Self::lock).
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
        self.inspect(WriteHandle::stats)
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
        self.inspect(WriteHandle::readers)
    }

    #[track_caller]
    fn inspect<R>(&self, look: impl FnOnce(&WriteHandle<T, O, D>) -> R) -> Result<R, Poisoned> {
        self.combiner.inspect(&self.reader, look)
    }

    /// The writer, for one thread again, if this is the only handle. What is not published yet is
    /// pending there. Waits for the thread of [`Publishing::Interval`].
    ///
    /// It may be poisoned: ask [`WriteHandle::is_poisoned`].
    ///
    /// # Errors
    ///
    /// The handle itself if there are others; if the writer was exchanged for that of another structure; or on a thread
    /// of [`Publishing::Interval`].
    ///
    /// # Panics
    ///
    /// Within [`lock`](Self::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::Publishing;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared(Publishing::Manual);
    /// shared.write(1)?;
    /// let mut writer = shared.into_writer().expect("there is no other handle");
    /// writer.publish();
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_writer(mut self) -> Result<W, Self> {
        if self.inspect(|_| ()).is_err() || Timer::is_this_thread() {
            return Err(self);
        }
        let Some(life) = Arc::get_mut(&mut self.life) else {
            return Err(self);
        };
        life.publish_last = None;
        // It has a share of the writer, too.
        if let Some(timer) = life.timer.take() {
            timer.cancel();
        }
        let Self { combiner, life, .. } = self;
        drop(life);
        match Arc::try_unwrap(combiner) {
            Ok(combiner) => Ok(combiner.into_writer()),
            Err(_) => unreachable!("there was one handle, and its timer"),
        }
    }

    #[cfg(feature = "async")]
    #[track_caller]
    pub(crate) fn attempt(&self, leaves_copy: bool) -> Result<Attempt, Poisoned> {
        self.combiner.attempt(&self.reader, leaves_copy)
    }
}

impl<T, O, D: Ownership, W, A> SharedHandle<T, O, D, W, A> {
    /// Enters the newest published state. O(1), never waits. See [`ReadHandle::enter`].
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.enter().0, 3);
    /// ```
    #[inline]
    pub fn enter(&self) -> D::Entered<ReadGuard<'_, T>> {
        D::entered(self.reader.enter())
    }
}

impl<T, O, D, W, A> SharedHandle<T, O, D, W, A> {
    /// A handle for one thread, which enters a little faster; where readers own the data, it keeps that when this one
    /// goes.
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
    pub fn reader(&self) -> ReadHandle<T, D> {
        ReadHandle::of(self.reader.share())
    }

    /// When writes become visible.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.publishing(), Publishing::EachWrite);
    /// ```
    pub fn publishing(&self) -> Publishing {
        self.combiner.publishing
    }

    /// How long a reader may be in the way before the copy that it is in is left to it; [`Duration::MAX`] where that
    /// cannot be.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.reader_timeout(), Duration::from_secs(1));
    /// ```
    pub fn reader_timeout(&self) -> Duration {
        self.combiner.reader_timeout
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
        self.combiner.is_poisoned()
    }
}

impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> Life<T, O, D, W, A> {
    /// What the last handle does, once.
    fn publish_last(&self) {
        let timeout = self.combiner.reader_timeout;
        self.publish(timeout, Then::LeaveCopy);
    }

    /// One attempt; whether it succeeded. A panic of a clone or a drop poisons nothing, that of an operation was reported,
    /// and readers may hold on to too many copies: there is nobody to tell.
    fn publish(&self, limit: Duration, then: Then) -> bool {
        let mut is_published = false;
        // If the last handle goes in an operation, whoever has the writer publishes.
        if !self.combiner.is_locked_by_this_thread() {
            catch_panic(|| {
                let (reader, combiner) = (&self.reader, &self.combiner);
                let published = combiner.rounds(reader, None, When::Now, limit, then);
                is_published = published.is_ok();
            });
        }
        is_published
    }

    /// What the thread of [`Publishing::Interval`] does each time.
    fn publish_at_intervals(self) -> impl FnMut() -> bool {
        let mut since = None;
        move || {
            let start = *since.get_or_insert_with(Instant::now);
            let left = self.combiner.reader_timeout.saturating_sub(start.elapsed());
            let then = match left <= LONGEST {
                true => Then::LeaveCopy,
                false => Then::GiveUp,
            };
            if self.publish(left.min(LONGEST), then) {
                since = None;
            }
            !self.combiner.is_poisoned()
        }
    }
}

/// How long the thread of [`Publishing::Interval`] tries to publish before it looks whether the handles have gone.
const LONGEST: Duration = Duration::from_secs(1);

impl<T, O, D, W, A> Drop for Life<T, O, D, W, A> {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.end();
        }
        // Nothing that was written is lost.
        if let Some(publish) = self.publish_last {
            publish(self);
        }
    }
}

impl<T, O, D, W, A> Clone for SharedHandle<T, O, D, W, A> {
    fn clone(&self) -> Self {
        Self {
            reader: SharedReader::new(self.reader.share()),
            combiner: Arc::clone(&self.combiner),
            life: Arc::clone(&self.life),
            data: PhantomData,
        }
    }
}

impl<T, O, D, W, A> fmt::Debug for SharedHandle<T, O, D, W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedHandle")
            .field("publishing", &self.publishing())
            .field("is_poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
