//! A guarded reference to one value.

use std::fmt;
use std::ops::Deref;

use left_right::ReadGuard;

/// A reference to a part of a published state, usually one value; made by
/// [`ReadHandle::get`](crate::ReadHandle::get) and [`ReadHandle::meta`](crate::ReadHandle::meta).
///
/// It holds the state in place as a [`View`](crate::View) does, and a writer waits for it as for a
/// view: drop it soon, or take a clone of the value.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.insert(1, String::from("one")).publish();
/// let value = reader.get(&1).unwrap();
/// assert_eq!(value.len(), 3);
/// assert_eq!(*value, "one");
/// ```
pub struct Ref<'r, T: ?Sized> {
    guard: ReadGuard<'r, T>,
}

impl<'r, T: ?Sized> Ref<'r, T> {
    #[inline]
    pub(crate) fn new(guard: ReadGuard<'r, T>) -> Self {
        Self { guard }
    }

    /// The number of the publish that the value belongs to. O(1), never blocks.
    ///
    /// ```
    /// use evmap_core::Ref;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(Ref::version(&reader.get(&1).unwrap()), 1);
    /// ```
    #[inline]
    pub fn version(this: &Self) -> u64 {
        ReadGuard::version(&this.guard)
    }

    /// Narrows the reference to a part of the value. Never blocks.
    ///
    /// ```
    /// use evmap_core::Ref;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, ("left", "right")).publish();
    /// let right = Ref::map(reader.get(&1).unwrap(), |pair| &pair.1);
    /// assert_eq!(*right, "right");
    /// ```
    #[inline]
    pub fn map<U: ?Sized>(this: Self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Ref<'r, U> {
        Ref::new(ReadGuard::map(this.guard, part))
    }

    /// Narrows the reference to a part of the value that may not be there. Never blocks.
    ///
    /// ```
    /// use evmap_core::Ref;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, vec![10, 20]).publish();
    /// let last = Ref::try_map(reader.get(&1).unwrap(), |values| values.last());
    /// assert_eq!(last.as_deref(), Some(&20));
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
