//! Publishes that wait for readers without a thread of their own.

#![forbid(unsafe_code)]

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

use crate::{
    absorb::Absorb,
    combine::Attempt,
    diagnostics::Poisoned,
    ownership::{Owned, Revocable},
    raw::backoff::Backoff,
    shared::SharedHandle,
    shared_writer::SharedWriter,
    sync::Delay,
    write::WriteHandle,
};

/// How many polls ask to be polled again at once, so that readers on this thread can leave.
const EAGER: u32 = 8;

/// When to try again: at once, a few times, then after pauses that grow up to a millisecond and a half.
///
/// Readers do not wake the writer: each would have to ask whether it waits.
#[derive(Debug)]
struct Wakes {
    polls: u32,
    backoff: Backoff,
    delay: Option<Delay>,
}

impl Wakes {
    fn new() -> Self {
        Self {
            polls: 0,
            backoff: Backoff::new(),
            delay: None,
        }
    }

    /// Whether it is time to try. If not, the task will be woken when it is.
    fn is_time(&mut self, context: &mut Context<'_>) -> bool {
        let Some(delay) = &mut self.delay else {
            return true;
        };
        if Pin::new(delay).poll(context).is_pending() {
            return false;
        }
        self.delay = None;
        true
    }

    /// Has the task woken for another attempt.
    fn schedule(&mut self, context: &mut Context<'_>) {
        if self.polls < EAGER {
            self.polls += 1;
            context.waker().wake_by_ref();
            return;
        }
        let mut delay = Delay::new(self.backoff.next_sleep());
        // Registers the waker. Over already: then wake at once.
        if Pin::new(&mut delay).poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
        self.delay = Some(delay);
    }
}

/// The future of [`WriteHandle::publish_async`].
///
/// ```
/// use left_right::doctest::Count;
/// use left_right::{Publish, WriteHandle};
///
/// /// Where a future must have a name.
/// fn add(writer: &mut WriteHandle<Count, u32>, n: u32) -> Publish<'_, Count, u32> {
///     writer.append(n).publish_async()
/// }
///
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// futures::executor::block_on(add(&mut writer, 1))?;
/// assert_eq!(reader.enter().unwrap().0, 1);
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[must_use = "a future does nothing unless it is polled"]
pub struct Publish<'a, T, O, D = Revocable> {
    writer: &'a mut WriteHandle<T, O, D>,
    wakes: Wakes,
}

impl<T: Absorb<O>, O, D> Future for Publish<'_, T, O, D> {
    type Output = Result<(), Poisoned>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.wakes.is_time(context) {
            return Poll::Pending;
        }
        if self.writer.is_poisoned() {
            return Poll::Ready(Err(Poisoned));
        }
        if self.writer.try_publish() {
            return Poll::Ready(Ok(()));
        }
        self.wakes.schedule(context);
        Poll::Pending
    }
}

/// The future of [`SharedHandle::publish_async`].
///
/// ```
/// use left_right::doctest::Count;
/// use left_right::Publishing;
/// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
/// let shared = writer.into_shared(Publishing::Manual);
/// shared.write(1)?;
/// let published = shared.publish_async();
/// // Written after the call: it may or may not be visible with it.
/// shared.write(2)?;
/// futures::executor::block_on(published)?;
/// assert!(reader.enter().unwrap().0 >= 1);
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[must_use = "a future does nothing unless it is polled"]
pub struct SharedPublish<'a, T, O, D = Owned, W = WriteHandle<T, O, D>, A = ()> {
    shared: &'a SharedHandle<T, O, D, W, A>,
    /// Since when readers are in the way.
    since: Option<Instant>,
    wakes: Wakes,
}

impl<T, O, D, W, A> Future for SharedPublish<'_, T, O, D, W, A>
where
    T: Absorb<O>,
    W: SharedWriter<T, O, D, A>,
{
    type Output = Result<(), Poisoned>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.wakes.is_time(context) {
            return Poll::Pending;
        }
        let timeout = self.shared.reader_timeout();
        let is_over = self.since.is_some_and(|since| since.elapsed() >= timeout);
        match self.shared.attempt(is_over)? {
            Attempt::Done => return Poll::Ready(Ok(())),
            Attempt::Locked => {}
            Attempt::Stalled => _ = self.since.get_or_insert_with(Instant::now),
        }
        self.wakes.schedule(context);
        Poll::Pending
    }
}

impl<T: Absorb<O>, O, D> WriteHandle<T, O, D> {
    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it.
    ///
    /// Runs on any executor. It tries a few times in a row, then after pauses of up to a
    /// millisecond and a half, for which a timer thread of the process wakes it. A future that is
    /// dropped publishes nothing and loses nothing: the operations stay pending. Absorbing the operations happens
    /// within a poll.
    ///
    /// Needs the feature `async`.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics while it is absorbed.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// futures::executor::block_on(writer.append(1).publish_async())?;
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn publish_async(&mut self) -> Publish<'_, T, O, D> {
        Publish {
            writer: self,
            wakes: Wakes::new(),
        }
    }
}

impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> SharedHandle<T, O, D, W, A> {
    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way, or another thread has the writer,
    /// the task sleeps, and no thread with it. After the [`reader_timeout`](Self::reader_timeout) of this handle it goes
    /// on without them, as `publish` does.
    ///
    /// What was written before this call becomes visible. A future that is dropped loses nothing. Runs on any executor:
    /// see [`WriteHandle::publish_async`]. Needs the feature `async`.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics that this task absorbs, or if it is polled within [`lock`](Self::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// # use {left_right::Publishing, std::time::Duration};
    /// let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
    /// let count = writer.into_shared(Publishing::Manual, Duration::from_secs(1));
    /// count.write(1)?;
    /// futures::executor::block_on(count.publish_async())?;
    /// assert_eq!(count.enter().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn publish_async(&self) -> SharedPublish<'_, T, O, D, W, A> {
        SharedPublish {
            shared: self,
            since: None,
            wakes: Wakes::new(),
        }
    }
}

impl<T, O, D> fmt::Debug for Publish<'_, T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").finish_non_exhaustive()
    }
}

impl<T, O, D, W, A> fmt::Debug for SharedPublish<'_, T, O, D, W, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPublish").finish_non_exhaustive()
    }
}
