//! What a reader holds.

use std::fmt;
use std::ops::Deref;

use left_right::ReadGuard;

/// A state that a reader is in, for as long as it is held.
pub struct View<'r, T> {
    /// Always there, but for the moment in which it is refreshed.
    guard: Option<ReadGuard<'r, T>>,
}

impl<'r, T> View<'r, T> {
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

    #[inline]
    pub fn version(&self) -> u64 {
        ReadGuard::version(self.guard())
    }

    #[inline]
    pub fn is_newest(&self) -> bool {
        ReadGuard::is_newest(self.guard())
    }

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

impl<T: fmt::Debug> fmt::Debug for View<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        T::fmt(self, f)
    }
}
