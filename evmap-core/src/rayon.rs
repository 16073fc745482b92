//! Parallel iterators over snapshots, and maps filled on many threads.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use hashbrown::hash_table::rayon as table;
use rayon::iter::plumbing::UnindexedConsumer;
use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::operation::LogEntry;
use crate::snapshot::Snapshot;
use crate::write::WriteHandle;

macro_rules! parallel {
    ($(#[$doc:meta])* $name:ident yields $item:ty, $entry:pat => $out:expr) => {
        $(#[$doc])*
        pub struct $name<'a, K, V> {
            entries: table::ParIter<'a, (K, V)>,
        }

        impl<'a, K: Sync, V: Sync> ParallelIterator for $name<'a, K, V> {
            type Item = $item;

            fn drive_unindexed<C>(self, consumer: C) -> C::Result
            where
                C: UnindexedConsumer<Self::Item>,
            {
                self.entries.map(|$entry| $out).drive_unindexed(consumer)
            }
        }

        impl<K, V> Clone for $name<'_, K, V> {
            fn clone(&self) -> Self {
                Self {
                    entries: self.entries.clone(),
                }
            }
        }

        impl<K, V> fmt::Debug for $name<'_, K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

parallel! {
    /// Iterates over the entries of a snapshot in parallel; made by `par_iter`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let writer: evmap_core::WriteHandle<_, _> = (0..100).map(|n| (n, n)).collect();
    /// assert!(writer.published().par_iter().all(|(key, value)| key == value));
    /// ```
    ParIter yields (&'a K, &'a V), (key, value) => (key, value)
}

parallel! {
    /// Iterates over the keys of a snapshot in parallel; made by [`Snapshot::par_keys`].
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let writer: evmap_core::WriteHandle<_, _> = (0..100).map(|n| (n, n)).collect();
    /// assert_eq!(writer.published().par_keys().max(), Some(&99));
    /// ```
    ParKeys yields &'a K, (key, _) => key
}

parallel! {
    /// Iterates over the values of a snapshot in parallel; made by [`Snapshot::par_values`].
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let writer: evmap_core::WriteHandle<_, _> = (0..100).map(|n| (n, n)).collect();
    /// assert_eq!(writer.published().par_values().sum::<i32>(), 4950);
    /// ```
    ParValues yields &'a V, (_, value) => value
}

impl<K: Sync, V: Sync, M, S> Snapshot<K, V, M, S> {
    /// The keys, in parallel and in no particular order. Needs the feature `rayon`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.published().par_keys().count(), 1);
    /// ```
    pub fn par_keys(&self) -> ParKeys<'_, K, V> {
        ParKeys {
            entries: self.table.entries().into_par_iter(),
        }
    }

    /// The values, in parallel and in no particular order. Needs the feature `rayon`.
    ///
    /// ```
    /// use rayon::prelude::*;
    /// let writer = evmap_core::WriteHandle::from([(1, 'a')]);
    /// assert_eq!(writer.published().par_values().count(), 1);
    /// ```
    pub fn par_values(&self) -> ParValues<'_, K, V> {
        ParValues {
            entries: self.table.entries().into_par_iter(),
        }
    }
}

impl<'a, K: Sync, V: Sync, M, S> IntoParallelIterator for &'a Snapshot<K, V, M, S> {
    type Item = (&'a K, &'a V);
    type Iter = ParIter<'a, K, V>;

    fn into_par_iter(self) -> ParIter<'a, K, V> {
        ParIter {
            entries: self.table.entries().into_par_iter(),
        }
    }
}

/// Inserts every pair; readers see them after the next publish, all at once. Waits for the threads
/// that make the pairs, and for no reader.
///
/// The pairs are made and hashed in parallel, and logged in their order. If the iterator or the
/// `Hash` of a key panics nothing is logged.
///
/// ```
/// use rayon::prelude::*;
/// let (mut writer, _) = evmap_core::new();
/// writer.par_extend((0..1_000).into_par_iter().map(|n| (n, n.to_string())));
/// assert_eq!(writer.unpublished().len(), 1_000);
/// ```
impl<K, V, M, S> ParallelExtend<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Sync,
{
    #[track_caller]
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.inner.par_extend(entries, LogEntry::insert);
    }
}

/// Inserts a copy of every pair, as [`HashMap`](std::collections::HashMap) does.
impl<'a, K, V, M, S> ParallelExtend<(&'a K, &'a V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Copy + Send + Sync,
    V: Copy + Send + Sync,
    M: Clone + Send,
    S: BuildHasher + Sync,
{
    #[track_caller]
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.par_extend(entries.into_par_iter().map(|(key, value)| (*key, *value)));
    }
}

/// A map with these entries, published as version 1.
///
/// The entries are made in parallel and inserted in their order by this thread.
///
/// ```
/// use rayon::prelude::*;
/// let writer: evmap_core::WriteHandle<_, _> = (0..100).into_par_iter().map(|n| (n, n)).collect();
/// assert_eq!(writer.published().len(), 100);
/// ```
impl<K, V, M, S> FromParallelIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries: Vec<_> = entries.into_par_iter().collect();
        entries.into_iter().collect()
    }
}
