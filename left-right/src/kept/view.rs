//! What a reader holds: a state that stays as it is until it is refreshed or dropped.

use std::{fmt, ops::Deref};

use crate::ReadGuard;

/// A reader's view of one published state, to which it dereferences; made by
/// [`ReadHandle::enter`](super::ReadHandle::enter).
///
/// # Blocking
///
/// Reading never waits. But the writer needs the copy that an *old* view is in: while a view from
/// before the last publish is held, [`publish`](super::WriteHandle::publish) waits for it, and
/// memory is not reclaimed. Hold a view as long as a task needs a consistent state,
/// [`refresh`](Self::refresh) it in a loop, and clone the state to keep it for long. A view that is
/// leaked makes the next publish but one wait for ever
/// ([`try_publish`](super::WriteHandle::try_publish) and
/// [`publish_timeout`](super::WriteHandle::publish_timeout) report it instead); readers are not
/// affected.
///
/// # Memory ordering
///
/// What the writer's thread did before a publish happened before every read through a view of that
/// publish.
///
/// ```
/// # #[derive(Clone)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// # impl left_right::Independent for Count {}
/// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
/// let mut view = reader.enter();
/// writer.append(1).publish();
/// assert_eq!(view.0, 0);
/// assert!(view.refresh());
/// assert_eq!(view.0, 1);
/// ```
///
/// # Threads
///
/// A view stays on its thread: it is not `Send`, nor is a future that holds one across an
/// `.await`. It is `Sync` if the state is, so that scoped threads may share it.
///
/// ```compile_fail,E0277
/// fn is_send<T: Send>() {}
/// is_send::<left_right::kept::View<'_, u32>>();
/// ```
///
/// ```
/// fn is_sync<T: Sync>() {}
/// is_sync::<left_right::kept::View<'_, u32>>();
/// ```
#[must_use = "the view ends when it is dropped"]
pub struct View<'r, T> {
    /// `None` only inside `refresh`, which takes the guard by value.
    guard: Option<ReadGuard<'r, T>>,
}

impl<'r, T> View<'r, T> {
    #[inline]
    pub(super) fn new(guard: ReadGuard<'r, T>) -> Self {
        Self { guard: Some(guard) }
    }

    #[inline]
    fn guard(&self) -> &ReadGuard<'r, T> {
        match &self.guard {
            Some(guard) => guard,
            None => unreachable!("a view without a guard"),
        }
    }

    /// The number of the publish that made this state; 0 if nothing was published yet. O(1), never
    /// blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// assert_eq!(reader.enter().version(), 0);
    /// writer.append(1).publish();
    /// assert_eq!(reader.enter().version(), 1);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        ReadGuard::version(self.guard())
    }

    /// Whether this state was published: tells "nothing published yet" from "empty". O(1), never
    /// blocks.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// assert!(!reader.enter().is_published());
    /// writer.publish();
    /// assert!(reader.enter().is_published());
    /// ```
    #[inline]
    pub fn is_published(&self) -> bool {
        self.version() != 0
    }

    /// Whether nothing newer was published, as far as this thread can see. Costs a load, never
    /// blocks.
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
    /// assert!(view.is_newest());
    /// writer.append(1).publish();
    /// assert!(!view.is_newest());
    /// ```
    #[inline]
    pub fn is_newest(&self) -> bool {
        ReadGuard::is_newest(self.guard())
    }

    /// Steps to the newest published state and says whether it did; `false` if this is the newest.
    /// O(1), never blocks.
    ///
    /// Cheaper than leaving and entering: nothing but a load if nothing was published. An event
    /// loop holds one view and refreshes it once per turn.
    ///
    /// While the same handle has another [`View`] or [`Ref`](super::Ref), the view stays where it
    /// is: all of them show one state.
    ///
    /// ```
    /// # #[derive(Clone)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::kept::new::<Count, u32>(Count(0));
    /// let mut view = reader.enter();
    /// assert!(!view.refresh());
    /// writer.append(1).publish();
    /// assert!(view.refresh());
    /// assert_eq!(view.0, 1);
    /// ```
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

/// Compares the state, not its version, with whatever such a state compares with.
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
