//! Every method of a map that threads share, with a panic at each call of the user's code in it, as
//! `each_call` has it for the writer alone.

use evmap_core::testing::sharing::{Method, MethodOf, SETTINGS, play_all};
use evmap_core::testing::world::{Fused, Item};
use evmap_multi::Operation;

use crate::Multi;
use crate::content::{insert, remove};

type Map = Multi<Item, Item, Item, Fused>;

/// Beside those that both maps have.
#[rustfmt::skip]
const METHODS: &[MethodOf<Map>] = &[
    Method {
        name: "insert",
        step: |world, map| (0..5).for_each(|key| map.insert(world.item(key), world.item(7))),
        changes: &[
            |it| insert(it, 0, 7),
            |it| insert(it, 1, 7),
            |it| insert(it, 2, 7),
            |it| insert(it, 3, 7),
            |it| insert(it, 4, 7),
        ],
    },
    Method {
        name: "update",
        step: |world, map| (2..5).for_each(|key| map.update(world.item(key), world.item(7))),
        changes: &[
            |it| _ = it.entries.insert(2, vec![7]),
            |it| _ = it.entries.insert(3, vec![7]),
            |it| _ = it.entries.insert(4, vec![7]),
        ],
    },
    Method {
        name: "remove_value",
        step: |world, map| {
            for key in 1..5 {
                let value = world.item(0);
                map.remove_value(world.item(key), &value);
            }
        },
        changes: &[|it| remove(it, 1, 0), |it| remove(it, 2, 0), |it| remove(it, 3, 0)],
    },
    Method {
        name: "remove_entry",
        step: |world, map| {
            for key in [1, 3, 4] {
                let key = world.item(key);
                map.remove_entry(&key);
            }
        },
        changes: &[|it| _ = it.entries.remove(&1), |it| _ = it.entries.remove(&3)],
    },
    Method {
        name: "remove_and_get",
        step: |world, map| {
            for key in [1, 3, 4] {
                let key = world.item(key);
                drop(map.remove_and_get(&key));
            }
        },
        changes: &[|it| _ = it.entries.remove(&1), |it| _ = it.entries.remove(&3)],
    },
    Method {
        name: "clear",
        step: |world, map| (2..5).for_each(|key| map.clear(world.item(key))),
        changes: &[
            |it| _ = it.entries.insert(2, Vec::new()),
            |it| _ = it.entries.insert(3, Vec::new()),
            |it| _ = it.entries.insert(4, Vec::new()),
        ],
    },
    Method {
        name: "extend",
        step: |world, map| {
            map.extend((0..4).map(|n| {
                world.call("iterator");
                (world.item(n % 2), world.item(n))
            }));
        },
        changes: &[|it| (0..4).for_each(|n| insert(it, n % 2, n))],
    },
    Method {
        name: "retain",
        step: |world, map| {
            map.retain(&world.item(2), |value| {
                world.call("closure");
                value.payload() != 1
            });
        },
        changes: &[|it| {
            if let Some(bag) = it.entries.get_mut(&2) {
                bag.retain(|value| *value != 1);
            }
        }],
    },
    Method {
        name: "retain, of many",
        step: |world, map| {
            map.retain(&world.item(3), |value| {
                world.call("closure");
                value.payload() % 16 != 1
            });
        },
        changes: &[|it| {
            if let Some(bag) = it.entries.get_mut(&3) {
                bag.retain(|value| value % 16 != 1);
            }
        }],
    },
    Method {
        name: "retain_entries",
        step: |world, map| map.retain_entries(|key, _| world.keeps(key)),
        changes: &[|it| it.entries.retain(|key, _| key % 2 == 0)],
    },
    Method {
        name: "purge",
        step: |_, map| map.purge(),
        changes: &[|it| it.entries.clear()],
    },
    Method {
        name: "batch, that logs",
        step: |world, map| {
            map.batch(|writer| {
                world.call("closure");
                let (key, value) = (world.item(1), world.item(100));
                writer.apply(Operation::Insert { key, value });
                writer.reserve(world.item(3), 40).reserve_keys(100);
                world.call("closure");
                writer.remove_entry(world.item(2)).fit(world.item(1));
                world.call("closure");
            });
        },
        changes: &[|it| insert(it, 1, 100), |it| _ = it.entries.remove(&2)],
    },
    Method {
        name: "batch, that looks",
        step: |world, map| {
            let below = |bound| {
                world.call("closure");
                bound - 1
            };
            map.batch(|writer| {
                writer.purge().insert(world.item(9), world.item(9));
                writer.unpublished();
                drop(writer.empty_random(below, 1));
                assert!(writer.try_unpublished().is_some());
            });
        },
        changes: &[|it| it.entries.clear(), |it| insert(it, 9, 9), |it| it.entries.clear()],
    },
    Method {
        name: "get",
        step: |world, map| {
            for key in 1..5 {
                drop(map.get(&world.item(key)));
                drop(map.get_one(&world.item(key)));
                drop(map.get_one_cloned(&world.item(key)));
                map.contains_key(&world.item(key));
                map.contains_value(&world.item(key), &world.item(2));
            }
        },
        changes: &[],
    },
    #[cfg(feature = "async")]
    Method {
        name: "publish_async",
        step: |_, map| futures::executor::block_on(map.publish_async()).unwrap(),
        changes: &[],
    },
];

// The settings take turns: `evmap-core` has every method in every setting.

#[test]
fn a_panic_in_a_write_of_a_shared_map() {
    play_all::<Map>(METHODS, SETTINGS.into_iter().cycle());
}

#[test]
fn a_panic_in_a_write_of_a_shared_map_in_another_setting() {
    play_all::<Map>(METHODS, SETTINGS.into_iter().cycle().skip(2));
}
