//! The one writer.

use std::fmt;
use std::hash::{BuildHasher, Hash};

use left_right::{Absorb, Independent, Owned, ReadHandle, WriteHandle};
#[cfg(feature = "rayon")]
use rayon::iter::{IntoParallelIterator, ParallelIterator};

/// The two copies of a state and the log between them, with the hasher that both copies use.
pub struct Writer<T, O, S> {
    pub handle: WriteHandle<T, O, Owned>,
    pub hasher: S,
}

impl<T, O, S> Writer<T, O, S> {
    /// The two handles of a state, which is not published yet.
    pub fn pair(state: T, hasher: S) -> (Self, ReadHandle<T, Owned>)
    where
        T: Absorb<O> + Independent + Send,
    {
        let (handle, reader) = left_right::new_owned(state);
        (Self { handle, hasher }, reader)
    }

    pub fn reader(&self) -> ReadHandle<T, Owned> {
        ReadHandle::clone(&self.handle)
    }
}

impl<T: Absorb<O>, O, S> Writer<T, O, S> {
    /// Logs an operation per entry, made of the hash of its key, the key and the value.
    #[track_caller]
    pub fn extend<K: Hash, V>(
        &mut self,
        entries: impl IntoIterator<Item = (K, V)>,
        operation: impl Fn(u64, K, V) -> O,
    ) where
        S: BuildHasher,
    {
        let hasher = &self.hasher;
        let logged = |(key, value)| operation(hasher.hash_one(&key), key, value);
        self.handle.extend(entries.into_iter().map(logged));
    }

    /// [`extend`](Self::extend) that makes and hashes the entries on many threads.
    #[cfg(feature = "rayon")]
    #[track_caller]
    pub fn par_extend<K: Hash + Send, V: Send>(
        &mut self,
        entries: impl IntoParallelIterator<Item = (K, V)>,
        operation: impl Fn(u64, K, V) -> O + Sync,
    ) where
        O: Send,
        S: BuildHasher + Sync,
    {
        let hasher = &self.hasher;
        let logged = |(key, value)| operation(hasher.hash_one(&key), key, value);
        let operations: Vec<_> = entries.into_par_iter().map(logged).collect();
        self.handle.extend(operations);
    }

    /// Looks at the writer's own copy, and logs the operations that `decide` makes of that.
    #[track_caller]
    pub fn decide(&mut self, decide: impl FnOnce(&T, &S) -> Vec<O>) {
        let operations = decide(self.handle.unpublished(), &self.hasher);
        self.handle.extend(operations);
    }
}

impl<T, O, S> fmt::Debug for Writer<T, O, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteHandle")
            .field("version", &self.handle.version())
            .field("pending", &self.handle.pending().len())
            .field("poisoned", &self.handle.is_poisoned())
            .finish_non_exhaustive()
    }
}
