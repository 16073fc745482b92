//! Many entries at once, made and hashed on many threads.

use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::write::{WriteHandle, logged_insert};

/// Inserts every pair; readers see them after the next publish, all at once. Waits for the threads
/// that make the pairs, and for no reader.
///
/// The pairs are made and hashed in parallel, and logged in their order. If the iterator or the
/// `Hash` of a key panics nothing is logged.
///
/// ```
/// use rayon::prelude::*;
///
/// let (mut writer, reader) = evmap_core::new();
/// writer.par_extend((0..1_000).into_par_iter().map(|n| (n, n.to_string())));
/// writer.publish();
/// assert_eq!(reader.get_cloned(&7), Some("7".to_string()));
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
        let hasher = &self.hasher;
        let operations: Vec<_> = entries
            .into_par_iter()
            .map(|(key, value)| logged_insert(hasher, key, value))
            .collect();
        self.inner.extend(operations);
    }
}

/// Inserts a copy of every pair, as [`HashMap`](std::collections::HashMap) does.
///
/// ```
/// use std::collections::HashMap;
/// use rayon::prelude::*;
///
/// let (mut writer, reader) = evmap_core::new();
/// writer.par_extend(&HashMap::from([(1, 'a')]));
/// writer.publish();
/// assert_eq!(reader.get_cloned(&1), Some('a'));
/// ```
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

/// A map with these entries, published as version 1; readers come from
/// [`reader`](WriteHandle::reader).
///
/// The entries are made in parallel and inserted in their order by this thread.
///
/// ```
/// use rayon::prelude::*;
///
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
