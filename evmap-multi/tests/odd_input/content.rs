//! A small map, and what can be seen of it without a call of the user's code.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use evmap_core::testing::world::{Item, World};
use evmap_multi::{Bag, Builder, Handles, Snapshot};

/// How many values the keys of the map have: bags of every form.
const BAGS: [u64; 4] = [0, 1, 3, 33];

/// The values of a key in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) bags: BTreeMap<u64, Vec<u64>>,
    pub(crate) meta: u64,
}

impl Content {
    pub(crate) fn insert(&mut self, key: u64, value: u64) {
        let bag = self.bags.entry(key).or_default();
        bag.push(value);
        bag.sort_unstable();
    }

    pub(crate) fn remove(&mut self, key: u64, value: u64) {
        if let Some(bag) = self.bags.get_mut(&key) {
            if let Some(at) = bag.iter().position(|it| *it == value) {
                bag.remove(at);
            }
        }
    }
}

pub(crate) fn content<S>(snapshot: &Snapshot<Item, Item, Item, S>) -> Content {
    let bag = |(key, bag): (&Item, &Bag<Item, S>)| {
        let mut values: Vec<_> = bag.iter().map(Item::payload).collect();
        values.sort_unstable();
        (key.payload(), values)
    };
    Content {
        bags: snapshot.iter().map(bag).collect(),
        meta: snapshot.meta().payload(),
    }
}

/// A filled map.
pub(crate) fn filled<S>(world: &World, hasher: S) -> Handles<Item, Item, Item, S>
where
    S: BuildHasher + Clone + Send,
{
    let bags = (0..).zip(BAGS).map(|(key, count)| {
        let values = (0..count).map(|n| world.item(n));
        (world.item(key), values)
    });
    let builder = Builder::new().hasher(hasher);
    builder.meta(world.item(7)).build_from_bags(bags)
}
