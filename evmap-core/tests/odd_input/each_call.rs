//! Every method of the writer and of a reader, played again for each call of the user's code in it, with a
//! panic at that call. Whatever happens, readers see the last publish and nothing is dropped twice.

use evmap_core::Operation;
use evmap_core::testing::each_call::Step;
use evmap_core::testing::world::{Item, Same};

use crate::Single;

type Map = Single<Item, Item, Item, Same>;

/// Beside those that both maps have.
const METHODS: &[(&str, Step<Map>)] = &[
    ("insert", |world, writer, _| {
        writer.insert(world.item(1), world.item(100));
    }),
    ("insert, new", |world, writer, _| {
        writer.insert(world.item(99), world.item(100));
    }),
    ("insert_and_get", |world, writer, _| {
        drop(writer.insert_and_get(world.item(1), world.item(100)));
    }),
    ("remove", |world, writer, _| {
        writer.remove(world.item(1));
    }),
    ("remove, borrowed", |world, writer, _| {
        let key = world.item(2);
        writer.remove(&key);
    }),
    ("remove_and_get", |world, writer, _| {
        drop(writer.remove_and_get(&world.item(1)));
    }),
    ("update", |world, writer, _| {
        writer.update(&world.item(1), |value| {
            world.call("closure");
            *value = world.item(value.payload() + 1);
            world.call("closure");
        });
    }),
    ("update_or_insert", |world, writer, _| {
        for key in [1, 99] {
            let default = || {
                world.call("default");
                world.item(0)
            };
            writer.update_or_insert(world.item(key), default, |value| {
                *value = world.item(value.payload() + 1);
            });
        }
    }),
    ("retain", |world, writer, _| {
        writer.retain(|key, _| world.keeps(key));
    }),
    ("extend", |world, writer, _| {
        writer.extend((3..9).map(|n| {
            world.call("iterator");
            (world.item(n), world.item(n + 100))
        }));
    }),
    ("get_or_insert_with", |world, writer, _| {
        for key in [1, 99] {
            let default = || {
                world.call("default");
                world.item(0)
            };
            assert!(
                writer
                    .get_or_insert_with(world.item(key), default)
                    .payload()
                    < 1_000
            );
        }
    }),
    ("retain_mut", |world, writer, _| {
        writer.retain_mut(|key, value| {
            world.call("closure");
            if key.payload() == 1 {
                *value.to_mut() = world.item(11);
            }
            key.payload() != 2
        });
    }),
    ("remove_entry", |world, writer, _| {
        drop(writer.remove_entry(&world.item(1)));
    }),
    ("drain", |_, writer, _| {
        let mut entries = writer.drain();
        drop(entries.next());
    }),
    ("clear", |_, writer, _| {
        writer.clear();
    }),
    ("reserve", |_, writer, _| {
        writer.reserve(100);
    }),
    ("shrink_to_fit", |_, writer, _| {
        writer.shrink_to_fit();
    }),
    ("apply", |world, writer, _| {
        let (key, value) = (world.item(1), world.item(100));
        writer.apply(Operation::Insert { key, value });
        writer.apply(Operation::Remove { key: world.item(2) });
        writer.apply(Operation::SetMeta {
            meta: world.item(9),
        });
    }),
    ("get", |world, _, reader| {
        for key in [1, 99] {
            drop(reader.get(&world.item(key)));
        }
    }),
    ("get_cloned", |world, _, reader| {
        drop(reader.get_cloned(&world.item(1)));
    }),
    ("get_many", |world, _, reader| {
        let (a, b) = (world.item(1), world.item(2));
        drop(reader.get_many_cloned([&a, &b]));
        let _ = reader.enter().get_many([&a, &b]);
    }),
    ("contains_key", |world, _, reader| {
        reader.contains_key(&world.item(1));
    }),
    ("into_iter", |_, _, reader| {
        let copy = reader.enter().clone();
        for entry in copy {
            drop(entry);
        }
    }),
    ("to_hash_map", |_, _, reader| {
        drop(reader.enter().to_hash_map());
    }),
];

evmap_core::each_call_tests!(Map, METHODS);
