//! How a shared structure is changed, and when the changes are published.

use std::time::Duration;
#[cfg(feature = "async")]
use std::{future, pin::Pin, task::Poll};

use super::{SharedHandle, Writing};
#[cfg(feature = "async")]
use crate::sync::Delay;
use crate::{
    Absorb, Independent, Poisoned, PublishError, SharedWriteHandle, WriteGuard,
    kept::{Publishing, WriteHandle},
    pause::Pause,
    unwind::swallow,
};

impl<T: Absorb<O> + Independent, O> SharedHandle<T, O> {
    /// Runs `change` with the writer, which nobody else has meanwhile; then publishes, if anything is
    /// pending and it is time to.
    ///
    /// To look at what was appended and is not published yet, and then to append, there is
    /// [`append_with`](Self::append_with).
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If `change` panics: what it had appended by then is pending. If an operation panics that this
    /// thread absorbs. If this thread is in a call of this method already. And, in debug builds, if it
    /// holds a view.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let pending = count.update(|writer| writer.append(1).append(2).pending().len())?;
    /// assert_eq!((pending, count.enter().0), (2, 6));
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn update<R>(
        &self,
        change: impl FnOnce(&mut WriteHandle<T, O>) -> R,
    ) -> Result<R, Poisoned> {
        // Lent as a handle that cannot take the data away from readers.
        self.update_with(|writer| writer, |writer| writer, change)
    }

    /// Appends what `decide` makes of the state with everything that was appended so far, by any
    /// thread; then publishes, if it is time to. No other thread's change comes in between. Returns
    /// what `decide` returns beside the operation.
    ///
    /// Waits for readers of the older copy for no longer than the [`patience`](Self::patience).
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
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
        let (operation, result) = decide(writer.view());
        if let Some(operation) = operation {
            writer.append(operation);
        }
        self.writing.changed(writer)?;
        Ok(result)
    }

    /// As [`update`](Self::update), with the writer wrapped into a handle of the structure's own,
    /// and brought up to date before: a look at what is pending does not wait for readers, unless
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// struct Counter(kept::WriteHandle<Count, u32>);
    ///
    /// let (writer, _) = kept::new::<Count, u32>(Count(0));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// count.update_with(Counter, |counter| counter.0, |counter| {
    ///     counter.0.append(1).append(2);
    /// })?;
    /// assert_eq!(count.enter().0, 3);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn update_with<W, R>(
        &self,
        wrap: impl FnOnce(WriteHandle<T, O>) -> W,
        unwrap: fn(W) -> WriteHandle<T, O>,
        change: impl FnOnce(&mut W) -> R,
    ) -> Result<R, Poisoned> {
        let mut lock = self.lock()?;
        self.writing.catch_up(&mut lock)?;
        let writer = wrap(WriteHandle::from_inner(lock.lend()));
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
    fn lock(&self) -> Result<WriteGuard<'_, T, O>, Poisoned> {
        self.reader.assert_not_inside();
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
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::ByHand, Duration::from_secs(1));
    /// count.append_with(|_| (Some(1), ()))?;
    /// assert_eq!(count.enter().0, 3);
    /// count.publish()?;
    /// assert_eq!(count.enter().0, 4);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn publish(&self) -> Result<(), Poisoned> {
        self.reader.assert_not_inside();
        publish(&self.writing.writer, self.writing.patience)
    }

    /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
    /// sleeps, and no thread with it. After the [`patience`](Self::patience) of this handle it goes
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (writer, _) = kept::new::<Count, u32>(Count(0));
    /// let count = writer.into_shared(Publishing::ByHand, Duration::from_secs(1));
    /// count.update(|writer| {
    ///     writer.append(1);
    /// })?;
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
                let mut patience = Delay::new(writing.patience.clamp(SHORTEST, LONGEST));
                let published = future::poll_fn(|context| {
                    if let Poll::Ready(published) = Pin::new(&mut publishing).poll(context) {
                        return Poll::Ready(Some(published));
                    }
                    Pin::new(&mut patience).poll(context).map(|()| None)
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
}

impl<T: Absorb<O> + Independent, O> Writing<T, O> {
    /// Applies what is pending, so that the next look does not wait.
    #[track_caller]
    fn catch_up(&self, writer: &mut crate::WriteHandle<T, O>) -> Result<(), Poisoned> {
        insist(|| writer.view_or_replace(self.patience).map(drop))
    }

    /// Publishes if it is time to.
    #[track_caller]
    fn changed(&self, writer: WriteGuard<'_, T, O>) -> Result<(), Poisoned> {
        let is_time = match self.publishing {
            Publishing::EachWrite => writer.has_pending_operations(),
            Publishing::Every(count) => writer.pending().len() >= count.get(),
            Publishing::Interval(_) | Publishing::ByHand => false,
        };
        if !is_time {
            return Ok(());
        }
        let ticket = writer.release();
        insist(|| self.writer.make_visible(ticket, self.patience))
    }
}

#[track_caller]
fn publish<T: Absorb<O> + Independent, O>(
    writer: &SharedWriteHandle<T, O>,
    patience: Duration,
) -> Result<(), Poisoned> {
    insist(|| writer.publish_or_replace(patience))
}

/// Tries again while too many copies are left to readers, or another thread has the writer.
#[track_caller]
fn insist(mut attempt: impl FnMut() -> Result<(), PublishError>) -> Result<(), Poisoned> {
    let mut pause = Pause::new();
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(PublishError::Poisoned(error)) => return Err(error),
            Err(PublishError::Stalled(_)) => pause.take(None),
        }
    }
}

impl<T: Absorb<O> + Independent, O> Drop for Writing<T, O> {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.end();
        }
        // Nothing that was changed is lost. An operation may panic, and readers may hold on to too
        // many copies: there is nobody left to tell.
        swallow(|| drop(self.writer.publish_or_replace(self.patience)));
    }
}

/// With less patience than this a task that waits for another writer would do nothing but ask.
#[cfg(feature = "async")]
const SHORTEST: Duration = Duration::from_millis(1);

/// More patience than this is the same: not every clock can be asked for the end of time.
#[cfg(feature = "async")]
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

const LENT: &str = "the handle is there until it is given back";

/// A handle made of the writer, which goes back also if somebody panics.
struct Lent<'l, 'a, T: Absorb<O>, O, W> {
    lock: &'l mut WriteGuard<'a, T, O>,
    writer: Option<W>,
    unwrap: fn(W) -> WriteHandle<T, O>,
}

impl<T: Absorb<O>, O, W> Drop for Lent<'_, '_, T, O, W> {
    fn drop(&mut self) {
        let writer = self.writer.take().expect(LENT);
        // User code, perhaps while a panic unwinds. A writer that does not come back is lost.
        swallow(|| self.lock.restore((self.unwrap)(writer).into_inner()));
    }
}
