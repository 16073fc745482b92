//! Maps of any type of entries, as far as their memory goes: they are filled and looked into.

use std::fmt::Debug;
use std::hash::Hash;

use evmap::StableHashEq;
use hashbrown::HashMap;
use parking_lot::RwLock;

use crate::hasher::CommonHasher;
use crate::peers::{Table, evmap_options};

/// What a key or a value must offer so that every map can hold it.
pub(super) trait Item: Clone + Eq + Hash + Debug + Send + Sync + StableHashEq {}

impl<T: Clone + Eq + Hash + Debug + Send + Sync + StableHashEq> Item for T {}

/// A map that holds entries.
pub(super) trait Hold<K, V>: Sized {
    /// The name in the tables.
    const NAME: &'static str;

    /// The map with these entries, all visible, in every copy that it keeps. The number of entries is
    /// known, and the map is told.
    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self;

    /// Whether the key has this value.
    fn has(&self, key: &K, value: &V) -> bool;
}

type S = CommonHasher;

/// `evmap-core`, filled through its log.
pub(super) struct Core<K: Item, V: Item> {
    // Kept as long as the map, since both copies are counted.
    _writer: evmap_core::WriteHandle<K, V, (), S>,
    reader: evmap_core::ReadHandle<K, V, (), S>,
}

impl<K: Item, V: Item> Hold<K, V> for Core<K, V> {
    const NAME: &'static str = "evmap-core";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let (mut writer, reader) = evmap_core::Builder::new()
            .capacity(count)
            .hasher(S::default())
            .build();
        for (key, value) in entries {
            writer.insert(key, value);
        }
        writer.publish();
        writer.publish();
        Self {
            _writer: writer,
            reader,
        }
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.reader.get(key).is_some_and(|found| *found == *value)
    }
}

/// `evmap-core`, filled before anyone has a handle.
pub(super) struct CoreBuilt<K: Item, V: Item>(Core<K, V>);

impl<K: Item, V: Item> Hold<K, V> for CoreBuilt<K, V> {
    const NAME: &'static str = "evmap-core by build_from";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let (mut writer, reader) = evmap_core::Builder::new()
            .capacity(count)
            .hasher(S::default())
            .build_from(entries);
        writer.publish();
        Self(Core {
            _writer: writer,
            reader,
        })
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.has(key, value)
    }
}

/// `evmap` 11, with one value per key.
pub(super) struct Evmap<K: Item, V: Item>(evmap::handles::WriteHandle<K, V, (), S>);

impl<K: Item, V: Item> Hold<K, V> for Evmap<K, V> {
    const NAME: &'static str = "evmap 11";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let (mut writer, _) = evmap_options::<S>().with_capacity(count).construct();
        for (key, value) in entries {
            writer.insert(key, value);
        }
        writer.publish();
        writer.publish();
        Self(writer)
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.get_one(key).is_some_and(|found| *found == *value)
    }
}

/// `left-right` 0.11 around a `HashMap`.
pub(super) struct LeftRight<K: Item, V: Item>(
    left_right_registry::WriteHandle<Table<K, V, S>, (K, V)>,
);

impl<K: Item, V: Item> Hold<K, V> for LeftRight<K, V> {
    const NAME: &'static str = "left-right 0.11";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let map = Table(HashMap::with_capacity_and_hasher(count, S::default()));
        let (mut writer, _) = left_right_registry::new_from_empty(map);
        for entry in entries {
            writer.append(entry);
        }
        writer.publish();
        writer.publish();
        Self(writer)
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0
            .enter()
            .is_some_and(|map| map.0.get(key) == Some(value))
    }
}

/// A lock around a `HashMap`; what the lock adds is a word, whichever it is.
pub(super) struct Locked<K, V>(RwLock<HashMap<K, V, S>>);

impl<K: Item, V: Item> Hold<K, V> for Locked<K, V> {
    const NAME: &'static str = "RwLock";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        Self(RwLock::new(Plain::load(count, entries).0))
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.read().get(key) == Some(value)
    }
}

/// `dashmap`.
pub(super) struct Dash<K, V>(dashmap::DashMap<K, V, S>);

impl<K: Item, V: Item> Hold<K, V> for Dash<K, V> {
    const NAME: &'static str = "dashmap";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let map = dashmap::DashMap::with_capacity_and_hasher(count, S::default());
        for (key, value) in entries {
            map.insert(key, value);
        }
        Self(map)
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.get(key).is_some_and(|found| *found == *value)
    }
}

/// `papaya`.
pub(super) struct Papaya<K, V>(papaya::HashMap<K, V, S>);

impl<K: Item, V: Item> Hold<K, V> for Papaya<K, V> {
    const NAME: &'static str = "papaya";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let map = papaya::HashMap::builder()
            .capacity(count)
            .hasher(S::default())
            .build();
        for (key, value) in entries {
            map.pin().insert(key, value);
        }
        Self(map)
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.pin().get(key) == Some(value)
    }
}

/// Plain `hashbrown`.
pub(super) struct Plain<K, V>(HashMap<K, V, S>);

impl<K: Item, V: Item> Hold<K, V> for Plain<K, V> {
    const NAME: &'static str = "hashbrown";

    fn load(count: usize, entries: impl Iterator<Item = (K, V)>) -> Self {
        let mut map = HashMap::with_capacity_and_hasher(count, S::default());
        for (key, value) in entries {
            map.insert(key, value);
        }
        Self(map)
    }

    fn has(&self, key: &K, value: &V) -> bool {
        self.0.get(key) == Some(value)
    }
}
