//! The writer that leaves its data to the readers.

use std::{fmt, ops::Deref, time::Duration};

use super::{Publishing, ReadHandle, SharedHandle, View, enter};
use crate::{Absorb, FencePolicy, Independent, PublishError};

/// Makes a pair whose data stays with the readers when the writer goes, for whatever reason.
///
/// As by [`new_logged`](crate::new_logged), the structure is cloned for the second copy, readers
/// see it at once, as version 0, and every operation goes through the log.
///
/// # Examples
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
/// writer.append(4).publish();
/// drop(writer);
/// assert_eq!(reader.enter().0, 7);
/// ```
pub fn new<T, O>(t: T) -> (WriteHandle<T, O>, ReadHandle<T>)
where
    T: Absorb<O> + Independent + Send,
{
    let (mut inner, reader) = crate::new_logged(t);
    inner.freeze_on_drop();
    (WriteHandle { inner }, ReadHandle::new(reader))
}

/// A [`WriteHandle`](crate::WriteHandle) whose readers keep the data; made by [`new`].
///
/// It has the methods of that handle, but for those that take the data away. Dropping it waits for
/// nobody and drops what is pending.
///
/// It dereferences to that handle for methods that only look, and not mutably: whoever could swap
/// the handle inside for one that takes its data away could make reads fail.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
/// writer.append(1).append(2);
/// assert!(writer.pending().eq(&[1, 2]));
/// writer.publish();
/// assert_eq!((writer.version(), reader.enter().0), (1, 3));
/// ```
///
/// ```compile_fail,E0596
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut kept, _) = left_right::kept::new::<Count, u32>(Count(0));
/// let (mut other, _) = left_right::new_logged::<Count, u32>(Count(0));
/// std::mem::swap(&mut *kept, &mut other);
/// ```
///
/// Two kept writers may change places.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut kept, reader) = left_right::kept::new::<Count, u32>(Count(0));
/// let (mut other, _) = left_right::kept::new::<Count, u32>(Count(1));
/// std::mem::swap(&mut kept, &mut other);
/// drop((kept, other));
/// assert_eq!(reader.enter().0, 0);
/// ```
pub struct WriteHandle<T: Absorb<O>, O> {
    inner: crate::WriteHandle<T, O>,
}

impl<T: Absorb<O>, O> WriteHandle<T, O> {
    /// Appends an operation, as [`WriteHandle::append`](crate::WriteHandle::append) does. Never
    /// waits.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1).append(2).publish();
    /// assert_eq!(reader.enter().0, 3);
    /// ```
    #[inline]
    #[track_caller]
    pub fn append(&mut self, operation: O) -> &mut Self {
        self.inner.append(operation);
        self
    }

    /// Publishes, as [`WriteHandle::publish`](crate::WriteHandle::publish) does: waits for readers
    /// that are still in the stale copy.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned, or if an `absorb_*` panics, which poisons it.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1);
    /// assert_eq!(reader.enter().0, 0);
    /// writer.publish();
    /// assert_eq!(reader.enter().0, 1);
    /// ```
    #[track_caller]
    pub fn publish(&mut self) -> &mut Self {
        self.inner.publish();
        self
    }

    /// Publishes if no reader is in the way; returns whether it did. Never waits.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let view = reader.enter();
    /// assert!(writer.append(1).try_publish());
    /// assert!(!writer.append(1).try_publish());
    /// drop(view);
    /// assert!(writer.try_publish());
    /// ```
    #[must_use = "if it is `false` nothing was published"]
    #[track_caller]
    pub fn try_publish(&mut self) -> bool {
        self.inner.try_publish()
    }

    /// Publishes, waiting for readers for at most `timeout`, as
    /// [`WriteHandle::publish_timeout`](crate::WriteHandle::publish_timeout) does.
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if a reader held on until the timeout; the operations stay
    /// pending. [`PublishError::Poisoned`] if an operation panicked earlier.
    ///
    /// # Panics
    ///
    /// If an `absorb_*` panics, which poisons the pair.
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let view = reader.enter();
    /// assert!(writer.publish_timeout(Duration::ZERO).is_ok());
    /// assert!(writer.publish_timeout(Duration::ZERO).is_err());
    /// drop(view);
    /// ```
    #[track_caller]
    pub fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.inner.publish_timeout(timeout)
    }

    /// Publishes, and leaves the stale copy to readers that hold on to it for longer than
    /// `timeout`, as [`WriteHandle::publish_or_replace`](crate::WriteHandle::publish_or_replace)
    /// does.
    ///
    /// # Errors
    ///
    /// [`PublishError::Poisoned`] if an operation panicked earlier. [`PublishError::Stalled`] if a
    /// handful of copies have been left to readers already.
    ///
    /// # Panics
    ///
    /// If `clone` panics; nothing has changed then. If an `absorb_*` panics, which poisons the
    /// pair.
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let view = reader.enter();
    /// for _ in 0..10 {
    ///     writer.append(1).publish_or_replace(Duration::ZERO).unwrap();
    /// }
    /// assert_eq!((view.0, writer.published().0), (0, 10));
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError>
    where
        T: Independent,
    {
        self.inner.publish_or_replace(timeout)
    }

    /// Publishes without blocking the thread, as
    /// [`WriteHandle::publish_async`](crate::WriteHandle::publish_async) does. Needs the feature
    /// `async`.
    ///
    /// # Errors
    ///
    /// [`Poisoned`](crate::Poisoned) if an operation has panicked.
    ///
    /// # Panics
    ///
    /// If an `absorb_*` panics, which poisons the pair.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1);
    /// futures::executor::block_on(writer.publish_async())?;
    /// assert_eq!(reader.enter().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[cfg(feature = "async")]
    pub fn publish_async(&mut self) -> crate::Publish<'_, T, O> {
        self.inner.publish_async()
    }

    /// Publishes if there is anything to publish. Waits and panics as [`publish`](Self::publish),
    /// if so.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, _) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.flush();
    /// assert_eq!(writer.version(), 0);
    /// writer.append(1).flush();
    /// assert_eq!(writer.version(), 1);
    /// ```
    #[track_caller]
    pub fn flush(&mut self) {
        self.inner.flush();
    }

    /// The write copy with everything applied that was appended so far, published or not. Waits as
    /// [`publish`](Self::publish).
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(5);
    /// assert_eq!((writer.view().0, reader.enter().0), (5, 0));
    /// ```
    #[inline]
    #[track_caller]
    pub fn view(&mut self) -> &T {
        self.inner.view()
    }

    /// Like [`view`](Self::view), but `None` instead of waiting for a reader.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let view = reader.enter();
    /// writer.append(1).publish();
    /// assert!(writer.try_view().is_none());
    /// drop(view);
    /// assert_eq!(writer.try_view().unwrap().0, 1);
    /// ```
    #[track_caller]
    pub fn try_view(&mut self) -> Option<&T> {
        self.inner.try_view()
    }

    /// As [`view`](Self::view), but a write copy that readers are still in after `timeout` is left to
    /// them: see [`WriteHandle::view_or_replace`](crate::WriteHandle::view_or_replace).
    ///
    /// # Errors
    ///
    /// As [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// # Panics
    ///
    /// As [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let view = reader.enter();
    /// writer.append(1).publish();
    /// assert!(writer.try_view().is_none());
    /// assert_eq!(writer.view_or_replace(Duration::ZERO).unwrap().0, 1);
    /// assert_eq!(view.0, 0);
    /// ```
    #[track_caller]
    pub fn view_or_replace(&mut self, timeout: Duration) -> Result<&T, PublishError>
    where
        T: Independent,
    {
        self.inner.view_or_replace(timeout)
    }

    /// Chooses the fences that publishes use from the next one on. See [`FencePolicy`].
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// use left_right::FencePolicy;
    ///
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.set_fence_policy(FencePolicy::WriteMostly).append(1).publish();
    /// assert_eq!(reader.enter().0, 1);
    /// ```
    pub fn set_fence_policy(&mut self, policy: FencePolicy) -> &mut Self {
        self.inner.set_fence_policy(policy);
        self
    }

    /// The published state, as readers see it. O(1), never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, _) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1);
    /// assert_eq!(writer.published().0, 0);
    /// writer.publish();
    /// assert_eq!(writer.published().0, 1);
    /// ```
    #[inline]
    pub fn published(&self) -> View<'_, T> {
        View::new(enter(&self.inner))
    }

    /// A new reader. Never waits for the writer or for readers.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, first) = left_right::kept::new::<Count, u32>(Count(0));
    /// drop(first);
    /// writer.append(1).publish();
    /// assert_eq!(writer.reader().enter().0, 1);
    /// ```
    pub fn reader(&self) -> ReadHandle<T> {
        ReadHandle::new(crate::ReadHandle::clone(&self.inner))
    }

    /// Ends writing for good and returns a reader. Never waits; what is pending is dropped.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, _) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1).publish();
    /// let reader = writer.freeze();
    /// assert_eq!(reader.enter().0, 1);
    /// ```
    pub fn freeze(self) -> ReadHandle<T> {
        self.reader()
    }
}

impl<T: Absorb<O>, O> WriteHandle<T, O> {
    pub(super) fn from_inner(inner: crate::WriteHandle<T, O>) -> Self {
        Self { inner }
    }

    pub(super) fn into_inner(self) -> crate::WriteHandle<T, O> {
        self.inner
    }

    /// Lets any number of threads read and write the structure. Changes become visible as
    /// `publishing` says; a reader that is in the way for longer than `patience` keeps the copy
    /// that it is in for itself. See [`SharedHandle`].
    ///
    /// What is pending becomes visible with the first publish.
    ///
    /// # Panics
    ///
    /// For [`Publishing::Interval`], if no thread can be started.
    ///
    /// ```
    /// use std::time::Duration;
    /// use left_right::kept::{self, Publishing};
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = kept::new::<Count, u32>(Count(0));
    /// writer.append(1);
    /// let count = writer.into_shared(Publishing::ByHand, Duration::from_secs(1));
    /// assert_eq!(reader.enter().0, 0);
    /// count.publish()?;
    /// assert_eq!(reader.enter().0, 1);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    pub fn into_shared(self, publishing: Publishing, patience: Duration) -> SharedHandle<T, O>
    where
        T: Independent + Send + Sync + 'static,
        O: Send + 'static,
    {
        SharedHandle::new(self.inner, publishing, patience)
    }
}

impl<T: Absorb<O>, O> Deref for WriteHandle<T, O> {
    type Target = crate::WriteHandle<T, O>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

/// Appends every operation of the iterator. See [`WriteHandle::append`].
impl<T: Absorb<O>, O> Extend<O> for WriteHandle<T, O> {
    #[track_caller]
    fn extend<I: IntoIterator<Item = O>>(&mut self, operations: I) {
        self.inner.extend(operations);
    }
}

impl<T: Absorb<O>, O> fmt::Debug for WriteHandle<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
