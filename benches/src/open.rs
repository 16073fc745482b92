//! Maps that every thread reads and writes through a shared reference.

pub mod turns;

use std::fmt;
use std::time::Duration;

use evmap_core::{Builder, Publishing, SharedMap};

use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::peer::{Lookup, NoGuard, Reader};
use crate::peers::entries;
use crate::report::PeerNote;

/// A map for threads that all do the same.
pub trait Open<K: Key>: Sync + fmt::Debug {
    /// The name in the tables.
    const NAME: &'static str;
    /// How it is driven, in a few words.
    const HOW: &'static str;

    /// The map with every key of `keys`.
    fn build(keys: &KeySet<K>) -> Self;

    /// The value of `key`.
    fn get(&self, key: &K) -> Option<u64>;

    /// Visible on return; gives the old value.
    fn insert(&self, key: K, value: u64) -> Option<u64>;
}

/// What is done for each of these maps.
pub trait VisitOpen<K: Key> {
    /// Does it for this one.
    fn visit<M: Open<K>>(&mut self);
}

/// Goes through all of them, ours first.
pub fn each<K: Key>(visit: &mut impl VisitOpen<K>) {
    visit.visit::<Ours<K>>();
    visit.visit::<Dash<K>>();
    visit.visit::<Papaya<K>>();
    visit.visit::<Scc<K>>();
}

/// The look-ups of such a map.
#[derive(Debug)]
pub struct Through<'a, M>(pub &'a M);

impl<K: Key, M: Open<K>> Lookup<K> for Through<'_, M> {
    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key)
    }
}

impl<K: Key, M: Open<K>> Reader<K> for Through<'_, M> {
    type Held<'a>
        = NoGuard
    where
        Self: 'a;

    fn hold(&self) -> Option<NoGuard> {
        None
    }
}

type Common = CommonHasher;

/// `evmap_core::SharedMap`.
pub struct Ours<K: Key>(SharedMap<K, u64, (), Common>);

impl<K: Key> Ours<K> {
    /// Loaded all at once by a writer that is shared then. Nobody has written since.
    #[must_use]
    pub fn loaded(keys: &KeySet<K>) -> Self {
        /// What a shared map has by default.
        const READER_TIMEOUT: Duration = Duration::from_secs(1);
        let builder = Builder::new().hasher(Common::default());
        let (writer, _) = builder.build_from(entries(keys));
        Self(writer.into_shared(Publishing::EachWrite, READER_TIMEOUT))
    }
}

impl<K: Key> Open<K> for Ours<K> {
    const NAME: &'static str = "evmap-core, SharedMap";
    const HOW: &'static str = "publishes each write; get_cloned and insert";

    fn build(keys: &KeySet<K>) -> Self {
        let map = Builder::new()
            .capacity(keys.len())
            .hasher(Common::default())
            .build_shared();
        map.batch(|writer| writer.extend(entries(keys)));
        // Once more, so that no write that is measured brings the second copy into being.
        map.batch(|_| ());
        Self(map)
    }

    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get_cloned(key)
    }

    #[inline]
    fn insert(&self, key: K, value: u64) -> Option<u64> {
        self.0.insert(key, value)
    }
}

/// `dashmap`.
pub struct Dash<K: Key>(dashmap::DashMap<K, u64, Common>);

impl<K: Key> Open<K> for Dash<K> {
    const NAME: &'static str = "dashmap";
    const HOW: &'static str = "default number of shards; get and insert";

    fn build(keys: &KeySet<K>) -> Self {
        let map = dashmap::DashMap::with_capacity_and_hasher(keys.len(), Common::default());
        for (key, value) in entries(keys) {
            map.insert(key, value);
        }
        Self(map)
    }

    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.get(key).map(|value| *value)
    }

    #[inline]
    fn insert(&self, key: K, value: u64) -> Option<u64> {
        self.0.insert(key, value)
    }
}

/// `papaya`.
pub struct Papaya<K: Key>(papaya::HashMap<K, u64, Common>);

impl<K: Key> Open<K> for Papaya<K> {
    const NAME: &'static str = "papaya";
    const HOW: &'static str = "pin per operation; get and insert";

    fn build(keys: &KeySet<K>) -> Self {
        let map = papaya::HashMap::builder()
            .capacity(keys.len())
            .hasher(Common::default())
            .build();
        for (key, value) in entries(keys) {
            map.pin().insert(key, value);
        }
        Self(map)
    }

    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.pin().get(key).copied()
    }

    #[inline]
    fn insert(&self, key: K, value: u64) -> Option<u64> {
        self.0.pin().insert(key, value).copied()
    }
}

/// `scc`.
pub struct Scc<K: Key>(scc::HashMap<K, u64, Common>);

impl<K: Key> Open<K> for Scc<K> {
    const NAME: &'static str = "scc";
    const HOW: &'static str = "HashMap; read_sync and upsert_sync";

    fn build(keys: &KeySet<K>) -> Self {
        let map = scc::HashMap::with_capacity_and_hasher(keys.len(), Common::default());
        for (key, value) in entries(keys) {
            map.upsert_sync(key, value);
        }
        Self(map)
    }

    #[inline(always)]
    fn get(&self, key: &K) -> Option<u64> {
        self.0.read_sync(key, |_, value| *value)
    }

    #[inline]
    fn insert(&self, key: K, value: u64) -> Option<u64> {
        self.0.upsert_sync(key, value)
    }
}

impl<K: Key> VisitOpen<K> for Vec<PeerNote> {
    fn visit<M: Open<K>>(&mut self) {
        self.push(PeerNote::new(M::NAME, M::HOW));
    }
}

/// How each was driven.
#[must_use]
pub fn notes<K: Key>() -> Vec<PeerNote> {
    let mut notes = Vec::new();
    each::<K>(&mut notes);
    notes
}

opaque!(Ours<K: Key>, Dash<K: Key>, Papaya<K: Key>, Scc<K: Key>);
