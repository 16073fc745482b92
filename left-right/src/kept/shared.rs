//! A structure that any number of threads read and write, with a say in when writes become visible.

use std::{
    fmt,
    num::NonZeroUsize,
    sync::{
        Arc, Weak,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{ReadHandle, Ref, View, WriteHandle};
use crate::{
    Absorb, Independent, Poisoned, PublishError, ReadGuard, SharedReadHandle, SharedWriteHandle,
    WriteGuard, unwind::swallow,
};

/// When the changes made through a [`SharedHandle`] become visible to readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Publishing {
    /// Before the call that changes something returns. Calls at the same time share a publish.
    #[default]
    EachWrite,
    /// With every so many changes, and with [`SharedHandle::publish`].
    Every(NonZeroUsize),
    /// At this interval, by a thread of the structure's own, and with [`SharedHandle::publish`]. The
    /// thread ends with the last handle, which waits for it.
    Interval(Duration),
    /// With [`SharedHandle::publish`] only.
    ByHand,
}

/// A handle that reads and writes, for any number of threads: `Clone`, `Send` and `Sync`. Made by
/// [`WriteHandle::into_shared`](super::WriteHandle::into_shared).
///
/// Reads never wait and cannot fail. Changes wait for each other, and when they are published for
/// readers of the older copy; one that stays for longer than the patience that the handle was made
/// with keeps that copy for itself, and the writers go on with a clone. So nothing that a reader does
/// stops a writer, not even a guard that is leaked.
///
/// A thread must not change anything while it holds a view: it would be such a reader. Debug builds
/// panic at the call.
///
/// When the last handle goes, what is pending is published; views and read handles that are left
/// keep the data.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use left_right::{Absorb, Independent, kept};
///
/// #[derive(Clone, Default)]
/// struct Sum(u64);
/// impl Absorb<u64> for Sum {
///     fn absorb_first(&mut self, n: &mut u64, _: &Self) {
///         self.0 += *n;
///     }
///     fn sync_with(&mut self, first: &Self) {
///         self.0 = first.0;
///     }
/// }
/// impl Independent for Sum {}
///
/// let (writer, _reader) = kept::new::<Sum, u64>(Sum::default());
/// let sum = writer.into_shared(kept::Publishing::EachWrite, Duration::from_secs(1));
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             sum.update(|writer| drop(writer.append(1)))?;
///             assert!(sum.enter().0 >= 1);
///             Ok::<(), left_right::Poisoned>(())
///         });
///     }
/// });
/// assert_eq!(sum.enter().0, 4);
/// ```
pub struct SharedHandle<T: Absorb<O> + Independent, O> {
    reader: SharedReadHandle<T>,
    writing: Arc<Writing<T, O>>,
}

struct Writing<T: Absorb<O> + Independent, O> {
    writer: SharedWriteHandle<T, O>,
    publishing: Publishing,
    /// How long a reader may be in the way.
    patience: Duration,
    timer: Option<Timer>,
}

impl<T, O> SharedHandle<T, O>
where
    T: Absorb<O> + Independent + Send + Sync + 'static,
    O: Send + 'static,
{
    pub(super) fn new(
        writer: crate::WriteHandle<T, O>,
        publishing: Publishing,
        patience: Duration,
    ) -> Self {
        let writer = writer.into_shared();
        let reader = writer.reader().clone();
        let writing = Arc::new_cyclic(|writing: &Weak<Writing<T, O>>| Writing {
            writer,
            publishing,
            patience,
            timer: match publishing {
                Publishing::Interval(interval) => Some(Timer::start(interval, writing.clone())),
                _ => None,
            },
        });
        Self { reader, writing }
    }
}

impl<T: Absorb<O> + Independent, O> SharedHandle<T, O> {
    /// A view of the newest published state. O(1), never blocks.
    #[inline]
    pub fn enter(&self) -> View<'_, T> {
        View::new(self.guard())
    }

    /// A part of the newest published state. O(1) beside `part`, never blocks.
    #[inline]
    pub fn map<U: ?Sized>(&self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Ref<'_, U> {
        Ref::new(ReadGuard::map(self.guard(), part))
    }

    /// A part of the newest published state, if there is such a part. O(1) beside `part`, never
    /// blocks.
    #[inline]
    pub fn try_map<U: ?Sized>(
        &self,
        part: impl for<'a> FnOnce(&'a T) -> Option<&'a U>,
    ) -> Option<Ref<'_, U>> {
        ReadGuard::try_map(self.guard(), part).map(Ref::new)
    }

    #[inline]
    fn guard(&self) -> ReadGuard<'_, T> {
        // The pair is one whose readers keep the data: see `kept::new`.
        self.reader
            .enter()
            .expect("readers keep the last published state when the writer goes")
    }

    /// A handle for one thread, which reads a little faster, and which keeps the data when this one
    /// goes.
    pub fn reader(&self) -> ReadHandle<T> {
        ReadHandle::new(self.reader.handle())
    }

    /// Runs `change` with the writer, which nobody else has meanwhile; then publishes, if it is time
    /// to.
    ///
    /// To look at what was appended and is not published yet `change` may call
    /// [`view_or_replace`](crate::WriteHandle::view_or_replace), with the
    /// [`patience`](Self::patience) of this handle.
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
    #[track_caller]
    pub fn update<R>(
        &self,
        change: impl FnOnce(&mut crate::WriteHandle<T, O>) -> R,
    ) -> Result<R, Poisoned> {
        let mut writer = self.lock()?;
        let result = change(&mut writer);
        self.writing.changed(writer)?;
        Ok(result)
    }

    /// As [`update`](Self::update), with the writer wrapped into a handle of the structure's own.
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update), and if `change` exchanged the handle for that of another
    /// structure: this one has lost its writer then.
    ///
    /// # Panics
    ///
    /// As [`update`](Self::update).
    #[track_caller]
    pub fn update_with<W, R>(
        &self,
        wrap: impl FnOnce(WriteHandle<T, O>) -> W,
        unwrap: fn(W) -> WriteHandle<T, O>,
        change: impl FnOnce(&mut W) -> R,
    ) -> Result<R, Poisoned> {
        let mut lock = self.lock()?;
        let writer = wrap(WriteHandle::from_inner(lock.lend()));
        let mut lent = Lent {
            lock: &mut lock,
            writer: Some(writer),
            unwrap,
        };
        let result = change(lent.writer.as_mut().expect(LENT));
        drop(lent);
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
    #[track_caller]
    pub fn publish(&self) -> Result<(), Poisoned> {
        self.reader.assert_not_inside();
        self.writing.publish()
    }

    /// The writer by itself: for calls that this handle does not have, such as
    /// [`publish_timeout`](SharedWriteHandle::publish_timeout), or
    /// [`lock`](SharedWriteHandle::lock) and then [`stats`](crate::WriteHandle::stats).
    pub fn writer(&self) -> &SharedWriteHandle<T, O> {
        &self.writing.writer
    }

    /// When changes become visible.
    pub fn publishing(&self) -> Publishing {
        self.writing.publishing
    }

    /// How long a reader may be in the way before the copy that it is in is left to it.
    pub fn patience(&self) -> Duration {
        self.writing.patience
    }

    /// Whether an operation has panicked, so that nothing can be changed any more.
    pub fn is_poisoned(&self) -> bool {
        self.writing.writer.is_poisoned()
    }
}

impl<T: Absorb<O> + Independent, O> Writing<T, O> {
    /// Publishes if it is time to.
    #[track_caller]
    fn changed(&self, writer: WriteGuard<'_, T, O>) -> Result<(), Poisoned> {
        let is_time = match self.publishing {
            Publishing::EachWrite => true,
            Publishing::Every(count) => writer.pending().len() >= count.get(),
            Publishing::Interval(_) | Publishing::ByHand => false,
        };
        if !is_time {
            return Ok(());
        }
        let ticket = writer.release();
        self.insist(|| self.writer.make_visible(ticket, self.patience))
    }

    #[track_caller]
    fn publish(&self) -> Result<(), Poisoned> {
        self.insist(|| self.writer.publish_or_replace(self.patience))
    }

    /// Tries again while too many copies are left to readers, or another thread has the writer.
    #[track_caller]
    fn insist(&self, publish: impl Fn() -> Result<(), PublishError>) -> Result<(), Poisoned> {
        loop {
            match publish() {
                Ok(()) => return Ok(()),
                Err(PublishError::Poisoned(error)) => return Err(error),
                Err(PublishError::Stalled(_)) => thread::yield_now(),
            }
        }
    }
}

impl<T: Absorb<O> + Independent, O> Drop for Writing<T, O> {
    fn drop(&mut self) {
        drop(self.timer.take());
        // Nothing that was changed is lost. An operation may panic, and readers may hold on to too
        // many copies: there is nobody left to tell.
        swallow(|| drop(self.writer.publish_or_replace(self.patience)));
    }
}

const LENT: &str = "the handle is there until it is given back";

/// A handle made of the writer, which goes back also if somebody panics.
struct Lent<'l, 'a, T: Absorb<O>, O, W> {
    lock: &'l mut WriteGuard<'a, T, O>,
    writer: Option<W>,
    unwrap: fn(W) -> WriteHandle<T, O>,
}

impl<T: Absorb<O>, O, W> Drop for Lent<'_, '_, T, O, W> {
    fn drop(&mut self) {
        let writer = (self.unwrap)(self.writer.take().expect(LENT));
        self.lock.restore(writer.into_inner());
    }
}

/// Publishes at an interval. Dropping it ends that, and waits until it has.
struct Timer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Timer {
    fn start<T, O>(interval: Duration, writing: Weak<Writing<T, O>>) -> Self
    where
        T: Absorb<O> + Independent + Send + Sync + 'static,
        O: Send + 'static,
    {
        let (stop, stopped) = mpsc::channel::<()>();
        let publish = move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                // The last handle may go right now, and wait for this thread.
                let Some(writing) = writing.upgrade() else {
                    break;
                };
                if writing.publish().is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("left-right publisher".to_owned());
        Self {
            stop: Some(stop),
            thread: Some(thread.spawn(publish).expect("a thread can be started")),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        drop(self.stop.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // It may itself have held the last handle.
        if thread.thread().id() != thread::current().id() {
            // A panic of an operation was reported, and the structure is poisoned.
            let _ = thread.join();
        }
    }
}

impl<T: Absorb<O> + Independent, O> Clone for SharedHandle<T, O> {
    fn clone(&self) -> Self {
        Self {
            reader: self.reader.clone(),
            writing: Arc::clone(&self.writing),
        }
    }
}

impl<T: Absorb<O> + Independent, O> fmt::Debug for SharedHandle<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedHandle")
            .field("publishing", &self.writing.publishing)
            .field("is_poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
