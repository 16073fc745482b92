//! Every method of the writer and of a reader, played again for each call of the user's code in it, with a
//! panic at that call. Whatever happens, readers see the last publish and nothing is dropped twice.

use evmap_core::testing::each_call::Step;
use evmap_core::testing::world::{Item, Same};
use evmap_multi::Operation;

use crate::Multi;

type Map = Multi<Item, Item, Item, Same>;

/// Beside those that both maps have.
const METHODS: &[(&str, Step<Map>)] = &[
    ("insert", |world, writer, _| {
        for key in 0..5 {
            writer.insert(world.item(key), world.item(7));
        }
    }),
    ("update", |world, writer, _| {
        for key in 0..5 {
            writer.update(world.item(key), world.item(7));
        }
    }),
    ("remove_value", |world, writer, _| {
        for key in 0..5 {
            let value = world.item(0);
            writer.remove_value(world.item(key), &value);
        }
    }),
    ("clear", |world, writer, _| {
        for key in 0..5 {
            writer.clear(world.item(key));
        }
    }),
    ("remove_entry", |world, writer, _| {
        for key in 0..5 {
            let key = world.item(key);
            writer.remove_entry(&key);
        }
    }),
    ("retain", |world, writer, _| {
        writer.retain(&world.item(2), |value| {
            world.call("closure");
            value.payload() != 1
        });
    }),
    ("retain, of many", |world, writer, _| {
        writer.retain(&world.item(3), |value| {
            world.call("closure");
            value.payload() % 16 != 1
        });
    }),
    ("remove_and_get", |world, writer, _| {
        drop(writer.remove_and_get(&world.item(3)));
    }),
    ("drain", |_, writer, _| {
        let mut bags = writer.drain();
        drop(bags.next());
    }),
    ("retain_entries", |world, writer, _| {
        writer.retain_entries(|key, _| world.keeps(key));
    }),
    ("empty_random", |world, writer, _| {
        let below = |bound| {
            world.call("generator");
            bound - 1
        };
        drop(writer.empty_random(below, 2));
    }),
    ("extend", |world, writer, _| {
        writer.extend((0..4).map(|n| {
            world.call("iterator");
            (world.item(n % 2), world.item(n))
        }));
    }),
    ("purge", |_, writer, _| {
        writer.purge();
    }),
    ("fit", |world, writer, _| {
        for key in 0..5 {
            let key = world.item(key);
            writer.fit(&key);
        }
    }),
    ("fit_all", |_, writer, _| {
        writer.fit_all();
    }),
    ("reserve", |world, writer, _| {
        for key in 0..5 {
            writer.reserve(world.item(key), 40);
        }
    }),
    ("reserve_keys", |_, writer, _| {
        writer.reserve_keys(100);
    }),
    ("apply", |world, writer, _| {
        let (key, value) = (world.item(1), world.item(100));
        writer.apply(Operation::Insert { key, value });
        writer.apply(Operation::RemoveEntry { key: world.item(2) });
    }),
    ("get", |world, _, reader| {
        for key in 0..5 {
            drop(reader.get(&world.item(key)));
            drop(reader.get_one(&world.item(key)));
            drop(reader.get_one_cloned(&world.item(key)));
        }
    }),
    ("contains_value", |world, _, reader| {
        for key in 0..5 {
            reader.contains_value(&world.item(key), &world.item(2));
        }
    }),
    ("count", |world, _, reader| {
        if let Some(bag) = reader.get(&world.item(3)) {
            bag.count(&world.item(2));
        }
    }),
    ("into_iter", |_, _, reader| {
        let copy = reader.enter().clone();
        for (key, bag) in copy {
            drop(key);
            bag.into_iter().for_each(drop);
        }
    }),
    ("to_hash_map", |_, _, reader| {
        drop(reader.enter().to_hash_map());
    }),
];

evmap_core::each_call_tests!(Map, METHODS);
