//! The map that any number of threads read and write.

use std::hash::{BuildHasher, Hash};

use left_right::{Absorb, Owned, SharedHandle, SharedWriter};

use crate::base::error::sound;

/// The two copies of a state, the log between them and a lock around that, with the hasher that
/// both copies use. What is locked is the map's own handle `W`; a write answers with an `A`.
#[allow(missing_debug_implementations)] // The maps print themselves.
pub struct Shared<T, O, S, W, A> {
    pub handle: SharedHandle<T, O, Owned, W, A>,
    pub hasher: S,
}

impl<T: Absorb<O>, O, S, W: SharedWriter<T, O, Owned, A>, A> Shared<T, O, S, W, A> {
    /// Applies one operation, on this thread or another.
    #[track_caller]
    #[inline]
    pub fn write(&self, operation: O) -> A {
        sound(self.handle.write(operation))
    }

    /// Logs an operation per entry, none of another writer in between. They are made before the
    /// writer is locked.
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
        let extend = |writer: &mut W| writer.handle().extend(operations);
        sound(self.handle.lock(extend));
    }
}

impl<T, O, S: Clone, W, A> Clone for Shared<T, O, S, W, A> {
    fn clone(&self) -> Self {
        Self {
            handle: self.handle.clone(),
            hasher: self.hasher.clone(),
        }
    }
}
