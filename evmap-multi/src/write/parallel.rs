//! Many pairs at once, made and hashed on many threads.

use std::hash::{BuildHasher, Hash};

use rayon::iter::{FromParallelIterator, IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::write::{WriteHandle, logged_insert};

/// Inserts every pair; readers see them after the next publish, all at once. Waits for the threads
/// that make the pairs, and for no reader.
///
/// The pairs are made, and their keys hashed, in parallel. If the iterator or the `Hash` of a key
/// panics nothing is logged.
///
/// ```
/// use rayon::prelude::*;
///
/// let (mut writer, reader) = evmap_multi::new();
/// writer.par_extend((0..1_000).into_par_iter().map(|n| (n % 10, n)));
/// writer.publish();
/// assert_eq!(reader.get(&7).unwrap().len(), 100);
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
        let hasher = &self.hasher;
        let operations: Vec<_> = pairs
            .into_par_iter()
            .map(|(key, value)| logged_insert(hasher, key, value))
            .collect();
        self.inner.extend(operations);
    }
}

/// A map with these pairs, published as version 1; readers come from
/// [`reader`](WriteHandle::reader).
///
/// The pairs are made in parallel and inserted by this thread.
///
/// ```
/// use rayon::prelude::*;
///
/// let writer: evmap_multi::WriteHandle<_, _> =
///     (0..100).into_par_iter().map(|n| (n % 10, n)).collect();
/// let view = writer.published();
/// assert_eq!(view.par_values().map(|bag| bag.len()).sum::<usize>(), 100);
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
