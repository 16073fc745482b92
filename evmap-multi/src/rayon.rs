//! Maps filled on many threads. (The parallel iterators are those of `evmap-core`.)

use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::operation::LogEntry;
use crate::write::WriteHandle;

/// Inserts every pair; readers see them after the next publish, all at once. Waits for the threads
/// that make the pairs, and for no reader.
///
/// The pairs are made, and their keys hashed, in parallel. If the iterator or the `Hash` of a key
/// panics nothing is logged.
///
/// ```
/// use rayon::prelude::*;
/// let (mut writer, _) = evmap_multi::new();
/// writer.par_extend((0..1_000).into_par_iter().map(|n| (n % 10, n)));
/// assert_eq!(writer.unpublished()[&7].len(), 100);
/// ```
impl<K, V, M, S> ParallelExtend<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send,
    S: BuildHasher + Clone + Sync,
{
    #[track_caller]
    fn par_extend<I: IntoParallelIterator<Item = (K, V)>>(&mut self, pairs: I) {
        self.inner.par_extend(pairs, LogEntry::insert);
    }
}

/// Inserts a copy of every pair, as [`HashMap`](std::collections::HashMap) does.
impl<'a, K, V, M, S> ParallelExtend<(&'a K, &'a V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Copy + Send + Sync,
    V: Eq + Hash + Copy + Send + Sync,
    M: Clone + Send,
    S: BuildHasher + Clone + Sync,
{
    #[track_caller]
    fn par_extend<I: IntoParallelIterator<Item = (&'a K, &'a V)>>(&mut self, entries: I) {
        self.par_extend(entries.into_par_iter().map(|(key, value)| (*key, *value)));
    }
}

/// A map with these pairs, published as version 1.
///
/// The pairs are made in parallel and inserted by this thread.
///
/// ```
/// use rayon::prelude::*;
/// let pairs = (0..100).into_par_iter().map(|n| (n % 10, n));
/// let writer: evmap_multi::WriteHandle<_, _> = pairs.collect();
/// assert_eq!(writer.published().len(), 10);
/// ```
impl<K, V, M, S> FromParallelIterator<(K, V)> for WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone + Send,
    V: Eq + Hash + Clone + Send,
    M: Clone + Send + Default,
    S: BuildHasher + Clone + Send + Default,
{
    fn from_par_iter<I: IntoParallelIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs: Vec<_> = pairs.into_par_iter().collect();
        pairs.into_iter().collect()
    }
}
