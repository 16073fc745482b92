//! What a reader holds: a snapshot that stays as it is until it is refreshed or dropped.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::{Deref, Index};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;
use left_right::ReadGuard;

use crate::iter::Iter;
use crate::snapshot::Snapshot;

/// A reader's view of one published state; made by [`ReadHandle::enter`](crate::ReadHandle::enter).
///
/// It dereferences to a [`Snapshot`], which has the look-ups and iterators. Look-ups through a view
/// touch no shared state: they cost what they cost in a plain `HashMap`.
///
/// # Blocking
///
/// Reading never waits. But the writer needs the copy that an *old* view is in: while a view from
/// before the last publish is held, [`publish`](crate::WriteHandle::publish) waits for it. Hold a
/// view as long as a task needs a consistent state, [`refresh`](Self::refresh) it in a loop, and
/// [clone the snapshot](Snapshot) to keep a state for long. For a view that is leaked the next
/// publish but one waits until its handle is dropped;
/// [`try_publish`](crate::WriteHandle::try_publish) and
/// [`publish_timeout`](crate::WriteHandle::publish_timeout) report it,
/// [`publish_or_replace`](crate::WriteHandle::publish_or_replace) goes on without that copy.
///
/// # Memory ordering
///
/// What the writer's thread did before a publish happened before every read through a view of that
/// publish.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.extend([("x", 1), ("y", 1)]);
/// writer.publish();
///
/// let mut view = reader.enter();
/// writer.extend([("x", 2), ("y", 2)]);
/// writer.publish();
/// assert_eq!((view["x"], view["y"]), (1, 1));
/// assert!(view.refresh());
/// assert_eq!((view["x"], view["y"]), (2, 2));
/// ```
pub struct View<'r, K, V, M = (), S = DefaultHashBuilder> {
    /// `None` only inside `refresh`, which takes the guard by value.
    guard: Option<ReadGuard<'r, Snapshot<K, V, M, S>>>,
}

impl<'r, K, V, M, S> View<'r, K, V, M, S> {
    #[inline]
    pub(crate) fn new(guard: ReadGuard<'r, Snapshot<K, V, M, S>>) -> Self {
        Self { guard: Some(guard) }
    }

    #[inline]
    fn guard(&self) -> &ReadGuard<'r, Snapshot<K, V, M, S>> {
        match &self.guard {
            Some(guard) => guard,
            None => unreachable!("a view without a guard"),
        }
    }

    /// The number of the publish that made this state; 0 if nothing was published yet. O(1), never
    /// blocks.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// assert_eq!(reader.enter().version(), 0);
    /// writer.insert(1, 1).publish();
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
    /// let (mut writer, reader) = evmap_core::new::<u32, u32>();
    /// assert!(reader.enter().is_empty() && !reader.enter().is_published());
    /// writer.publish();
    /// assert!(reader.enter().is_empty() && reader.enter().is_published());
    /// ```
    #[inline]
    pub fn is_published(&self) -> bool {
        self.version() != 0
    }

    /// Steps to the newest published state and says whether it did; `false` if this is the newest.
    /// O(1), never blocks.
    ///
    /// An event loop holds one view, refreshes it once per turn, and pays nothing per look-up.
    ///
    /// While the same handle has another [`View`] or [`Ref`](crate::Ref), the view stays where it
    /// is: all of them show one state.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// let mut view = reader.enter();
    /// assert!(!view.refresh());
    /// writer.insert(1, 1).publish();
    /// assert!(view.is_empty());
    /// assert!(view.refresh());
    /// assert_eq!(view[&1], 1);
    /// ```
    #[inline]
    pub fn refresh(&mut self) -> bool {
        // Moving the guard out and in costs more than the look.
        if ReadGuard::is_newest(self.guard()) {
            return false;
        }
        let before = self.version();
        self.guard = self.guard.take().and_then(ReadGuard::refresh);
        self.version() != before
    }
}

impl<K, V, M, S> Deref for View<'_, K, V, M, S> {
    type Target = Snapshot<K, V, M, S>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        self.guard()
    }
}

impl<K, V, M, S> AsRef<Snapshot<K, V, M, S>> for View<'_, K, V, M, S> {
    #[inline]
    fn as_ref(&self) -> &Snapshot<K, V, M, S> {
        self
    }
}

impl<K: fmt::Debug, V: fmt::Debug, M, S> fmt::Debug for View<'_, K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Snapshot::fmt(self, f)
    }
}

/// # Panics
///
/// `view[&key]` panics if the key is not there.
impl<K, V, M, S, Q> Index<&Q> for View<'_, K, V, M, S>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    type Output = V;

    #[inline]
    #[track_caller]
    fn index(&self, key: &Q) -> &V {
        &(**self)[key]
    }
}

impl<'a, K, V, M, S> IntoIterator for &'a View<'_, K, V, M, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    #[inline]
    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

/// Compares the snapshots, not their versions. O(n) on average.
impl<K, V, M, S, T> PartialEq<View<'_, K, V, M, T>> for View<'_, K, V, M, S>
where
    K: Eq + Hash,
    V: PartialEq,
    M: PartialEq,
    T: BuildHasher,
{
    fn eq(&self, other: &View<'_, K, V, M, T>) -> bool {
        **self == **other
    }
}

impl<K: Eq + Hash, V: Eq, M: Eq, S: BuildHasher> Eq for View<'_, K, V, M, S> {}
