//! `dashmap`: sharded reader-writer locks.

use std::fmt;
use std::sync::Arc;

use dashmap::DashMap;

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, NoGuard, Peer, Reader, Writer};

/// A [`DashMap`].
pub struct Dash<K, S>(Arc<DashMap<K, u64, S>>);

impl<K: Key, S: Hasher> Peer<K> for Dash<K, S> {
    const NAME: &'static str = "dashmap";
    const HOW: &'static str = "default number of shards; get and insert";

    type Reader = Self;
    type Writer<'a> = &'a Self;

    fn build(keys: &KeySet<K>) -> Self {
        let map = DashMap::with_capacity_and_hasher(keys.len(), S::default());
        for (key, value) in entries(keys) {
            map.insert(key, value);
        }
        Self(Arc::new(map))
    }

    fn reader(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn writer(&mut self) -> &Self {
        self
    }
}

impl<K: Key, S: Hasher> Lookup<K> for Dash<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key).map(|value| *value)
    }
}

impl<K: Key, S: Hasher> Reader<K> for Dash<K, S> {
    type Held<'a> = NoGuard;

    fn hold(&self) -> Option<NoGuard> {
        None
    }
}

impl<K: Key, S: Hasher> Writer<K> for &Dash<K, S> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        for (key, value) in entries {
            self.0.insert(key, value);
        }
    }
}

impl<K, S> fmt::Debug for Dash<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dash").finish_non_exhaustive()
    }
}
