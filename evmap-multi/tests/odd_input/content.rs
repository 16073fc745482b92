//! A small map, and what can be seen of it without a call of the user's code.

use evmap_core::testing::map::Hashes;
use evmap_core::testing::observed::{Content, Observed, Try};
use evmap_core::testing::world::{Item, World};
use evmap_multi::{Bag, Builder, Operation};

use crate::Multi;

/// How many values the keys of the map have: bags of every form.
const BAGS: [u64; 4] = [0, 1, 3, 33];

/// The values of each key in order.
pub(crate) type Bags = Content<Vec<u64>>;

pub(crate) fn insert(bags: &mut Bags, key: u64, value: u64) {
    let bag = bags.entries.entry(key).or_default();
    bag.push(value);
    bag.sort_unstable();
}

pub(crate) fn remove(bags: &mut Bags, key: u64, value: u64) {
    if let Some(bag) = bags.entries.get_mut(&key) {
        if let Some(at) = bag.iter().position(|it| *it == value) {
            bag.remove(at);
        }
    }
}

impl<S: Hashes> Observed for Multi<Item, Item, Item, S> {
    type Held = Vec<u64>;

    // New bags get a clone of the hasher.
    const HARMLESS: &[&str] = &["closure", "iterator"];

    fn filled(world: &World, hasher: S) -> (Self::Writer, Self::Reader) {
        let bags = (0..).zip(BAGS).map(|(key, count)| {
            let values = (0..count).map(|n| world.item(n));
            (world.item(key), values)
        });
        let builder = Builder::new().hasher(hasher);
        builder.meta(world.item(7)).build_from_bags(bags)
    }

    fn content(snapshot: &Self::Snapshot) -> Bags {
        let bag = |(key, bag): (&Item, &Bag<Item, S>)| {
            let mut values: Vec<_> = bag.iter().map(Item::payload).collect();
            values.sort_unstable();
            (key.payload(), values)
        };
        Content {
            entries: snapshot.iter().map(bag).collect(),
            meta: snapshot.meta().payload(),
        }
    }

    fn with_pending(mut content: Bags, writer: &Self::Writer) -> Bags {
        for operation in writer.pending() {
            match operation {
                Operation::Insert { key, value } => {
                    insert(&mut content, key.payload(), value.payload());
                }
                Operation::Update { key, value } => {
                    content.entries.insert(key.payload(), vec![value.payload()]);
                }
                Operation::RemoveValue { key, value } => {
                    remove(&mut content, key.payload(), value.payload());
                }
                Operation::Clear { key } => _ = content.entries.insert(key.payload(), Vec::new()),
                Operation::Reserve { key, .. } => {
                    _ = content.entries.entry(key.payload()).or_default();
                }
                Operation::RemoveEntry { key } => _ = content.entries.remove(&key.payload()),
                Operation::Purge => content.entries.clear(),
                Operation::SetMeta { meta } => content.meta = meta.payload(),
                _ => {}
            }
        }
        content
    }

    fn put(writer: &mut Self::Writer, key: Item, value: Item) -> &mut Self::Writer {
        writer.update(key, value)
    }

    fn alone(value: u64) -> Vec<u64> {
        vec![value]
    }

    fn tries() -> &'static [Try<Self>] {
        &[
            |map, world| map.checked_insert(world.item(1), world.item(1)),
            |map, world| {
                map.checked_remove_value(world.item(1), world.item(1))
                    .map(drop)
            },
            |map, world| map.checked_remove_entry(world.item(1)).map(drop),
            |map, _| map.checked_batch(|_| ()),
        ]
    }
}
