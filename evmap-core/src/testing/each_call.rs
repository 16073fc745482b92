//! Every method, played again for each call of the user's code in it, with a panic at that call.
//! Whatever happens, readers see the last publish and nothing is dropped twice.

use std::time::Duration;

use super::deadline::within_deadline;
use super::map::{Map, Reads as _, Writer as _};
use super::observed::Observed;
use super::outcome::Outcome;
use super::world::{Same, World, at_each_call};

/// One call of the program, as a step of a session.
pub type Step<M> = fn(&World, &mut <M as Map>::Writer, &<M as Map>::Reader);

/// The methods that both maps have.
fn common<M: Observed>() -> [(&'static str, Step<M>); 10] {
    [
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
        ("unpublished", |_, writer, _| {
            writer.unpublished();
        }),
        ("try_unpublished", |_, writer, _| {
            assert!(writer.try_unpublished().is_some());
        }),
        ("clone of a view", |_, _, reader| {
            let copy = reader.enter().clone();
            assert_eq!(M::content(&copy), M::content(&reader.enter()));
            drop(copy);
        }),
        ("comparison of views", |_, writer, reader| {
            let _ = *writer.published() == *reader.enter();
        }),
    ]
}

/// Takes a step; whether the user's code panicked in it.
fn take<M: Observed>(
    world: &World,
    step: Step<M>,
    writer: &mut M::Writer,
    reader: &M::Reader,
) -> bool {
    let (version, before) = (writer.version(), M::content(&reader.enter()));
    let next = M::with_pending(before.clone(), writer);
    let outcome = Outcome::of(|| step(world, writer, reader));
    let published = if writer.version() == version {
        before
    } else {
        next
    };
    for reader in [reader, &reader.clone()] {
        assert_eq!(M::content(&reader.enter()), published, "{outcome:?}");
    }
    match outcome {
        Outcome::Returned(()) => false,
        Outcome::Burnt(call) => {
            if !writer.is_poisoned() {
                // All goes on with what is in the log, unless the user's code panics again.
                let next = M::with_pending(published, writer);
                if let Outcome::Returned(()) = Outcome::of(|| _ = writer.publish()) {
                    assert_eq!(M::content(&reader.enter()), next, "after {call}");
                }
            }
            true
        }
        Outcome::Refused(message) => panic!("{message}"),
    }
}

/// Which handle goes first.
#[derive(Clone, Copy, Debug)]
pub enum End {
    WriterFirst,
    ReaderFirst,
    Freeze,
}

/// A filled map, the method, which is published and done again, and the end. The second publish
/// lets the second copy absorb what the method did at first, and the third time stays pending.
fn session<M: Observed<Hasher = Same>>(world: &World, step: Step<M>, end: End) {
    let made = Outcome::of(|| M::filled(world, Same::default()));
    let (mut writer, reader) = match made {
        Outcome::Returned(pair) => pair,
        Outcome::Burnt(_) => return,
        Outcome::Refused(message) => panic!("{message}"),
    };
    let publish: Step<M> = |_, writer, _| _ = writer.publish();
    let steps = [step, publish, step, publish, step];
    let _ = steps
        .into_iter()
        .any(|step| take::<M>(world, step, &mut writer, &reader));
    let published = M::content(&reader.enter());
    match end {
        End::WriterFirst => {
            let gone = Outcome::of(|| drop(writer));
            assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
            assert_eq!(M::content(&reader.enter()), published);
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
            assert_eq!(M::content(&reader.enter()), published);
        }
    }
    let gone = Outcome::of(|| drop(reader));
    assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
}

/// Plays these methods and those that both maps have.
pub fn play<M: Observed<Hasher = Same>>(methods: &'static [(&str, Step<M>)], end: End) {
    within_deadline(move || {
        for (name, step) in methods.iter().chain(&common::<M>()) {
            // The last name is the one that failed.
            println!("{name}");
            at_each_call(|world| session::<M>(world, *step, end));
        }
    });
}

/// The tests of a map with these methods beside the common ones.
#[doc(hidden)]
#[macro_export]
macro_rules! each_call_tests {
    ($map:ty, $methods:expr) => {
        use $crate::testing::each_call::End;

        #[test]
        fn readers_see_the_last_publish_when_the_writer_goes() {
            $crate::testing::each_call::play::<$map>($methods, End::WriterFirst);
        }

        #[test]
        fn the_writer_goes_last_and_quietly() {
            $crate::testing::each_call::play::<$map>($methods, End::ReaderFirst);
        }

        #[test]
        fn readers_see_the_last_publish_when_the_writer_freezes_it() {
            $crate::testing::each_call::play::<$map>($methods, End::Freeze);
        }
    };
}
