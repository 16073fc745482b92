//! The map that any number of threads read and write.

use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use left_right::{Absorb, Independent, Owned, Poisoned, Publishing, SharedHandle, WriteHandle};

use crate::base::error::sound;
use crate::base::write::Writer;

/// The two copies of a state, the log between them and a lock around that, with the hasher that
/// both copies use.
#[allow(missing_debug_implementations)] // The maps print themselves.
pub struct Shared<T, O, S> {
    pub handle: SharedHandle<T, O>,
    pub hasher: S,
}

impl<T: Absorb<O> + Independent, O, S> Shared<T, O, S> {
    /// Logs operations that were made without a look, none of another writer in between.
    #[track_caller]
    pub fn try_log(&self, operations: impl IntoIterator<Item = O>) -> Result<(), Poisoned> {
        self.handle.update(|writer| writer.extend(operations))
    }

    #[track_caller]
    pub fn log(&self, operations: impl IntoIterator<Item = O>) {
        sound(self.try_log(operations));
    }

    /// Logs an operation per entry. The entries are made before the writer is locked.
    #[track_caller]
    pub fn extend<K: Hash, V>(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
        operation: impl Fn(u64, K, V) -> O,
    ) where
        S: BuildHasher,
    {
        let logged = |(key, value)| operation(self.hasher.hash_one(&key), key, value);
        let operations: Vec<_> = entries.into_iter().map(logged).collect();
        self.log(operations);
    }

    /// Runs `change` with the writer, as the map's own handle `W`.
    #[track_caller]
    pub fn batch<W, R>(
        &self,
        wrap: fn(Writer<T, O, S>) -> W,
        unwrap: fn(W) -> WriteHandle<T, O, Owned>,
        change: impl FnOnce(&mut W) -> R,
    ) -> Result<R, Poisoned>
    where
        S: Clone,
    {
        // The clone is user code: before the writer is locked.
        let hasher = self.hasher.clone();
        let wrap = |handle| wrap(Writer { handle, hasher });
        self.handle.update_with(wrap, unwrap, change)
    }
}

impl<T, O, S: Clone> Clone for Shared<T, O, S> {
    fn clone(&self) -> Self {
        Self {
            handle: self.handle.clone(),
            hasher: self.hasher.clone(),
        }
    }
}

impl<T: Absorb<O>, O, S> Writer<T, O, S> {
    pub fn into_shared(self, publishing: Publishing, reader_timeout: Duration) -> Shared<T, O, S>
    where
        T: Independent + Send + Sync + 'static,
        O: Send + 'static,
    {
        Shared {
            handle: self.handle.into_shared(publishing, reader_timeout),
            hasher: self.hasher,
        }
    }
}
