//! `evmap` 11: the multi-value map that this workspace descends from, with one value per key.

use std::fmt;

use evmap::handles::{ReadHandle, WriteHandle};
use evmap::refs::MapReadRef;

use super::entries;
use crate::hasher::Hasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, Peer, Reader, Writer};

/// A pair of handles of `evmap` 11.
pub struct Evmap<K: Key, S: Hasher>(WriteHandle<K, u64, (), S>);

/// One reader's handle.
pub struct EvmapReader<K: Key, S: Hasher>(ReadHandle<K, u64, (), S>);

/// The options of `evmap`, with this hasher.
#[expect(
    unsafe_code,
    reason = "evmap takes a hasher through an unsafe function only, and with SipHash on one side the \
              comparison would flatter the other"
)]
pub(crate) fn options<S: Hasher>() -> evmap::Options<(), S> {
    // SAFETY: the function asks for a hasher that hashes the same key to the same value every time; `Hasher`
    // is sealed, and both hashers that it admits do so.
    unsafe { evmap::Options::default().with_hasher(S::default()) }
}

impl<K: Key, S: Hasher> Peer<K> for Evmap<K, S> {
    const NAME: &'static str = "evmap 11";
    const HOW: &'static str = "one value per key; get_one (held: one map guard), update";

    type Reader = EvmapReader<K, S>;
    type Writer<'a> = &'a mut WriteHandle<K, u64, (), S>;

    fn build(keys: &KeySet<K>) -> Self {
        let (mut write, _) = options::<S>().with_capacity(keys.len()).construct();
        for (key, value) in entries(keys) {
            write.insert(key, value);
        }
        // Twice, so that no write that is measured pays for bringing the second copy into being.
        write.publish();
        write.publish();
        Self(write)
    }

    fn reader(&self) -> Self::Reader {
        EvmapReader((*self.0).clone())
    }

    fn writer(&mut self) -> Self::Writer<'_> {
        &mut self.0
    }
}

impl<K: Key, S: Hasher> Lookup<K> for EvmapReader<K, S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get_one(key).map(|value| *value)
    }
}

impl<K: Key, S: Hasher> Lookup<K> for MapReadRef<'_, K, u64, (), S> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.get_one(key).copied()
    }
}

impl<K: Key, S: Hasher> Reader<K> for EvmapReader<K, S> {
    type Held<'a> = MapReadRef<'a, K, u64, (), S>;

    fn hold(&self) -> Option<Self::Held<'_>> {
        self.0.enter()
    }
}

impl<K: Key, S: Hasher> Writer<K> for &mut WriteHandle<K, u64, (), S> {
    #[inline]
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>) {
        for (key, value) in entries {
            self.update(key, value);
        }
        self.publish();
    }
}

impl<K: Key, S: Hasher> fmt::Debug for Evmap<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evmap").finish_non_exhaustive()
    }
}

impl<K: Key, S: Hasher> fmt::Debug for EvmapReader<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EvmapReader").finish_non_exhaustive()
    }
}
