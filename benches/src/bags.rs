//! Maps from a key to many values, and what they are asked to do.

#[cfg(test)]
mod lies;
pub mod work;

use std::hash::Hash;
use std::num::Wrapping;
use std::sync::Arc;

use dashmap::DashMap;
use evmap::StableHashEq;
use hashbrown::HashMap;
use parking_lot::RwLock;

use crate::hasher::CommonHasher;
use crate::keys::KeySet;
use crate::peers::evmap_options;
use crate::value::value;

/// What the bags hold: 8 bytes.
///
/// There are two such types, and neither is `u64`, so that each look-up that is timed is the only one of
/// its map in this program: the compiler inlines what has one caller.
pub trait Value: Copy + Eq + Hash + Send + Sync + StableHashEq + 'static {
    /// The value with these bits.
    fn of(bits: u64) -> Self;

    /// Its bits.
    fn bits(self) -> u64;

    /// The value with this number of the key with this index.
    fn nth(index: usize, number: usize) -> Self {
        Self::of(value(index, number as u64))
    }
}

impl Value for Wrapping<u64> {
    #[inline]
    fn of(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    fn bits(self) -> u64 {
        self.0
    }
}

impl Value for Wrapping<i64> {
    #[inline]
    fn of(bits: u64) -> Self {
        Self(bits as i64)
    }

    #[inline]
    fn bits(self) -> u64 {
        self.0 as u64
    }
}

type S = CommonHasher;

/// A map of bags under test.
pub trait Bags: Send + Sized {
    /// The name in the tables.
    const NAME: &'static str;
    /// How it is driven, in a few words.
    const HOW: &'static str;

    /// What it holds.
    type Value: Value;
    /// A thread's reader.
    type Reader: ReadBags;

    /// A map without keys, with room for so many.
    fn empty(keys: usize) -> Self;

    /// One more reader.
    fn reader(&self) -> Self::Reader;

    /// Adds values to bags, all visible when the call returns.
    fn insert(&mut self, entries: impl Iterator<Item = (u64, Self::Value)>);

    /// Removes one of each of these values from bags, all visible when the call returns.
    fn remove(&mut self, entries: impl Iterator<Item = (u64, Self::Value)>);

    /// A map in which every key has its first `size` values.
    fn filled(keys: &KeySet<u64>, size: usize) -> Self {
        let mut map = Self::empty(keys.len());
        let indexed = || keys.keys().iter().copied().enumerate();
        map.insert(indexed().flat_map(|(index, key)| {
            let numbers = 0..size;
            numbers.map(move |number| (key, Value::nth(index, number)))
        }));
        // A map with two copies brings the second one up to date.
        map.insert([].into_iter());
        map
    }
}

/// The reading side.
pub trait ReadBags: Send {
    /// Some value of the key.
    fn get_one(&self, key: &u64) -> Option<u64>;

    /// The sum of the key's values, and their number, found by going through them.
    fn sum(&self, key: &u64) -> Option<(u64, usize)>;
}

#[inline(always)]
fn sum<'v, V: Value>(values: impl Iterator<Item = &'v V>) -> (u64, usize) {
    let (mut sum, mut count) = (0_u64, 0);
    for value in values {
        sum = sum.wrapping_add(value.bits());
        count += 1;
    }
    (sum, count)
}

/// `evmap-multi`.
pub struct Multi<V: Value> {
    write: evmap_multi::WriteHandle<u64, V, (), S>,
    read: MultiReader<V>,
}

type MultiReader<V> = evmap_multi::ReadHandle<u64, V, (), S>;

impl<V: Value> Bags for Multi<V> {
    const NAME: &'static str = "evmap-multi";
    const HOW: &'static str = "ReadHandle::get and get_one, insert, remove_value";

    type Value = V;
    type Reader = MultiReader<V>;

    fn empty(keys: usize) -> Self {
        let (write, read) = evmap_multi::Builder::new()
            .capacity(keys)
            .hasher(S::default())
            .build();
        Self { write, read }
    }

    fn reader(&self) -> MultiReader<V> {
        self.read.clone()
    }

    #[inline]
    fn insert(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.write.insert(key, value);
        }
        self.write.publish();
    }

    #[inline]
    fn remove(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.write.remove_value(key, value);
        }
        self.write.publish();
    }
}

impl<V: Value> ReadBags for MultiReader<V> {
    #[inline(always)]
    fn get_one(&self, key: &u64) -> Option<u64> {
        Self::get_one(self, key).map(|value| value.bits())
    }

    #[inline(always)]
    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        self.get(key).map(|bag| sum(bag.iter()))
    }
}

/// `evmap` 11.
pub struct Evmap<V: Value>(evmap::handles::WriteHandle<u64, V, (), S>);

type EvmapReader<V> = evmap::handles::ReadHandle<u64, V, (), S>;

impl<V: Value> Bags for Evmap<V> {
    const NAME: &'static str = "evmap 11";
    const HOW: &'static str = "get and get_one, insert, remove_value";

    type Value = V;
    type Reader = EvmapReader<V>;

    fn empty(keys: usize) -> Self {
        Self(evmap_options::<S>().with_capacity(keys).construct().0)
    }

    fn reader(&self) -> EvmapReader<V> {
        (*self.0).clone()
    }

    #[inline]
    fn insert(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.0.insert(key, value);
        }
        self.0.publish();
    }

    #[inline]
    fn remove(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.0.remove_value(key, value);
        }
        self.0.publish();
    }
}

impl<V: Value> ReadBags for EvmapReader<V> {
    #[inline(always)]
    fn get_one(&self, key: &u64) -> Option<u64> {
        Self::get_one(self, key).map(|value| value.bits())
    }

    #[inline(always)]
    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        self.get(key).map(|bag| sum(bag.iter()))
    }
}

/// Plain `hashbrown` of vectors: the floor. No reader can be beside its writer.
#[derive(Clone)]
pub struct Plain<V: Value>(Arc<HashMap<u64, Vec<V>, S>>);

impl<V: Value> Plain<V> {
    fn map(&mut self) -> &mut HashMap<u64, Vec<V>, S> {
        Arc::get_mut(&mut self.0).expect("a plain map is written only while nobody reads it")
    }
}

impl<V: Value> Bags for Plain<V> {
    const NAME: &'static str = "hashbrown of Vec";
    const HOW: &'static str = "the floor: no synchronization, so no reader beside a writer; otherwise as \
         dashmap";

    type Value = V;
    type Reader = Self;

    fn empty(keys: usize) -> Self {
        let map = HashMap::with_capacity_and_hasher(keys, S::default());
        Self(Arc::new(map))
    }

    fn reader(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn insert(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.map().entry(key).or_default().push(value);
        }
    }

    #[inline]
    fn remove(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            if let Some(bag) = self.map().get_mut(&key) {
                remove_from(bag, value);
            }
        }
    }
}

impl<V: Value> ReadBags for Plain<V> {
    #[inline(always)]
    fn get_one(&self, key: &u64) -> Option<u64> {
        self.0.get(key)?.first().map(|value| value.bits())
    }

    #[inline(always)]
    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        self.0.get(key).map(|bag| sum(bag.iter()))
    }
}

fn remove_from<V: Value>(bag: &mut Vec<V>, value: V) {
    if let Some(place) = bag.iter().position(|it| *it == value) {
        bag.swap_remove(place);
    }
}

/// `dashmap` of vectors.
#[derive(Clone)]
pub struct Dash<V: Value>(Arc<DashMap<u64, Vec<V>, S>>);

impl<V: Value> Bags for Dash<V> {
    const NAME: &'static str = "dashmap of Vec";
    const HOW: &'static str = "get, entry and push, swap_remove of the first that is equal";

    type Value = V;
    type Reader = Self;

    fn empty(keys: usize) -> Self {
        let map = DashMap::with_capacity_and_hasher(keys, S::default());
        Self(Arc::new(map))
    }

    fn reader(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn insert(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            self.0.entry(key).or_default().push(value);
        }
    }

    #[inline]
    fn remove(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        for (key, value) in entries {
            if let Some(mut bag) = self.0.get_mut(&key) {
                remove_from(&mut bag, value);
            }
        }
    }
}

impl<V: Value> ReadBags for Dash<V> {
    #[inline(always)]
    fn get_one(&self, key: &u64) -> Option<u64> {
        self.0.get(key)?.first().map(|value| value.bits())
    }

    #[inline(always)]
    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        self.0.get(key).map(|bag| sum(bag.iter()))
    }
}

/// A lock around a `HashMap` of vectors.
#[derive(Clone)]
pub struct Locked<V: Value>(Arc<RwLock<HashMap<u64, Vec<V>, S>>>);

impl<V: Value> Bags for Locked<V> {
    const NAME: &'static str = "RwLock of Vec";
    const HOW: &'static str = "parking_lot around hashbrown; locked per look-up and per batch of writes, \
         otherwise as dashmap";

    type Value = V;
    type Reader = Self;

    fn empty(keys: usize) -> Self {
        let map = HashMap::with_capacity_and_hasher(keys, S::default());
        Self(Arc::new(RwLock::new(map)))
    }

    fn reader(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn insert(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        let mut map = self.0.write();
        for (key, value) in entries {
            map.entry(key).or_default().push(value);
        }
    }

    #[inline]
    fn remove(&mut self, entries: impl Iterator<Item = (u64, V)>) {
        let mut map = self.0.write();
        for (key, value) in entries {
            if let Some(bag) = map.get_mut(&key) {
                remove_from(bag, value);
            }
        }
    }
}

impl<V: Value> ReadBags for Locked<V> {
    #[inline(always)]
    fn get_one(&self, key: &u64) -> Option<u64> {
        self.0.read().get(key)?.first().map(|value| value.bits())
    }

    #[inline(always)]
    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        self.0.read().get(key).map(|bag| sum(bag.iter()))
    }
}

opaque!(Multi<V: Value>, Evmap<V: Value>, Plain<V: Value>, Dash<V: Value>, Locked<V: Value>);
