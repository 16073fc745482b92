//! Snapshots compared with, and turned into, plain hash maps.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::snapshot::Snapshot;
use crate::view::View;

impl<K: Eq + Hash + Clone, V: Clone, M, S: BuildHasher + Clone> Snapshot<K, V, M, S> {
    /// The entries as a plain map with the same hasher. O(n).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// let map = reader.enter().to_hash_map();
    /// assert_eq!(map[&1], 'a');
    /// ```
    pub fn to_hash_map(&self) -> hashbrown::HashMap<K, V, S> {
        let mut map =
            hashbrown::HashMap::with_capacity_and_hasher(self.len(), self.hasher().clone());
        map.extend(self.iter().map(|(key, value)| (key.clone(), value.clone())));
        map
    }
}

macro_rules! plain_map {
    ($($map:ident),+) => {$(
        /// The entries as a plain map. O(n).
        impl<K, V, M, S, T> From<&Snapshot<K, V, M, S>> for $map::HashMap<K, V, T>
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

        /// The entries as a plain map. O(n).
        impl<K, V, M, S, T> From<&View<'_, K, V, M, S>> for $map::HashMap<K, V, T>
        where
            K: Eq + Hash + Clone,
            V: Clone,
            T: BuildHasher + Default,
        {
            fn from(view: &View<'_, K, V, M, S>) -> Self {
                Self::from(&**view)
            }
        }

        /// Equal values under the same keys; metadata is left out. O(n) on average.
        impl<K, V, M, S, T> PartialEq<$map::HashMap<K, V, T>> for Snapshot<K, V, M, S>
        where
            K: Eq + Hash,
            V: PartialEq,
            T: BuildHasher,
        {
            fn eq(&self, map: &$map::HashMap<K, V, T>) -> bool {
                self.len() == map.len()
                    && self.iter().all(|(key, value)| map.get(key) == Some(value))
            }
        }

        /// Equal values under the same keys; metadata is left out. O(n) on average.
        impl<K, V, M, S, T> PartialEq<$map::HashMap<K, V, T>> for View<'_, K, V, M, S>
        where
            K: Eq + Hash,
            V: PartialEq,
            T: BuildHasher,
        {
            fn eq(&self, map: &$map::HashMap<K, V, T>) -> bool {
                **self == *map
            }
        }
    )+};
}

plain_map!(collections, hashbrown);
