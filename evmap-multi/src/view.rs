//! What a reader holds: a snapshot that stays as it is until it is refreshed or dropped.

use std::fmt;
use std::ops::Deref;

use evmap_core::{Iter, base};
use hashbrown::DefaultHashBuilder;
use left_right::ReadGuard;

use crate::bag::Bag;
use crate::snapshot::Snapshot;

/// A reader's view of one published state; made by [`ReadHandle::enter`](crate::ReadHandle::enter).
///
/// It dereferences to a [`Snapshot`], whose look-ups touch no shared state, and so cost what they
/// cost in a plain `HashMap`. `view.clone()` clones the snapshot, that is, the whole map.
///
/// The writer [waits for old views](crate::guide#blocking): [`refresh`](Self::refresh) a view in a
/// loop, and clone the snapshot to keep a state for long. A view is `Sync` if the snapshot is, and
/// never `Send`: neither is a future that holds one across an `.await`.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// let mut view = reader.enter();
/// writer.insert(1, 'a').publish();
/// assert!(view.is_empty());
/// assert!(view.refresh() && view.contains_key(&1));
/// ```
#[must_use = "the view ends when it is dropped"]
pub struct View<'r, K, V, M = (), S = DefaultHashBuilder> {
    inner: Inner<'r, K, V, M, S>,
}

type Inner<'r, K, V, M, S> = base::view::View<'r, Snapshot<K, V, M, S>>;

impl<'r, K, V, M, S> View<'r, K, V, M, S> {
    #[inline]
    pub(crate) fn new(guard: ReadGuard<'r, Snapshot<K, V, M, S>>) -> Self {
        let inner = Inner::new(guard);
        Self { inner }
    }

    /// The number of the publish that this view shows; 0 if nothing was published yet. O(1), never
    /// waits.
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).published().version(), 1);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.inner.version()
    }

    /// Whether anything was published yet, if only an empty map. O(1), never waits.
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).published().is_published());
    /// ```
    #[inline]
    pub fn is_published(&self) -> bool {
        self.version() != 0
    }

    /// Whether nothing newer is published. O(1), never waits.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(!view.is_newest());
    /// ```
    #[inline]
    pub fn is_newest(&self) -> bool {
        self.inner.is_newest()
    }

    /// Moves on to the newest published state; says whether it did. It stays where it is while the same handle has
    /// another view, or a [`ReadGuard`], of the same state. O(1), never waits.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// let mut view = reader.enter();
    /// writer.insert(1, 'a').publish();
    /// assert!(view.refresh() && !view.refresh());
    /// ```
    #[inline]
    pub fn refresh(&mut self) -> bool {
        self.inner.refresh()
    }
}

impl<K, V, M, S> Deref for View<'_, K, V, M, S> {
    type Target = Snapshot<K, V, M, S>;

    #[inline]
    fn deref(&self) -> &Snapshot<K, V, M, S> {
        &self.inner
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
        self.inner.fmt(f)
    }
}

impl<'a, K, V, M, S> IntoIterator for &'a View<'_, K, V, M, S> {
    type Item = (&'a K, &'a Bag<V, S>);
    type IntoIter = Iter<'a, K, Bag<V, S>>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Compares what the view shows. O(n) on average.
impl<K, V, M, S, U> PartialEq<U> for View<'_, K, V, M, S>
where
    Snapshot<K, V, M, S>: PartialEq<U>,
{
    fn eq(&self, other: &U) -> bool {
        **self == *other
    }
}

/// Compares with what the view shows. O(n) on average.
impl<K, V, M, S, T> PartialEq<View<'_, K, V, M, T>> for Snapshot<K, V, M, S>
where
    Self: PartialEq<Snapshot<K, V, M, T>>,
{
    fn eq(&self, other: &View<'_, K, V, M, T>) -> bool {
        *self == **other
    }
}
