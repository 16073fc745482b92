//! Publishes that wait for readers without a thread of their own.

#![forbid(unsafe_code)]

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use crate::{
    absorb::Absorb, diagnostics::Poisoned, group::Attempt, ownership::Revocable, queue::Ticket,
    raw::backoff::Backoff, shared_write::SharedWriteHandle, sync::Delay, write::WriteHandle,
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

/// The future of [`SharedWriteHandle::publish_async`].
///
/// ```
/// use left_right::doctest::Count;
/// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
/// let shared = writer.into_shared();
/// shared.append(1)?;
/// let published = shared.publish_async();
/// // Appended after the call: it may or may not be visible with it.
/// shared.append(2)?;
/// futures::executor::block_on(published)?;
/// assert!(reader.enter().unwrap().0 >= 1);
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[must_use = "a future does nothing unless it is polled"]
pub struct SharedPublish<'a, T, O, D = Revocable> {
    shared: &'a SharedWriteHandle<T, O, D>,
    /// What was appended before the future was made.
    ticket: Result<Ticket, Poisoned>,
    wakes: Wakes,
}

impl<T: Absorb<O>, O, D> Future for SharedPublish<'_, T, O, D> {
    type Output = Result<(), Poisoned>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if !self.wakes.is_time(context) {
            return Poll::Pending;
        }
        if let Attempt::Done = self.shared.attempt(self.ticket?)? {
            return Poll::Ready(Ok(()));
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

impl<T: Absorb<O>, O, D> SharedWriteHandle<T, O, D> {
    /// [`publish`](Self::publish) for asynchronous code: as [`WriteHandle::publish_async`], and as
    /// `publish` it makes visible what was appended before this call, and shares its work with
    /// others.
    ///
    /// Needs the feature `async`.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an operation panics that this task absorbs, or if the thread has the writer already.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// let shared = writer.into_shared();
    /// shared.append(1)?;
    /// futures::executor::block_on(shared.publish_async())?;
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn publish_async(&self) -> SharedPublish<'_, T, O, D> {
        SharedPublish {
            shared: self,
            ticket: self.last_ticket(),
            wakes: Wakes::new(),
        }
    }
}

impl<T, O, D> fmt::Debug for Publish<'_, T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish").finish_non_exhaustive()
    }
}

impl<T, O, D> fmt::Debug for SharedPublish<'_, T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedPublish").finish_non_exhaustive()
    }
}
