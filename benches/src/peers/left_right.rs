//! The registry's `left-right` 0.11 around a `HashMap`: what a user of that crate writes.

use std::fmt;
use std::hash::Hash;

use hashbrown::HashMap;
use left_right_registry::{Absorb, ReadGuard, ReadHandle, WriteHandle};

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// The map that each copy holds: a type of ours, since `Absorb` and the map are foreign.
pub struct Table<K, V, S>(pub HashMap<K, V, S>);

impl<K: Clone, V: Clone, S: Clone> Clone for Table<K, V, S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Clone + Eq + Hash, V: Clone, S: Hasher> Absorb<(K, V)> for Table<K, V, S> {
    #[inline]
    fn absorb_first(&mut self, (key, value): &mut (K, V), _: &Self) {
        self.0.insert(key.clone(), value.clone());
    }

    #[inline]
    fn absorb_second(&mut self, (key, value): (K, V), _: &Self) {
        self.0.insert(key, value);
    }

    fn sync_with(&mut self, first: &Self) {
        self.0.clone_from(&first.0);
    }
}

/// A pair of handles of `left-right` 0.11.
pub struct LeftRight<K: Key, S: Hasher>(WriteHandle<Table<K, u64, S>, (K, u64)>);

/// One reader's handle.
pub struct LeftRightReader<K, S>(ReadHandle<Table<K, u64, S>>);

impl<K: Key, S: Hasher> Peer<K> for LeftRight<K, S> {
    const NAME: &'static str = "left-right 0.11";
    const HOW: &'static str = "around hashbrown; enter per look-up (held: one guard)";

    type Reader = LeftRightReader<K, S>;
    type Writer<'a> = &'a mut WriteHandle<Table<K, u64, S>, (K, u64)>;

    fn build(keys: &KeySet<K>) -> Self {
        let map = HashMap::with_capacity_and_hasher(keys.len(), S::default());
        let (mut write, _) = left_right_registry::new_from_empty(Table(map));
        write.extend(entries(keys));
        // Twice, so that no write that is measured pays for bringing the second copy into being.
        write.publish();
        write.publish();
        Self(write)
    }

    fn reader(&self) -> Self::Reader {
        LeftRightReader(self.0.clone())
    }

    fn writer(&mut self) -> Self::Writer<'_> {
        &mut self.0
    }
}

impl<K: Key, S: Hasher> Lookup<K> for LeftRightReader<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.enter()?.0.get(key).copied()
    }
}

impl<K: Key, S: Hasher> Lookup<K> for ReadGuard<'_, Table<K, u64, S>> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for LeftRightReader<K, S> {
    type Held<'a> = ReadGuard<'a, Table<K, u64, S>>;

    fn hold(&self) -> Option<Self::Held<'_>> {
        self.0.enter()
    }
}

impl<K: Key, S: Hasher> Writer<K> for &mut WriteHandle<Table<K, u64, S>, (K, u64)> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        for entry in entries {
            self.append(entry);
        }
        self.publish();
    }
}

impl<K: Key, S: Hasher> fmt::Debug for LeftRight<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeftRight").finish_non_exhaustive()
    }
}

impl<K, S> fmt::Debug for LeftRightReader<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeftRightReader").finish_non_exhaustive()
    }
}

impl<K, V, S> fmt::Debug for Table<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}
