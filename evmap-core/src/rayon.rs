//! Parallel iterators over snapshots.

use std::fmt;

use hashbrown::hash_table::rayon as table;
use rayon::iter::plumbing::UnindexedConsumer;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::snapshot::Snapshot;

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
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend((0..100).map(|n| (n, n)));
    /// writer.publish();
    /// let view = reader.enter();
    /// assert!(view.par_iter().all(|(key, value)| key == value));
    /// ```
    ParIter yields (&'a K, &'a V), (key, value) => (key, value)
}

parallel! {
    /// Iterates over the keys of a snapshot in parallel; made by [`Snapshot::par_keys`].
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend((0..100).map(|n| (n, n)));
    /// writer.publish();
    /// assert_eq!(reader.enter().par_keys().max(), Some(&99));
    /// ```
    ParKeys yields &'a K, (key, _) => key
}

parallel! {
    /// Iterates over the values of a snapshot in parallel; made by [`Snapshot::par_values`].
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let (mut writer, reader) = evmap_core::new();
    /// writer.extend((0..100).map(|n| (n, n)));
    /// writer.publish();
    /// assert_eq!(reader.enter().par_values().sum::<i32>(), 4950);
    /// ```
    ParValues yields &'a V, (_, value) => value
}

impl<K: Sync, V: Sync, M, S> Snapshot<K, V, M, S> {
    /// The keys, in parallel and in no particular order. Needs the feature `rayon`.
    ///
    /// ```
    /// use rayon::prelude::*;
    ///
    /// let (mut writer, _) = evmap_core::new();
    /// writer.insert(7, 'x');
    /// assert!(writer.view().par_keys().all(|key| *key == 7));
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
    ///
    /// let (mut writer, _) = evmap_core::new();
    /// writer.insert(7, 'x');
    /// assert!(writer.view().par_values().all(|value| *value == 'x'));
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
