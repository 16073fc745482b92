//! `papaya`: a lock-free map with deferred reclamation.

use std::fmt;
use std::sync::Arc;

use papaya::{HashMap, HashMapRef, LocalGuard};

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// A [`papaya::HashMap`]: a pin per look-up, or one pin held; one pin per batch of writes.
pub struct Papaya<K, S>(Arc<HashMap<K, u64, S>>);

impl<K: Key, S: Hasher> Peer<K> for Papaya<K, S> {
    const NAME: &'static str = "papaya";
    const HOW: &'static str = "pin per look-up (held: one pin); one pin per batch of writes";

    type Reader = Self;
    type Writer<'a> = &'a Self;

    fn build(keys: &KeySet<K>) -> Self {
        let map = HashMap::builder()
            .capacity(keys.len())
            .hasher(S::default())
            .build();
        for (key, value) in entries(keys) {
            map.pin().insert(key, value);
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

impl<K: Key, S: Hasher> Lookup<K> for Papaya<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.pin().get(key).copied()
    }
}

impl<K: Key, S: Hasher> Lookup<K> for HashMapRef<'_, K, u64, S, LocalGuard<'_>> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.get(key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for Papaya<K, S> {
    type Held<'a> = HashMapRef<'a, K, u64, S, LocalGuard<'a>>;

    fn hold(&self) -> Option<Self::Held<'_>> {
        Some(self.0.pin())
    }
}

impl<K: Key, S: Hasher> Writer<K> for &Papaya<K, S> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        let map = self.0.pin();
        for (key, value) in entries {
            map.insert(key, value);
        }
    }
}

impl<K, S> fmt::Debug for Papaya<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Papaya").finish_non_exhaustive()
    }
}
