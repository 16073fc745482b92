//! The writer that leaves its data to the readers.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use super::{ReadHandle, View, enter};
use crate::{Absorb, Independent};

/// Makes a pair whose data stays with the readers when the writer goes, for whatever reason.
///
/// As by [`new_logged`](crate::new_logged), the structure is cloned for the second copy, readers see
/// it at once, as version 0, and every operation goes through the log.
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
/// It dereferences to that handle and has its methods. Dropping it waits for nobody and drops what
/// is pending.
///
/// # Panics
///
/// Whoever swaps the handle inside for one that takes its data away breaks the promise: reads
/// through this one's readers then panic.
pub struct WriteHandle<T: Absorb<O>, O> {
    inner: crate::WriteHandle<T, O>,
}

impl<T: Absorb<O>, O> WriteHandle<T, O> {
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

impl<T: Absorb<O>, O> Deref for WriteHandle<T, O> {
    type Target = crate::WriteHandle<T, O>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl<T: Absorb<O>, O> DerefMut for WriteHandle<T, O> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

impl<T: Absorb<O>, O> fmt::Debug for WriteHandle<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
