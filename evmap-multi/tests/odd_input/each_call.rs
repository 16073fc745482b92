//! Every method, played again for each call of the user's code in it, with a panic at that call.
//! Whatever happens, readers see the last publish and nothing is dropped twice.

use std::collections::BTreeMap;
use std::time::Duration;

use evmap_multi::{Bag, Builder, Operation, ReadHandle, Snapshot, WriteHandle};

use crate::deadline::within_deadline;
use crate::fuse::Outcome;
use crate::item::{Item, Same, World, at_each_call};

type Writer = WriteHandle<Item, Item, Item, Same>;
type Reader = ReadHandle<Item, Item, Item, Same>;

/// One call of the program, as a step of a session.
type Step = fn(&World, &mut Writer, &Reader);

/// How many values the keys of the map have: bags of every form.
const BAGS: [u64; 4] = [0, 1, 3, 33];

const METHODS: &[(&str, Step)] = &[
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
    ("retain_entries", |world, writer, _| {
        writer.retain_entries(|key, _| {
            world.call("closure");
            key.payload() % 2 == 0
        });
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
    ("set_meta", |world, writer, _| {
        writer.set_meta(world.item(8));
    }),
    ("apply", |world, writer, _| {
        let (key, value) = (world.item(1), world.item(100));
        writer.apply(Operation::Insert { key, value });
        writer.apply(Operation::RemoveEntry { key: world.item(2) });
    }),
    ("try_publish", |_, writer, _| {
        assert!(writer.try_publish());
    }),
    ("publish_timeout", |_, writer, _| {
        writer.publish_timeout(Duration::from_secs(9)).unwrap();
    }),
    ("publish_or_replace", |_, writer, reader| {
        let _view = reader.enter();
        writer.publish();
        writer.publish_or_replace(Duration::ZERO).unwrap();
    }),
    ("flush", |_, writer, _| {
        writer.flush();
    }),
    ("view", |_, writer, _| {
        writer.view();
    }),
    ("try_view", |_, writer, _| {
        assert!(writer.try_view().is_some());
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
    ("clone of a view", |_, _, reader| {
        let copy = reader.enter().clone();
        assert_eq!(content(&copy), content(&reader.enter()));
        drop(copy);
    }),
    ("comparison of views", |_, writer, reader| {
        let _ = *writer.published() == *reader.enter();
    }),
    ("to_hash_map", |_, _, reader| {
        drop(reader.enter().to_hash_map());
    }),
    ("into_iter", |_, _, reader| {
        let copy = reader.enter().clone();
        for (key, bag) in copy {
            drop(key);
            bag.into_iter().for_each(drop);
        }
    }),
];

/// What can be seen, read without a call of the user's code; the values of a key in order.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    bags: BTreeMap<u64, Vec<u64>>,
    meta: u64,
}

fn content(snapshot: &Snapshot<Item, Item, Item, Same>) -> Content {
    let bag = |(key, bag): (&Item, &Bag<Item, Same>)| {
        let mut values: Vec<_> = bag.iter().map(Item::payload).collect();
        values.sort_unstable();
        (key.payload(), values)
    };
    Content {
        bags: snapshot.iter().map(bag).collect(),
        meta: snapshot.meta().payload(),
    }
}

/// What readers will see once everything that is pending is published.
fn with_pending(mut content: Content, writer: &Writer) -> Content {
    for operation in writer.pending() {
        match operation {
            Operation::Insert { key, value } => {
                let bag = content.bags.entry(key.payload()).or_default();
                bag.push(value.payload());
                bag.sort_unstable();
            }
            Operation::Update { key, value } => {
                content.bags.insert(key.payload(), vec![value.payload()]);
            }
            Operation::RemoveValue { key, value } => {
                if let Some(bag) = content.bags.get_mut(&key.payload())
                    && let Some(at) = bag.iter().position(|it| *it == value.payload())
                {
                    bag.remove(at);
                }
            }
            Operation::Clear { key } => _ = content.bags.insert(key.payload(), Vec::new()),
            Operation::Reserve { key, .. } => _ = content.bags.entry(key.payload()).or_default(),
            Operation::RemoveEntry { key } => _ = content.bags.remove(&key.payload()),
            Operation::Purge => content.bags.clear(),
            Operation::SetMeta { meta } => content.meta = meta.payload(),
            _ => {}
        }
    }
    content
}

/// Takes a step; whether the user's code panicked in it.
fn take(world: &World, step: Step, writer: &mut Writer, reader: &Reader) -> bool {
    let (version, before) = (writer.version(), content(&reader.enter()));
    let next = with_pending(before.clone(), writer);
    let outcome = Outcome::of(|| step(world, writer, reader));
    let published = if writer.version() == version {
        before
    } else {
        next
    };
    for reader in [reader, &reader.clone()] {
        assert_eq!(content(&reader.enter()), published, "{outcome:?}");
    }
    match outcome {
        Outcome::Returned(()) => false,
        Outcome::Burnt(call) => {
            if !writer.is_poisoned() {
                // All goes on with what is in the log, unless the user's code panics again.
                let next = with_pending(published, writer);
                if let Outcome::Returned(()) = Outcome::of(|| _ = writer.publish()) {
                    assert_eq!(content(&reader.enter()), next, "after {call}");
                }
            }
            true
        }
        Outcome::Refused(message) => panic!("{message}"),
    }
}

#[derive(Clone, Copy, Debug)]
enum End {
    WriterFirst,
    ReaderFirst,
    Freeze,
}

/// A filled map, the method, which is published and done again, and the end. The second publish
/// lets the second copy absorb what the method did at first, and the third time stays pending.
fn session(world: &World, step: Step, end: End) {
    let made = Outcome::of(|| {
        let bags = (0..).zip(BAGS).map(|(key, count)| {
            let values = (0..count).map(|n| world.item(n));
            (world.item(key), values)
        });
        let builder = Builder::new().hasher(Same::default());
        builder.meta(world.item(7)).build_from_bags(bags)
    });
    let (mut writer, reader) = match made {
        Outcome::Returned(pair) => pair,
        Outcome::Burnt(_) => return,
        Outcome::Refused(message) => panic!("{message}"),
    };
    let publish: Step = |_, writer, _| _ = writer.publish();
    let steps = [step, publish, step, publish, step];
    let _ = steps
        .into_iter()
        .any(|step| take(world, step, &mut writer, &reader));
    let published = content(&reader.enter());
    match end {
        End::WriterFirst => {
            let gone = Outcome::of(|| drop(writer));
            assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
            assert_eq!(content(&reader.enter()), published);
        }
        End::ReaderFirst => {
            let gone = Outcome::of(|| drop(reader));
            assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
            let gone = Outcome::of(|| drop(writer));
            assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
            return;
        }
        End::Freeze => {
            let frozen = Outcome::of(|| drop(writer.freeze()));
            assert!(!matches!(frozen, Outcome::Refused(_)), "{frozen:?}");
            assert_eq!(content(&reader.enter()), published);
        }
    }
    let gone = Outcome::of(|| drop(reader));
    assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
}

/// The ends take turns: `evmap-core` has every method with every end.
#[test]
fn whatever_panics_readers_see_the_last_publish() {
    within_deadline(|| {
        let ends = [End::WriterFirst, End::ReaderFirst, End::Freeze];
        for ((name, step), end) in METHODS.iter().zip(ends.into_iter().cycle()) {
            // The last name is the one that failed.
            println!("{name}, {end:?}");
            at_each_call(|world| session(world, *step, end));
        }
    });
}
