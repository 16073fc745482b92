//! One state of the map: a snapshot of bags, and what reads them.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::{Deref, Index};

use equivalent::Equivalent;
use hashbrown::DefaultHashBuilder;

use evmap_core::table::Table;
use evmap_core::{IntoIter, Iter};

use crate::bag::Bag;

/// One state of the map: keys with their bags, and metadata that belongs to them.
///
/// Readers borrow one through a [`View`](crate::View), the writer through
/// [`unpublished`](crate::WriteHandle::unpublished). Nothing in a snapshot changes while it is
/// borrowed, and each look-up costs what it costs in a plain `HashMap`. No method blocks.
///
/// It dereferences to a [snapshot of `evmap-core`](evmap_core::Snapshot) with bags as values, and
/// so has its methods: `get`, `get_many`, `contains_key`, `iter`, `keys`, `values` (the bags),
/// `len` (of the keys), `meta` and so on.
///
/// A clone is a map of its own that no publish changes and that keeps no writer waiting: take one
/// to hold on to a state for long. It costs O(capacity) and a clone of each value.
///
/// ```
/// let writer = evmap_multi::WriteHandle::from([("a", 1), ("a", 2), ("b", 3)]);
/// let snapshot = writer.published().clone();
/// assert_eq!((snapshot.len(), snapshot["a"].len()), (2, 2));
/// // All values of all keys.
/// assert_eq!(snapshot.values().flatten().sum::<u32>(), 6);
/// ```
pub struct Snapshot<K, V, M = (), S = DefaultHashBuilder> {
    pub(crate) inner: evmap_core::Snapshot<K, Bag<V, S>, M, S>,
}

impl<K, V, M, S> Snapshot<K, V, M, S> {
    pub(crate) fn new(table: Table<K, Bag<V, S>, S>, meta: M) -> Self {
        Self {
            inner: evmap_core::Snapshot::new(table, meta),
        }
    }
}

impl<K, V, M, S: BuildHasher> Snapshot<K, V, M, S> {
    /// One of the values of `key`. O(1) on average; O(capacity) in a large bag that was nearly
    /// emptied, until it is [fitted](crate::WriteHandle::fit).
    ///
    /// If there are several, it may be any of them; see [`Bag::get_one`].
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).published().get_one(&1), Some(&'a'));
    /// ```
    #[inline]
    pub fn get_one<Q: ?Sized + Hash + Equivalent<K>>(&self, key: &Q) -> Option<&V> {
        match self.inner.get(key) {
            Some(bag) => bag.get_one(),
            None => None,
        }
    }

    /// Whether `key` has `value`. O(1) on average, plus O(n) in a bag of up to 32 values.
    ///
    /// ```
    /// assert!(evmap_multi::WriteHandle::from([(1, 'a')]).published().contains_value(&1, &'a'));
    /// ```
    #[inline]
    pub fn contains_value<Q, W>(&self, key: &Q, value: &W) -> bool
    where
        Q: ?Sized + Hash + Equivalent<K>,
        W: ?Sized + Hash + Equivalent<V>,
    {
        match self.inner.get(key) {
            Some(bag) => bag.contains(value),
            None => false,
        }
    }
}

impl<K, V, M, S> Deref for Snapshot<K, V, M, S> {
    type Target = evmap_core::Snapshot<K, Bag<V, S>, M, S>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl<K: Clone, V: Clone, M: Clone, S: Clone> Clone for Snapshot<K, V, M, S> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
        }
    }
}

impl<K: fmt::Debug, V: fmt::Debug, M, S> fmt::Debug for Snapshot<K, V, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// `snapshot[&key]` panics if the key is not there.
impl<K, V, M, S, Q> Index<&Q> for Snapshot<K, V, M, S>
where
    Q: ?Sized + Hash + Equivalent<K>,
    S: BuildHasher,
{
    type Output = Bag<V, S>;

    #[inline]
    #[track_caller]
    fn index(&self, key: &Q) -> &Bag<V, S> {
        &self.inner[key]
    }
}

impl<'a, K, V, M, S> IntoIterator for &'a Snapshot<K, V, M, S> {
    type Item = (&'a K, &'a Bag<V, S>);
    type IntoIter = Iter<'a, K, Bag<V, S>>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.inner.iter()
    }
}

/// Moves the keys and bags out; the metadata goes.
///
/// ```
/// let writer = evmap_multi::WriteHandle::from([(1, 'a')]);
/// let mut entries = writer.published().clone().into_iter();
/// assert!(entries.all(|(key, bag)| key == 1 && bag == ['a']));
/// ```
impl<K, V, M, S> IntoIterator for Snapshot<K, V, M, S> {
    type Item = (K, Bag<V, S>);
    type IntoIter = IntoIter<K, Bag<V, S>>;

    fn into_iter(self) -> Self::IntoIter {
        self.inner.into_iter()
    }
}

/// Equal metadata and equal bags under the same keys. O(n) on average.
impl<K, V, M, S, T> PartialEq<Snapshot<K, V, M, T>> for Snapshot<K, V, M, S>
where
    K: Eq + Hash,
    V: Eq + Hash,
    M: PartialEq,
    S: BuildHasher,
    T: BuildHasher,
{
    fn eq(&self, other: &Snapshot<K, V, M, T>) -> bool {
        self.meta() == other.meta()
            && self.len() == other.len()
            && (self.iter()).all(|(key, bag)| other.get(key).is_some_and(|other| bag == other))
    }
}

impl<K: Eq + Hash, V: Eq + Hash, M: Eq, S: BuildHasher> Eq for Snapshot<K, V, M, S> {}
