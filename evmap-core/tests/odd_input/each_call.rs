//! Every method, played again for each call of the user's code in it, with a panic at that call.
//! Whatever happens, readers see the last publish and nothing is dropped twice.

use std::collections::BTreeMap;
use std::time::Duration;

use evmap_core::{Builder, Operation, ReadHandle, Snapshot, WriteHandle};

use crate::deadline::within_deadline;
use crate::fuse::Outcome;
use crate::item::{Item, Same, World, at_each_call};

type Writer = WriteHandle<Item, Item, Item, Same>;
type Reader = ReadHandle<Item, Item, Item, Same>;

/// One call of the program, as a step of a session.
type Step = fn(&World, &mut Writer, &Reader);

const METHODS: &[(&str, Step)] = &[
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
        writer.retain(|key, _| {
            world.call("closure");
            key.payload() % 2 == 0
        });
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
    ("set_meta", |world, writer, _| {
        writer.set_meta(world.item(8));
    }),
    ("apply", |world, writer, _| {
        let (key, value) = (world.item(1), world.item(100));
        writer.apply(Operation::Insert { key, value });
        writer.apply(Operation::Remove { key: world.item(2) });
        writer.apply(Operation::SetMeta {
            meta: world.item(9),
        });
    }),
    ("publish", |_, writer, _| {
        writer.publish();
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
        for entry in copy {
            drop(entry);
        }
    }),
];

/// What can be seen, read without a call of the user's code.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    entries: BTreeMap<u64, u64>,
    meta: u64,
}

fn content(snapshot: &Snapshot<Item, Item, Item, Same>) -> Content {
    let entries = snapshot.iter();
    Content {
        entries: entries
            .map(|(key, value)| (key.payload(), value.payload()))
            .collect(),
        meta: snapshot.meta().payload(),
    }
}

/// What readers will see once everything that is pending is published.
fn with_pending(mut content: Content, writer: &Writer) -> Content {
    for operation in writer.pending() {
        match operation {
            Operation::Insert { key, value } => {
                content.entries.insert(key.payload(), value.payload());
            }
            Operation::Remove { key } => {
                content.entries.remove(&key.payload());
            }
            Operation::Clear => content.entries.clear(),
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
        let entries = (0..5).map(|n| (world.item(n), world.item(10 * n)));
        let builder = Builder::new().hasher(Same::default());
        builder.meta(world.item(7)).build_from(entries)
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

fn play(end: End) {
    within_deadline(move || {
        for (name, step) in METHODS {
            // The last name is the one that failed.
            println!("{name}");
            at_each_call(|world| session(world, *step, end));
        }
    });
}

#[test]
fn readers_see_the_last_publish_when_the_writer_goes() {
    play(End::WriterFirst);
}

#[test]
fn the_writer_goes_last_and_quietly() {
    play(End::ReaderFirst);
}

#[test]
fn readers_see_the_last_publish_when_the_writer_freezes_it() {
    play(End::Freeze);
}
