//! The workspace's `left-right` around a `HashMap`, through the read handle that threads share.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashMap;
use left_right::{Absorb, SharedReadHandle, WriteHandle};

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, NoGuard, Peer, Reader, Writer};

/// The map that each copy holds.
#[derive(Clone)]
pub struct SharedTable<K, S>(HashMap<K, u64, S>);

impl<K: Clone + Eq + Hash, S: Hasher> Absorb<(K, u64)> for SharedTable<K, S> {
    #[inline]
    fn absorb_first(&mut self, (key, value): &mut (K, u64), _: &Self) {
        self.0.insert(key.clone(), *value);
    }

    #[inline]
    fn absorb_second(&mut self, (key, value): (K, u64), _: &Self) {
        self.0.insert(key, value);
    }

    fn sync_with(&mut self, first: &Self) {
        self.0.clone_from(&first.0);
    }
}

/// A writer, and one handle for all readers.
pub struct Shared<K: Key, S: Hasher> {
    write: WriteHandle<SharedTable<K, S>, (K, u64)>,
    read: SharedReader<K, S>,
}

/// The handle that all readers share: one, and not a clone for each.
pub struct SharedReader<K, S>(Arc<SharedReadHandle<SharedTable<K, S>>>);

impl<K: Key, S: Hasher> Peer<K> for Shared<K, S> {
    const NAME: &'static str = "left-right, shared handle";
    const HOW: &'static str = "around hashbrown; one SharedReadHandle, enter per look-up";

    type Reader = SharedReader<K, S>;
    type Writer<'a> = &'a mut WriteHandle<SharedTable<K, S>, (K, u64)>;

    fn build(keys: &KeySet<K>) -> Self {
        let map = HashMap::with_capacity_and_hasher(keys.len(), S::default());
        let (mut write, read) = left_right::new_from_empty(SharedTable(map));
        write.extend(entries(keys));
        // Twice, so that no write that is measured pays for bringing the second copy into being.
        write.publish();
        write.publish();
        Self {
            write,
            read: SharedReader(Arc::new(read.shared())),
        }
    }

    fn reader(&self) -> SharedReader<K, S> {
        SharedReader(Arc::clone(&self.read.0))
    }

    fn writer(&mut self) -> Self::Writer<'_> {
        &mut self.write
    }
}

impl<K: Key, S: Hasher> Lookup<K> for SharedReader<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.enter()?.0.get(key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for SharedReader<K, S> {
    type Held<'a> = NoGuard;

    fn hold(&self) -> Option<NoGuard> {
        // There are guards, and a look-up under one costs what it costs under any other; but a second
        // caller of `enter` would keep the compiler from inlining it into the loop that is timed.
        None
    }
}

impl<K: Key, S: Hasher> Writer<K> for &mut WriteHandle<SharedTable<K, S>, (K, u64)> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        self.extend(entries);
        self.publish();
    }
}

impl<K: Key, S: Hasher> fmt::Debug for Shared<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl<K, S> fmt::Debug for SharedReader<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReader").finish_non_exhaustive()
    }
}

impl<K, S> fmt::Debug for SharedTable<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedTable").finish_non_exhaustive()
    }
}
