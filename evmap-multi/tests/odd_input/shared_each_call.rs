//! Every method of a map that threads share, with a panic at each call of the user's code in it, as
//! `each_call` has it for the writer alone.

use std::time::Duration;

use evmap_core::testing::deadline::within_deadline;
use evmap_core::testing::observed::Observed;
use evmap_core::testing::sharing::{Method, SETTINGS, play};
use evmap_core::testing::world::{Fused, Item};
use evmap_multi::{Operation, SharedMap};

use crate::Multi;
use crate::content::Content;

type Map = Multi<Item, Item, Item, Fused>;

/// For methods that change nothing.
const NOTHING: &[fn(&mut Content)] = &[];

#[rustfmt::skip]
const METHODS: &[Method<Map>] = &[
    Method {
        name: "insert",
        step: |world, map| (0..5).for_each(|key| map.insert(world.item(key), world.item(7))),
        changes: &[
            |it| it.insert(0, 7),
            |it| it.insert(1, 7),
            |it| it.insert(2, 7),
            |it| it.insert(3, 7),
            |it| it.insert(4, 7),
        ],
    },
    Method {
        name: "update",
        step: |world, map| (2..5).for_each(|key| map.update(world.item(key), world.item(7))),
        changes: &[
            |it| _ = it.bags.insert(2, vec![7]),
            |it| _ = it.bags.insert(3, vec![7]),
            |it| _ = it.bags.insert(4, vec![7]),
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
        changes: &[|it| it.remove(1, 0), |it| it.remove(2, 0), |it| it.remove(3, 0)],
    },
    Method {
        name: "remove_entry",
        step: |world, map| {
            for key in [1, 3, 4] {
                let key = world.item(key);
                map.remove_entry(&key);
            }
        },
        changes: &[|it| _ = it.bags.remove(&1), |it| _ = it.bags.remove(&3)],
    },
    Method {
        name: "remove_and_get",
        step: |world, map| {
            for key in [1, 3, 4] {
                let key = world.item(key);
                drop(map.remove_and_get(&key));
            }
        },
        changes: &[|it| _ = it.bags.remove(&1), |it| _ = it.bags.remove(&3)],
    },
    Method {
        name: "clear",
        step: |world, map| (2..5).for_each(|key| map.clear(world.item(key))),
        changes: &[
            |it| _ = it.bags.insert(2, Vec::new()),
            |it| _ = it.bags.insert(3, Vec::new()),
            |it| _ = it.bags.insert(4, Vec::new()),
        ],
    },
    Method {
        name: "purge",
        step: |_, map| map.purge(),
        changes: &[|it| it.bags.clear()],
    },
    Method {
        name: "extend",
        step: |world, map| {
            map.extend((0..4).map(|n| {
                world.call("iterator");
                (world.item(n % 2), world.item(n))
            }));
        },
        changes: &[|it| (0..4).for_each(|n| it.insert(n % 2, n))],
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
            if let Some(bag) = it.bags.get_mut(&2) {
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
            if let Some(bag) = it.bags.get_mut(&3) {
                bag.retain(|value| value % 16 != 1);
            }
        }],
    },
    Method {
        name: "retain_entries",
        step: |world, map| {
            map.retain_entries(|key, _| {
                world.call("closure");
                key.payload() % 2 == 0
            });
        },
        changes: &[|it| it.bags.retain(|key, _| key % 2 == 0)],
    },
    Method {
        name: "set_meta",
        step: |world, map| map.set_meta(world.item(8)),
        changes: &[|it| it.meta = 8],
    },
    Method {
        name: "publish",
        step: |_, map| map.publish(),
        changes: NOTHING,
    },
    #[cfg(feature = "async")]
    Method {
        name: "publish_async",
        step: |_, map| futures::executor::block_on(map.publish_async()).unwrap(),
        changes: NOTHING,
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
        changes: &[|it| it.insert(1, 100), |it| _ = it.bags.remove(&2)],
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
                writer.view();
                drop(writer.empty_random(below, 1));
                assert!(writer.try_view().is_some());
            });
        },
        changes: &[|it| it.bags.clear(), |it| it.insert(9, 9), |it| it.bags.clear()],
    },
    Method {
        name: "batch, that publishes",
        step: |world, map| {
            map.batch(|writer| {
                writer.update(world.item(1), world.item(20)).publish();
                writer.update(world.item(1), world.item(21));
                world.call("closure");
            });
        },
        changes: &[
            |it| _ = it.bags.insert(1, vec![20]),
            |it| _ = it.bags.insert(1, vec![21]),
        ],
    },
    Method {
        name: "batch, that publishes past readers",
        step: |world, map| {
            map.batch(|writer| {
                assert!(writer.update(world.item(1), world.item(19)).try_publish());
                for value in [20, 21] {
                    writer.update(world.item(1), world.item(value));
                    writer.publish_or_replace(Duration::ZERO).unwrap();
                    world.call("closure");
                }
                writer.update(world.item(1), world.item(22)).flush();
            });
        },
        changes: &[
            |it| _ = it.bags.insert(1, vec![19]),
            |it| _ = it.bags.insert(1, vec![20]),
            |it| _ = it.bags.insert(1, vec![21]),
            |it| _ = it.bags.insert(1, vec![22]),
        ],
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
        changes: NOTHING,
    },
    Method {
        name: "clones",
        step: |world, map| {
            let copy = map.clone();
            assert_eq!(Map::content(&copy.enter()), Map::content(&map.enter()));
            drop(copy);
            let copy = SharedMap::from(map.enter().clone());
            copy.insert(world.item(1), world.item(0));
        },
        changes: NOTHING,
    },
];

/// The settings take turns: `evmap-core` has every method in every setting.
fn play_all(turn: usize) {
    let settings = SETTINGS.iter().cycle().skip(turn);
    for (method, setting) in METHODS.iter().zip(settings) {
        within_deadline(|| play(method, *setting));
    }
}

#[test]
fn a_panic_in_a_write_of_a_shared_map() {
    play_all(0);
}

#[test]
fn a_panic_in_a_write_of_a_shared_map_in_another_setting() {
    play_all(2);
}
