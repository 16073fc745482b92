//! `evmap-core`: the map that all others are compared with.

use std::fmt;

use evmap_core::{Builder, ReadHandle, View, WriteHandle};

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// A pair of handles of `evmap-core`.
pub struct EvmapCore<K: Key, S: Hasher> {
    write: WriteHandle<K, u64, (), S>,
    read: ReadHandle<K, u64, (), S>,
}

/// One reader's handle.
pub struct EvmapCoreReader<K: Key, S: Hasher>(ReadHandle<K, u64, (), S>);

impl<K: Key, S: Hasher> Peer<K> for EvmapCore<K, S> {
    const NAME: &'static str = "evmap-core";
    const HOW: &'static str = "ReadHandle::get (held: one View)";

    type Reader = EvmapCoreReader<K, S>;
    type Writer<'a> = &'a mut WriteHandle<K, u64, (), S>;

    fn build(keys: &KeySet<K>) -> Self {
        let (mut write, read) = Builder::new()
            .capacity(keys.len())
            .hasher(S::default())
            .build();
        write.extend(entries(keys));
        // Twice, so that no write that is measured pays for bringing the second copy into being.
        write.publish();
        write.publish();
        Self { write, read }
    }

    fn reader(&self) -> Self::Reader {
        EvmapCoreReader(self.read.clone())
    }

    fn writer(&mut self) -> Self::Writer<'_> {
        &mut self.write
    }
}

impl<K: Key, S: Hasher> Lookup<K> for EvmapCoreReader<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key).map(|value| *value)
    }
}

impl<K: Key, S: Hasher> Lookup<K> for View<'_, K, u64, (), S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        (**self).get(key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for EvmapCoreReader<K, S> {
    type Held<'a> = View<'a, K, u64, (), S>;

    fn hold(&self) -> Option<Self::Held<'_>> {
        Some(self.0.enter())
    }
}

impl<K: Key, S: Hasher> Writer<K> for &mut WriteHandle<K, u64, (), S> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        for (key, value) in entries {
            self.insert(key, value);
        }
        self.publish();
    }
}

impl<K: Key, S: Hasher> fmt::Debug for EvmapCore<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvmapCore").finish_non_exhaustive()
    }
}

impl<K: Key, S: Hasher> fmt::Debug for EvmapCoreReader<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvmapCoreReader").finish_non_exhaustive()
    }
}
