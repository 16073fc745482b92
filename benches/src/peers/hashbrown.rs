//! Plain `hashbrown`: the floor. No reader can be beside its writer.

use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// A plain [`HashMap`]. Its readers share it through an `Arc`, which costs a look-up nothing.
pub struct Plain<K, S>(Arc<HashMap<K, u64, S>>);

impl<K: Key, S: Hasher> Peer<K> for Plain<K, S> {
    const NAME: &'static str = "hashbrown";
    const HOW: &'static str = "the floor: no synchronization, so no reader beside a writer";
    const SHARED: bool = false;

    type Reader = Self;
    type Writer<'a> = &'a mut HashMap<K, u64, S>;

    fn build(keys: &KeySet<K>) -> Self {
        let mut map = HashMap::with_capacity_and_hasher(keys.len(), S::default());
        map.extend(entries(keys));
        Self(Arc::new(map))
    }

    fn reader(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    fn writer(&mut self) -> &mut HashMap<K, u64, S> {
        Arc::get_mut(&mut self.0).expect("a plain map is written only while nobody reads it")
    }
}

impl<K: Key, S: Hasher> Lookup<K> for Plain<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key).copied()
    }
}

impl<K: Key, S: Hasher> Lookup<K> for &HashMap<K, u64, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        HashMap::get(self, key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for Plain<K, S> {
    type Held<'a> = &'a HashMap<K, u64, S>;

    fn hold(&self) -> Option<Self::Held<'_>> {
        // A reference is all that this map ever needs, so this is the floor of "guard held" too.
        Some(&self.0)
    }
}

impl<K: Key, S: Hasher> Writer<K> for &mut HashMap<K, u64, S> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K, S> fmt::Debug for Plain<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}
