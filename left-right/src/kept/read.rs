//! The handle whose reads cannot fail, and the factory that makes them on any thread.

use std::fmt;

use super::{Ref, View, enter};
use crate::ReadGuard;

/// A reader whose reads cannot fail: when the writer is dropped, panics or is poisoned, the handle
/// keeps the last published state.
///
/// Else it is as the [`ReadHandle`](crate::ReadHandle) that it is made of: entering is wait-free, a
/// handle belongs to one thread at a time, and what is entered delays the writer for as long as it
/// is held.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
/// writer.append(1).publish();
/// let other = reader.clone();
/// drop(writer);
/// let seen = std::thread::spawn(move || other.enter().0).join().unwrap();
/// assert_eq!(seen, 1);
/// ```
pub struct ReadHandle<T> {
    inner: crate::ReadHandle<T>,
}

impl<T> ReadHandle<T> {
    #[inline]
    pub(super) fn new(inner: crate::ReadHandle<T>) -> Self {
        Self { inner }
    }

    /// A view of the newest published state. O(1), never blocks.
    ///
    /// A view that is taken while this handle has another one (or a [`Ref`]) shows the same state
    /// as that one, so that nested reads agree.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1).publish();
    /// assert_eq!(reader.enter().0, 1);
    /// ```
    #[inline]
    pub fn enter(&self) -> View<'_, T> {
        View::new(enter(&self.inner))
    }

    /// Whether there is still a writer, which could publish something newer. O(1), never waits.
    ///
    /// Once it is `false` it stays so, and what is entered from then on is the last state that there will be. A poisoned
    /// writer counts until it is dropped.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1).publish();
    /// assert!(reader.has_writer());
    /// drop(writer);
    /// assert!(!reader.has_writer());
    /// assert_eq!(reader.enter().0, 1);
    /// ```
    pub fn has_writer(&self) -> bool {
        self.inner.has_writer()
    }

    /// A part of the newest published state, in place. O(1) and what `part` takes; never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
    /// assert_eq!(*reader.map(|count| &count.0), 3);
    /// ```
    #[inline]
    pub fn map<U: ?Sized>(&self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Ref<'_, U> {
        Ref::new(ReadGuard::map(enter(&self.inner), part))
    }

    /// A part of the newest published state that may not be there, in place. O(1) and what `part`
    /// takes; never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
    /// let large = reader.try_map(|count| Some(&count.0).filter(|n| **n > 100));
    /// assert!(large.is_none());
    /// ```
    #[inline]
    pub fn try_map<U: ?Sized>(
        &self,
        part: impl for<'a> FnOnce(&'a T) -> Option<&'a U>,
    ) -> Option<Ref<'_, U>> {
        ReadGuard::try_map(enter(&self.inner), part).map(Ref::new)
    }

    /// A factory that makes handles on any thread. Never waits for the writer or for readers.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let factory = reader.factory();
    /// writer.append(1).publish();
    /// std::thread::scope(|scope| {
    ///     for _ in 0..2 {
    ///         scope.spawn(|| assert_eq!(factory.handle().enter().0, 1));
    ///     }
    /// });
    /// ```
    pub fn factory(&self) -> ReadHandleFactory<T> {
        ReadHandleFactory {
            inner: self.inner.factory(),
        }
    }
}

/// A clone is a reader of its own: it may be moved to another thread, and its views are independent
/// of this handle's. Never waits for the writer or for readers.
impl<T> Clone for ReadHandle<T> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone())
    }
}

impl<T> fmt::Debug for ReadHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandle").finish_non_exhaustive()
    }
}

/// Makes [`ReadHandle`]s on any thread; `Sync`, so that it can stand in a `static` or an `Arc`.
///
/// Making a handle registers a reader: keep the handle for as long as the thread reads.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// use std::thread;
///
/// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
/// let factory = reader.factory();
/// writer.append(1).publish();
/// drop(writer);
/// thread::spawn(move || assert_eq!(factory.handle().enter().0, 1)).join().unwrap();
/// ```
pub struct ReadHandleFactory<T> {
    inner: crate::ReadHandleFactory<T>,
}

impl<T> ReadHandleFactory<T> {
    /// A new handle. Never waits for the writer or for readers.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
    /// assert_eq!(reader.factory().handle().enter().0, 3);
    /// ```
    pub fn handle(&self) -> ReadHandle<T> {
        ReadHandle::new(self.inner.handle())
    }
}

impl<T> Clone for ReadHandleFactory<T> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

impl<T> fmt::Debug for ReadHandleFactory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandleFactory").finish_non_exhaustive()
    }
}
