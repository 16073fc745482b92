//! Snapshots compared with, and turned into, plain hash maps of vectors.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::snapshot::Snapshot;

impl<K: Eq + Hash + Clone, V: Clone, M, S> Snapshot<K, V, M, S> {
    /// The keys and values as a plain map of vectors with the same hasher. O(n).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.insert(1, 'a').publish();
    /// let map = reader.enter().to_hash_map();
    /// assert_eq!(map[&1], ['a']);
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
    ($($map:ident),+) => {$(
        /// The keys and values as a plain map of vectors. O(n).
        impl<K, V, M, S, T> From<&Snapshot<K, V, M, S>> for $map::HashMap<K, Vec<V>, T>
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
        impl<K, V, M, S, T> From<Snapshot<K, V, M, S>> for $map::HashMap<K, Vec<V>, T>
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
        impl<K, V, M, S, T> PartialEq<$map::HashMap<K, Vec<V>, T>> for Snapshot<K, V, M, S>
        where
            K: Eq + Hash,
            V: Eq + Hash,
            S: BuildHasher,
            T: BuildHasher,
        {
            fn eq(&self, map: &$map::HashMap<K, Vec<V>, T>) -> bool {
                self.len() == map.len()
                    && (self.iter())
                        .all(|(key, bag)| map.get(key).is_some_and(|values| bag == values))
            }
        }
    )+};
}

plain_map!(collections, hashbrown);
