//! Every method of a map that threads share, with a panic at each call of the user's code in it, as
//! `each_call` has it for the writer alone.

use std::iter::repeat;

use evmap_core::Operation;
use evmap_core::testing::sharing::{Method, MethodOf, SETTINGS, play_all};
use evmap_core::testing::world::{Fused, Item};

use crate::Single;

type Map = Single<Item, Item, Item, Fused>;

/// Beside those that both maps have.
#[rustfmt::skip]
const METHODS: &[MethodOf<Map>] = &[
    Method {
        name: "insert",
        step: |world, map| drop(map.insert(world.item(1), world.item(100))),
        changes: &[|it| _ = it.entries.insert(1, 100)],
    },
    Method {
        name: "insert, new",
        step: |world, map| drop(map.insert(world.item(99), world.item(100))),
        changes: &[|it| _ = it.entries.insert(99, 100)],
    },
    Method {
        name: "remove",
        step: |world, map| drop(map.remove(world.item(1))),
        changes: &[|it| _ = it.entries.remove(&1)],
    },
    Method {
        name: "remove, borrowed",
        step: |world, map| {
            let key = world.item(2);
            drop(map.remove(&key));
        },
        changes: &[|it| _ = it.entries.remove(&2)],
    },
    Method {
        name: "update",
        step: |world, map| {
            let change = |value: &mut Item| {
                world.call("closure");
                *value = world.item(value.payload() + 1);
                world.call("closure");
            };
            assert!(map.update(&world.item(1), change).is_some());
        },
        changes: &[|it| *it.entries.get_mut(&1).unwrap() += 1],
    },
    Method {
        name: "update_or_insert",
        step: |world, map| {
            let default = || {
                world.call("default");
                world.item(0)
            };
            map.update_or_insert(world.item(99), default, |value| {
                world.call("closure");
                *value = world.item(value.payload() + 1);
            });
        },
        changes: &[|it| *it.entries.entry(99).or_insert(0) += 1],
    },
    Method {
        name: "get_or_insert_with",
        step: |world, map| {
            let default = || {
                world.call("default");
                world.item(5)
            };
            for key in [1, 99] {
                drop(map.get_or_insert_with(world.item(key), default));
            }
        },
        changes: &[|it| _ = it.entries.entry(99).or_insert(5)],
    },
    Method {
        name: "extend",
        step: |world, map| {
            map.extend((3..9).map(|n| {
                world.call("iterator");
                (world.item(n), world.item(n + 100))
            }));
        },
        changes: &[|it| it.entries.extend((3..9).map(|n| (n, n + 100)))],
    },
    Method {
        name: "clear",
        step: |_, map| map.clear(),
        changes: &[|it| it.entries.clear()],
    },
    Method {
        name: "retain",
        step: |world, map| map.retain(|key, _| world.keeps(key)),
        changes: &[|it| it.entries.retain(|key, _| key % 2 == 0)],
    },
    Method {
        name: "retain_mut",
        step: |world, map| {
            map.retain_mut(|key, value| {
                world.call("closure");
                if key.payload() == 1 {
                    *value.to_mut() = world.item(11);
                }
                key.payload() != 2
            });
        },
        changes: &[|it| {
            it.entries.insert(1, 11);
            it.entries.remove(&2);
        }],
    },
    Method {
        name: "batch, that logs",
        step: |world, map| {
            map.batch(|writer| {
                world.call("closure");
                let (key, value) = (world.item(1), world.item(100));
                writer.apply(Operation::Insert { key, value });
                world.call("closure");
                writer.reserve(100).shrink_to_fit();
                writer.remove(world.item(2));
                world.call("closure");
            });
        },
        changes: &[
            |it| _ = it.entries.insert(1, 100),
            |it| _ = it.entries.remove(&2),
        ],
    },
    #[cfg(feature = "async")]
    Method {
        name: "publish_async",
        step: |_, map| futures::executor::block_on(map.publish_async()).unwrap(),
        changes: &[],
    },
    Method {
        name: "batch, that looks",
        step: |world, map| {
            map.batch(|writer| {
                drop(writer.insert_and_get(world.item(1), world.item(50)));
                writer.unpublished();
                drop(writer.remove_entry(&world.item(1)));
                assert!(writer.try_unpublished().is_some());
                drop(writer.drain().next());
                world.call("closure");
            });
        },
        changes: &[
            |it| _ = it.entries.insert(1, 50),
            |it| _ = it.entries.remove(&1),
            |it| it.entries.clear(),
        ],
    },
    Method {
        name: "get",
        step: |world, map| {
            for key in [1, 99] {
                drop(map.get(&world.item(key)));
                drop(map.get_cloned(&world.item(key)));
                map.contains_key(&world.item(key));
            }
            let (a, b) = (world.item(1), world.item(2));
            drop(map.get_many_cloned([&a, &b]));
        },
        changes: &[],
    },
];

#[test]
fn a_panic_in_a_write_that_publishes() {
    play_all::<Map>(METHODS, repeat(SETTINGS[0]));
}

#[test]
fn a_panic_in_a_write_beside_a_reader_that_stays() {
    play_all::<Map>(METHODS, repeat(SETTINGS[1]));
}

#[test]
fn a_panic_in_a_write_that_does_not_publish() {
    play_all::<Map>(METHODS, repeat(SETTINGS[2]));
}

#[test]
fn a_panic_in_every_other_write_beside_a_reader_that_stays() {
    play_all::<Map>(METHODS, repeat(SETTINGS[3]));
}

#[test]
fn a_panic_where_a_thread_publishes_in_the_end() {
    play_all::<Map>(METHODS, repeat(SETTINGS[4]));
}
