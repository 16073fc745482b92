//! What a map is made of and turned into: pairs, plain hash maps of vectors, snapshots.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::builder::Builder;
use crate::snapshot::Snapshot;
use crate::write::{Inner, WriteHandle};

/// An empty map, not published yet; readers come from [`reader`](WriteHandle::reader).
impl<K, V, M, S> Default for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
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
/// let writer: evmap_multi::WriteHandle<_, _> = (0..3).map(|n| (n, n * n)).collect();
/// assert_eq!(writer.published().len(), 3);
/// ```
impl<K, V, M, S> FromIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
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
/// let writer = evmap_multi::WriteHandle::from([("a", 1), ("b", 2)]);
/// assert_eq!(writer.published().len(), 2);
/// ```
impl<K, V, const N: usize> From<[(K, V); N]> for WriteHandle<K, V>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
{
    fn from(entries: [(K, V); N]) -> Self {
        Builder::new().build_from(entries).0
    }
}

/// A map that starts as this snapshot, metadata and hasher included, published as version 1.
/// O(capacity). To start over from what the readers of a poisoned or dropped writer still have.
///
/// ```
/// let reader = evmap_multi::WriteHandle::from([(1, 'a')]).reader();
/// let second = evmap_multi::WriteHandle::from(reader.enter().clone());
/// assert_eq!(second.published().len(), 1);
/// ```
impl<K, V, M, S> From<Snapshot<K, V, M, S>> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
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

impl<K: Eq + Hash + Clone, V: Clone, M, S> Snapshot<K, V, M, S> {
    /// The keys and values as a plain map of vectors with the same hasher. O(n).
    ///
    /// ```
    /// assert_eq!(evmap_multi::WriteHandle::from([(1, 'a')]).published().to_hash_map()[&1], ['a']);
    /// ```
    pub fn to_hash_map(&self) -> collections::HashMap<K, Vec<V>, S>
    where
        S: BuildHasher + Clone,
    {
        let mut map =
            collections::HashMap::with_capacity_and_hasher(self.len(), self.hasher().clone());
        map.extend(self.vectors());
        map
    }

    fn vectors(&self) -> impl Iterator<Item = (K, Vec<V>)> {
        self.iter()
            .map(|(key, bag)| (key.clone(), bag.iter().cloned().collect()))
    }
}

macro_rules! plain_map {
    ($($($map:ident)::+),+) => {$(
        /// A map of what a plain map of vectors holds, with its hasher, published as version 1.
        /// O(n). A key whose vector is empty gets an empty bag.
        ///
        /// ```
        #[doc = concat!("use ", stringify!($($map)::+), ";")]
        ///
        /// let map = HashMap::<_, _>::from_iter([("a", vec![1, 2])]);
        /// assert_eq!(evmap_multi::WriteHandle::from(map).published()["a"], [1, 2]);
        /// ```
        impl<K, V, S> From<$($map)::+<K, Vec<V>, S>> for WriteHandle<K, V, (), S>
        where
            K: Eq + Hash + Clone + Send,
            V: Eq + Hash + Clone + Send,
            S: BuildHasher + Clone + Send,
        {
            fn from(map: $($map)::+<K, Vec<V>, S>) -> Self {
                let builder = Builder::new().hasher(map.hasher().clone());
                builder.build_from_bags(map).0
            }
        }

        /// The keys and values as a plain map of vectors. O(n).
        impl<K, V, M, S, T> From<&Snapshot<K, V, M, S>> for $($map)::+<K, Vec<V>, T>
        where
            K: Eq + Hash + Clone,
            V: Clone,
            T: BuildHasher + Default,
        {
            fn from(snapshot: &Snapshot<K, V, M, S>) -> Self {
                snapshot.vectors().collect()
            }
        }

        /// The keys and values, moved into a plain map of vectors; the metadata goes. O(n).
        impl<K, V, M, S, T> From<Snapshot<K, V, M, S>> for $($map)::+<K, Vec<V>, T>
        where
            K: Eq + Hash,
            V: Clone,
            T: BuildHasher + Default,
        {
            fn from(snapshot: Snapshot<K, V, M, S>) -> Self {
                snapshot
                    .into_iter()
                    .map(|(key, bag)| (key, bag.into_iter().collect()))
                    .collect()
            }
        }

        /// Equal values, in whatever order, under the same keys; metadata is left out. O(n) on
        /// average.
        impl<K, V, M, S, T> PartialEq<$($map)::+<K, Vec<V>, T>> for Snapshot<K, V, M, S>
        where
            K: Eq + Hash,
            V: Eq + Hash,
            S: BuildHasher,
            T: BuildHasher,
        {
            fn eq(&self, map: &$($map)::+<K, Vec<V>, T>) -> bool {
                self.len() == map.len()
                    && (self.iter())
                        .all(|(key, bag)| map.get(key).is_some_and(|values| bag == values))
            }
        }
    )+};
}

plain_map!(std::collections::HashMap, hashbrown::HashMap);
