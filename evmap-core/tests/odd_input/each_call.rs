//! Every method, played again for each call of the user's code in it, with a panic at that call.
//! Whatever happens, readers see the last publish and nothing is dropped twice.

use std::time::Duration;

use evmap_core::testing::deadline::within_deadline;
use evmap_core::testing::outcome::Outcome;
use evmap_core::testing::world::{Same, World, at_each_call};

use crate::content::{content, filled};
use crate::methods::{METHODS, Reader, Step, Writer, with_pending};

/// The methods that both maps have.
const COMMON: &[(&str, Step)] = &[
    ("set_meta", |world, writer, _| {
        writer.set_meta(world.item(8));
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
];

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
    let made = Outcome::of(|| filled(world, Same::default()));
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
        for (name, step) in METHODS.iter().chain(COMMON) {
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
