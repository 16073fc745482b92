//! What a map is made of and turned into: pairs, plain hash maps, snapshots.
//!
//! A plain map does not compare with a snapshot, only a snapshot with a plain map: with a second
//! `PartialEq` of `HashMap` no `map == entries.collect()` would infer its type, in any program that
//! has this crate among its dependencies. Nor are there conversions of views, for the same reason.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::write::{Inner, WriteHandle};

/// An empty map, not published yet; readers come from [`reader`](WriteHandle::reader).
impl<K, V, M, S> Default for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn default() -> Self {
        Builder::<M, S>::default().build().0
    }
}

/// A map with these pairs, published as version 1; as fast as [`Builder::build_from`].
///
/// ```
/// let writer: evmap_core::WriteHandle<_, _> = (0..3).map(|n| (n, n * n)).collect();
/// assert_eq!(writer.published().len(), 3);
/// ```
impl<K, V, M, S> FromIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Builder::<M, S>::default().build_from(entries).0
    }
}

/// A map with these pairs, published as version 1.
///
/// ```
/// let writer = evmap_core::WriteHandle::from([("a", 1), ("b", 2)]);
/// assert_eq!(writer.published().len(), 2);
/// ```
impl<K, V, const N: usize> From<[(K, V); N]> for WriteHandle<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
{
    fn from(entries: [(K, V); N]) -> Self {
        Builder::new().build_from(entries).0
    }
}

/// A map that starts as this snapshot, metadata and hasher included, published as version 1.
/// O(capacity). To start over from what the readers of a poisoned or dropped writer still have.
///
/// ```
/// let reader = evmap_core::WriteHandle::from([(1, 'a')]).reader();
/// let second = evmap_core::WriteHandle::from(reader.enter().clone());
/// assert_eq!(second.published().len(), 1);
/// ```
impl<K, V, M, S> From<Snapshot<K, V, M, S>> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Clone + Send,
{
    fn from(snapshot: Snapshot<K, V, M, S>) -> Self {
        let hasher = snapshot.hasher().clone();
        let (inner, _) = Inner::pair(snapshot, hasher);
        let mut writer = Self { inner };
        writer.publish();
        writer
    }
}

impl<K: Eq + Hash + Clone, V: Clone, M, S: BuildHasher + Clone> Snapshot<K, V, M, S> {
    /// The entries as a plain map with the same hasher. O(n).
    ///
    /// ```
    /// assert_eq!(evmap_core::WriteHandle::from([(1, 'a')]).published().to_hash_map()[&1], 'a');
    /// ```
    pub fn to_hash_map(&self) -> collections::HashMap<K, V, S> {
        let mut map =
            collections::HashMap::with_capacity_and_hasher(self.len(), self.hasher().clone());
        map.extend(self.iter().map(|(key, value)| (key.clone(), value.clone())));
        map
    }
}

macro_rules! plain_map {
    ($($($map:ident)::+),+) => {$(
        /// A map with the entries and the hasher of a plain map, published as version 1. O(n).
        ///
        /// ```
        #[doc = concat!("use ", stringify!($($map)::+), ";")]
        ///
        /// let map = HashMap::<_, _>::from_iter([("a", 1)]);
        /// assert_eq!(evmap_core::WriteHandle::from(map).published()["a"], 1);
        /// ```
        impl<K, V, S> From<$($map)::+<K, V, S>> for WriteHandle<K, V, (), S>
        where
            K: Eq + Hash + Clone + Send,
            V: Clone + Send,
            S: BuildHasher + Clone + Send,
        {
            fn from(map: $($map)::+<K, V, S>) -> Self {
                let builder = Builder::new().hasher(map.hasher().clone());
                builder.build_from(map).0
            }
        }

        /// The entries as a plain map. O(n). For what a view shows: `From::from(&*view)`.
        impl<K, V, M, S, T> From<&Snapshot<K, V, M, S>> for $($map)::+<K, V, T>
        where
            K: Eq + Hash + Clone,
            V: Clone,
            T: BuildHasher + Default,
        {
            fn from(snapshot: &Snapshot<K, V, M, S>) -> Self {
                snapshot
                    .iter()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect()
            }
        }

        /// The entries, moved into a plain map; the metadata goes. O(n).
        impl<K, V, M, S, T> From<Snapshot<K, V, M, S>> for $($map)::+<K, V, T>
        where
            K: Eq + Hash,
            T: BuildHasher + Default,
        {
            fn from(snapshot: Snapshot<K, V, M, S>) -> Self {
                snapshot.into_iter().collect()
            }
        }

        /// Equal values under the same keys; metadata is left out. O(n) on average.
        impl<K, V, M, S, T> PartialEq<$($map)::+<K, V, T>> for Snapshot<K, V, M, S>
        where
            K: Eq + Hash,
            V: PartialEq,
            T: BuildHasher,
        {
            fn eq(&self, map: &$($map)::+<K, V, T>) -> bool {
                self.len() == map.len()
                    && self.iter().all(|(key, value)| map.get(key) == Some(value))
            }
        }
    )+};
}

plain_map!(std::collections::HashMap, hashbrown::HashMap);
