//! Sessions of a map that threads share, with a panic at one of the calls of the user's code in them.
//!
//! What a method changes is said by a model, so that the sessions know what readers must see without
//! a look at the log, which would be a call more.

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use left_right::Publishing;

use super::deadline::within_deadline;
use super::map::{Map, Reads as _, Shared as _, Writer as _};
use super::observed::{Content, Observed};
use super::outcome::Outcome;
use super::world::{Fused, World, at_each_call};

/// Something that a program does with a map.
#[derive(Debug)]
pub struct Method<T, H: 'static> {
    pub name: &'static str,
    pub step: fn(&World, &T),
    /// What that changes, step by step. Each happens as a whole or not at all, and none before those
    /// that come before it.
    pub changes: &'static [fn(&mut Content<H>)],
}

/// A method of a map.
pub type MethodOf<M> = Method<<M as Map>::Shared, <M as Observed>::Held>;

impl<T, H: 'static> Clone for Method<T, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, H: 'static> Copy for Method<T, H> {}

impl<T, H: Clone + 'static> Method<T, H> {
    /// The states in which a panic may leave what was `content`, the last that without one.
    fn states(&self, content: &Content<H>) -> Vec<Content<H>> {
        let mut states = vec![content.clone()];
        for change in self.changes {
            let mut next = states[states.len() - 1].clone();
            change(&mut next);
            states.push(next);
        }
        states
    }
}

/// The methods that both maps have.
fn common<M: Observed>() -> [MethodOf<M>; 7] {
    [
        Method {
            name: "set_meta",
            step: |world, map| map.set_meta(world.item(8)),
            changes: &[|it| it.meta = 8],
        },
        Method {
            name: "publish",
            step: |_, map| map.publish(),
            changes: &[],
        },
        Method {
            name: "clones",
            step: |world, map| {
                let copy = map.clone();
                assert_eq!(M::content(&copy.enter()), M::content(&map.enter()));
                drop(copy);
                let copy = M::Shared::from(map.enter().clone());
                copy.insert(world.item(1), world.item(0));
                let _ = *copy.enter() == *map.enter();
            },
            changes: &[],
        },
        // No reader is in the way of the first publish after a look, whatever the setting.
        Method {
            name: "batch, that publishes",
            step: |world, map| {
                map.batch(|writer| {
                    M::put(writer, world.item(1), world.item(20)).publish();
                    M::put(writer, world.item(1), world.item(21));
                    world.call("closure");
                });
            },
            changes: &[see::<M, 20>, see::<M, 21>],
        },
        Method {
            name: "batch, that tries to publish",
            step: |world, map| {
                map.batch(|writer| {
                    assert!(M::put(writer, world.item(1), world.item(20)).try_publish());
                    M::put(writer, world.item(1), world.item(21));
                });
            },
            changes: &[see::<M, 20>, see::<M, 21>],
        },
        Method {
            name: "batch, that publishes in time",
            step: |world, map| {
                map.batch(|writer| {
                    M::put(writer, world.item(1), world.item(20));
                    writer.publish_timeout(Duration::from_secs(60)).unwrap();
                    M::put(writer, world.item(1), world.item(21));
                });
            },
            changes: &[see::<M, 20>, see::<M, 21>],
        },
        Method {
            name: "batch, that publishes past readers",
            step: |world, map| {
                map.batch(|writer| {
                    assert!(M::put(writer, world.item(1), world.item(19)).try_publish());
                    for value in [20, 21] {
                        M::put(writer, world.item(1), world.item(value));
                        writer.publish_or_replace(Duration::ZERO).unwrap();
                        world.call("closure");
                    }
                    M::put(writer, world.item(1), world.item(22)).flush();
                });
            },
            changes: &[see::<M, 19>, see::<M, 20>, see::<M, 21>, see::<M, 22>],
        },
    ]
}

/// This value alone stands under the first key.
fn see<M: Observed, const VALUE: u64>(content: &mut Content<M::Held>) {
    content.entries.insert(1, M::alone(VALUE));
}

/// How a session is played.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub publishing: Publishing,
    /// Whether a reader never leaves, so that the writer goes on with clones.
    pub is_stalled: bool,
    pub map_goes_first: bool,
}

/// Nobody publishes at this interval but the last handle's end.
const LONG: Publishing = Publishing::Interval(Duration::from_secs(600));
const EVERY_OTHER: Publishing = Publishing::EveryN(NonZeroUsize::new(2).unwrap());

/// Each is another way through the writes.
pub const SETTINGS: [Setting; 5] = {
    const fn setting(publishing: Publishing, is_stalled: bool, map_goes_first: bool) -> Setting {
        Setting {
            publishing,
            is_stalled,
            map_goes_first,
        }
    }
    [
        setting(Publishing::EachWrite, false, true),
        setting(Publishing::EachWrite, true, false),
        setting(Publishing::Manual, false, false),
        setting(EVERY_OTHER, true, true),
        setting(LONG, false, true),
    ]
};

/// Plays these methods and those that both maps have, each in one of the settings.
pub fn play_all<M: Observed<Hasher = Fused>>(
    methods: &[MethodOf<M>],
    settings: impl Iterator<Item = Setting>,
) {
    let methods = methods.iter().copied().chain(common::<M>());
    for (method, setting) in methods.zip(settings) {
        within_deadline(move || play::<M>(&method, setting));
    }
}

/// Plays the method without a panic, and then with one at each call.
fn play<M: Observed<Hasher = Fused>>(method: &MethodOf<M>, setting: Setting) {
    // The last name is the one that failed.
    println!("{}, {setting:?}", method.name);
    at_each_call(|world| session::<M>(world, method, setting));
}

/// What is known about the map.
struct Known<C> {
    /// What readers see, and since which version.
    seen: C,
    version: u64,
    /// With everything that is pending: one of these.
    whole: Vec<C>,
}

/// The method, three times, with a change and a publish in between, so that both copies absorb it and
/// the third time stays pending where writes do not publish. Then the end.
fn session<M: Observed<Hasher = Fused>>(world: &World, method: &MethodOf<M>, setting: Setting) {
    let made = Outcome::of(|| {
        // No reader is in the way for longer than no time, where one is.
        let reader_timeout = Duration::from_secs(if setting.is_stalled { 0 } else { 600 });
        let (writer, _) = M::filled(world, world.hasher());
        let map = writer.share(setting.publishing, reader_timeout);
        let other = map.clone();
        (map, other)
    });
    let (map, other) = match made {
        Outcome::Returned(handles) => handles,
        Outcome::Burnt(_) => return,
        Outcome::Refused(message) => panic!("{message}"),
    };
    let first = M::content(&map.enter());
    let stalled = setting.is_stalled.then(|| stalled_reader::<M>(&map));
    let reader = map.reader();
    let mut known = Known {
        seen: first.clone(),
        version: map.version(),
        whole: vec![first.clone()],
    };
    let change = Method {
        name: "set_meta",
        step: |world, map: &M::Shared| map.set_meta(world.item(99)),
        changes: &[|content: &mut Content<M::Held>| content.meta = 99],
    };
    let publish = Method {
        name: "publish",
        step: |_, map: &M::Shared| map.publish(),
        changes: &[],
    };
    let steps = [method, &change, method, &publish, method];
    let _ = steps
        .into_iter()
        .any(|step| take::<M>(world, step, setting, &map, &other, &mut known));
    let mut may_be_seen = known.whole;
    if setting.map_goes_first {
        for handle in [other, map] {
            go(|| drop(handle));
        }
        let seen = M::content(&reader.enter());
        // The last handle publishes, if nothing panics in that.
        if !world.is_calm() {
            may_be_seen.push(known.seen);
        }
        assert!(may_be_seen.contains(&seen), "{seen:?}, not {may_be_seen:?}");
        go(|| drop(reader));
    } else {
        go(|| drop(reader));
        for handle in [map, other] {
            go(|| drop(handle));
        }
    }
    if let Some((leave, stalled)) = stalled {
        drop(leave);
        let (seen, stalled) = stalled.join().expect("it looks");
        assert_eq!(seen, first, "a view that is held");
        go(|| drop(stalled));
    }
}

/// What a view shows that is held for as long as the sender lives, and its reader.
type Stalled<M> = (
    Sender<()>,
    JoinHandle<(Content<<M as Observed>::Held>, <M as Map>::Reader)>,
);

/// A reader that stays in its view, on a thread of its own: in debug builds a thread with a view is told so when it
/// publishes with the writer, as some of the methods do.
fn stalled_reader<M: Observed>(map: &M::Shared) -> Stalled<M> {
    let reader = map.reader();
    let (entered, wait_entered) = mpsc::channel();
    let (leave, wait_leave) = mpsc::channel();
    let thread = thread::spawn(move || {
        let view = reader.enter();
        entered.send(()).expect("somebody waits");
        let _ = wait_leave.recv();
        let seen = M::content(&view);
        drop(view);
        (seen, reader)
    });
    wait_entered.recv().expect("it enters");
    (leave, thread)
}

/// No drop of a handle panics.
fn go(drop: impl FnOnce()) {
    let gone = Outcome::of(drop);
    assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
}

/// Takes a step; whether the user's code panicked in it.
fn take<M: Observed>(
    world: &World,
    step: &MethodOf<M>,
    setting: Setting,
    map: &M::Shared,
    other: &M::Shared,
    known: &mut Known<Content<M::Held>>,
) -> bool {
    let states = step.states(known.whole.last().expect("there is one"));
    let outcome = Outcome::of(|| (step.step)(world, map));
    if map.version() != known.version {
        known.version = map.version();
        known.seen = M::content(&map.enter());
        assert!(
            states.contains(&known.seen),
            "{outcome:?}: {:?}, not {states:?}",
            known.seen
        );
    }
    assert_eq!(M::content(&map.enter()), known.seen, "{outcome:?}");
    let call = match outcome {
        Outcome::Returned(()) => {
            known.whole = vec![states[states.len() - 1].clone()];
            if setting.publishing == Publishing::EachWrite || step.name.starts_with("publish") {
                assert_eq!(known.seen, known.whole[0], "visible when it returns");
            }
            return false;
        }
        Outcome::Burnt(call) => call,
        Outcome::Refused(message) => panic!("{message}"),
    };
    known.whole = states;
    for seen in [
        M::content(&map.reader().enter()),
        M::content(&other.enter()),
    ] {
        assert_eq!(seen, known.seen, "{call}");
    }
    assert_eq!(map.is_poisoned(), other.is_poisoned());
    if map.is_poisoned() {
        assert!(!M::HARMLESS.contains(&call), "{call}");
        refuse::<M>(world, map);
        thread::scope(|scope| {
            let refuses = || say_poisoned::<M>(world, other);
            scope.spawn(refuses).join().expect("it refuses");
        });
        assert_eq!(M::content(&other.enter()), known.seen);
    } else {
        go_on::<M>(world, other, known);
    }
    true
}

/// Every write of a poisoned map says so, each in its way.
fn refuse<M: Observed>(world: &World, map: &M::Shared) {
    say_poisoned::<M>(world, map);
    let attempts: [&dyn Fn(); 2] = [&|| map.set_meta(world.item(1)), &|| map.publish()];
    for attempt in attempts {
        match Outcome::of(attempt) {
            Outcome::Refused(message) => {
                assert!(message.contains("an operation panicked"), "{message}");
            }
            outcome => assert!(
                world.goes_on_panicking() && matches!(outcome, Outcome::Burnt(_)),
                "{outcome:?}"
            ),
        }
    }
}

/// The writes that return errors do.
fn say_poisoned<M: Observed>(world: &World, map: &M::Shared) {
    for attempt in M::tries() {
        match Outcome::of(|| attempt(map, world)) {
            Outcome::Returned(result) => assert!(result.is_err()),
            // Before the map was asked, or after it.
            outcome @ Outcome::Burnt(_) => assert!(world.goes_on_panicking(), "{outcome:?}"),
            Outcome::Refused(message) => panic!("{message}"),
        }
    }
}

/// Everybody can write on, and what was pending becomes visible, unless the user's code panics again.
fn go_on<M: Observed>(world: &World, map: &M::Shared, known: &mut Known<Content<M::Held>>) {
    let publish = |work: &dyn Fn(), known: &mut Known<Content<M::Held>>| {
        let outcome = Outcome::of(work);
        if map.version() != known.version || matches!(outcome, Outcome::Returned(())) {
            known.version = map.version();
            known.seen = M::content(&map.enter());
            let (seen, whole) = (&known.seen, &known.whole);
            assert!(whole.contains(seen), "{outcome:?}: {seen:?}, not {whole:?}");
        }
        match outcome {
            Outcome::Returned(()) => known.whole = vec![known.seen.clone()],
            Outcome::Burnt(call) => assert!(world.goes_on_panicking(), "{call} again"),
            Outcome::Refused(message) => panic!("{message}"),
        }
        matches!(outcome, Outcome::Returned(()))
    };
    if publish(&|| map.publish(), known) {
        let mut after = known.seen.clone();
        after.meta = 77;
        known.whole.push(after);
        let write = || {
            map.set_meta(world.item(77));
            map.publish();
        };
        if publish(&write, known) {
            assert_eq!(known.seen.meta, 77);
        }
    }
}
