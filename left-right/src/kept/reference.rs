//! A guarded reference to a part of a published state.

use std::{fmt, ops::Deref};

use crate::ReadGuard;

/// A reference to a part of a published state; made by
/// [`ReadHandle::map`](super::ReadHandle::map) and its relatives.
///
/// It holds the state in place as a [`View`](super::View) does, and a writer waits for it as for a
/// view: drop it soon, or take a clone of the value.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
/// let number = reader.map(|count| &count.0);
/// assert_eq!(*number + 1, 4);
/// ```
#[must_use = "the reference ends when it is dropped"]
pub struct Ref<'r, T: ?Sized> {
    guard: ReadGuard<'r, T>,
}

impl<'r, T: ?Sized> Ref<'r, T> {
    #[inline]
    pub(super) fn new(guard: ReadGuard<'r, T>) -> Self {
        Self { guard }
    }

    /// The number of the publish that the value belongs to. O(1), never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// use left_right::kept::Ref;
    ///
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// writer.append(1).publish();
    /// assert_eq!(Ref::version(&reader.map(|count| &count.0)), 1);
    /// ```
    #[inline]
    pub fn version(this: &Self) -> u64 {
        ReadGuard::version(&this.guard)
    }

    /// Narrows the reference to a part of the value. Never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// use left_right::kept::Ref;
    ///
    /// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
    /// let count = reader.map(|count| count);
    /// assert_eq!(*Ref::map(count, |count| &count.0), 3);
    /// ```
    #[inline]
    pub fn map<U: ?Sized>(this: Self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Ref<'r, U> {
        Ref::new(ReadGuard::map(this.guard, part))
    }

    /// Narrows the reference to a part of the value that may not be there. Never blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// use left_right::kept::Ref;
    ///
    /// let (_writer, reader) = left_right::kept::new::<Count, u32>(Count(3));
    /// let count = reader.map(|count| count);
    /// assert!(Ref::try_map(count, |count| Some(&count.0).filter(|n| **n > 100)).is_none());
    /// ```
    #[inline]
    pub fn try_map<U: ?Sized>(
        this: Self,
        part: impl for<'a> FnOnce(&'a T) -> Option<&'a U>,
    ) -> Option<Ref<'r, U>> {
        ReadGuard::try_map(this.guard, part).map(Ref::new)
    }
}

impl<T: ?Sized> Deref for Ref<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: ?Sized> AsRef<T> for Ref<'_, T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

/// Compares the values, not their versions.
impl<T: ?Sized + PartialEq> PartialEq for Ref<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq> Eq for Ref<'_, T> {}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}
