//! What a reader of either map holds.

use std::{fmt, ops::Deref};

use left_right::ReadGuard;

/// One published state of a map, which stays as it is until it is refreshed or dropped.
///
/// It dereferences to the map's snapshot. While it is held the writer can publish once; the publish after that
/// waits for it: hold a view for as long as a task needs one state, and no longer.
#[must_use = "the view ends when it is dropped"]
pub struct View<'r, T> {
    /// `None` only while a refresh moves it.
    guard: Option<ReadGuard<'r, T>>,
}

impl<'r, T> View<'r, T> {
    #[doc(hidden)]
    #[inline]
    pub fn new(guard: ReadGuard<'r, T>) -> Self {
        Self { guard: Some(guard) }
    }

    #[inline]
    fn guard(&self) -> &ReadGuard<'r, T> {
        match &self.guard {
            Some(guard) => guard,
            None => unreachable!("a view without a guard"),
        }
    }

    /// The number of the publish that this view shows; 0 if nothing was published before it.
    #[inline]
    pub fn version(&self) -> u64 {
        ReadGuard::version(self.guard())
    }

    /// Whether this view shows a publish, and not the state before the first.
    #[inline]
    pub fn is_published(&self) -> bool {
        self.version() != 0
    }

    /// Whether nothing newer was published, as far as this thread can see. Costs a load.
    #[inline]
    pub fn is_newest(&self) -> bool {
        ReadGuard::is_newest(self.guard())
    }

    /// Moves to the newest published state, and returns whether that is another one. Never waits.
    ///
    /// A view stays where it is while its handle has another view, or a reference into one.
    #[inline]
    pub fn refresh(&mut self) -> bool {
        // Moving the guard out and in costs more than the look.
        if self.is_newest() {
            return false;
        }
        let before = self.version();
        self.guard = self.guard.take().and_then(ReadGuard::refresh);
        self.version() != before
    }
}

impl<T> Deref for View<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.guard()
    }
}

impl<T> AsRef<T> for View<'_, T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: fmt::Debug> fmt::Debug for View<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}

impl<'a, T> IntoIterator for &'a View<'_, T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        (**self).into_iter()
    }
}

impl<T: PartialEq<U>, U> PartialEq<U> for View<'_, T> {
    fn eq(&self, other: &U) -> bool {
        **self == *other
    }
}

#[cfg(feature = "serde")]
impl<T: serde::Serialize> serde::Serialize for View<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}
