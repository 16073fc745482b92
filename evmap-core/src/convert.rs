//! Snapshots compared with, and turned into, plain hash maps.
//!
//! A plain map does not compare with a snapshot, only a snapshot with a plain map: a second
//! `PartialEq` of `HashMap` would take the types away from every `map == entries.collect()` of a
//! program that has this crate among its dependencies. For the same reason nothing is said here
//! about views.

use std::collections;
use std::hash::{BuildHasher, Hash};

use crate::snapshot::Snapshot;

impl<K: Eq + Hash + Clone, V: Clone, M, S: BuildHasher + Clone> Snapshot<K, V, M, S> {
    /// The entries as a plain map with the same hasher. O(n).
    ///
    /// ```
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.insert(1, 'a').publish();
    /// let map = reader.enter().to_hash_map();
    /// assert_eq!(map[&1], 'a');
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
        /// The entries as a plain map. O(n). For what a view shows: `From::from(&*view)`.
        ///
        /// ```
        #[doc = concat!("use ", stringify!($($map)::+), ";")]
        ///
        /// let (mut writer, reader) = evmap_core::new();
        /// writer.insert(1, 'a').publish();
        /// let map: HashMap<i32, char> = HashMap::from(&*reader.enter());
        /// assert_eq!(map[&1], 'a');
        /// ```
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
        ///
        /// ```
        #[doc = concat!("use ", stringify!($($map)::+), ";")]
        ///
        /// let (mut writer, reader) = evmap_core::new();
        /// writer.insert(1, 'a').publish();
        /// let snapshot = reader.enter().clone();
        /// let map: HashMap<i32, char> = HashMap::from(snapshot);
        /// assert_eq!(map[&1], 'a');
        /// ```
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
