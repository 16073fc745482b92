//! Sessions of a map that threads share, with a panic at one of the calls of the user's code in them.
//! The tests of `evmap-multi` use them, too.
//!
//! What a method changes is said by a model, so that the sessions know what readers must see without
//! a look at the log, which would be a call more.

use std::fmt::Debug;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use evmap_core::testing::outcome::Outcome;
use evmap_core::testing::world::{World, at_each_call};
use left_right::Poisoned;
use left_right::Publishing;

/// A map, as a session uses it.
pub(crate) trait Subject: Clone + Send + Sync + Sized + 'static {
    type Reader: Send + 'static;
    /// What can be seen, read without a call of the user's code.
    type Content: Clone + Debug + PartialEq;

    /// The calls that do not change a copy, wherever they are made: a panic poisons nothing.
    const HARMLESS: &[&str];

    /// A filled map, published once.
    fn make(world: &World, publishing: Publishing, patience: Duration) -> Self;
    fn content(&self) -> Self::Content;
    fn version(&self) -> u64;
    fn reader(&self) -> Self::Reader;
    fn content_of(reader: &Self::Reader) -> Self::Content;
    /// Leaks a view.
    fn stall(reader: &Self::Reader);
    fn publish(&self);
    fn is_poisoned(&self) -> bool;
    fn set_meta(&self, world: &World, meta: u64);
    /// What [`set_meta`](Self::set_meta) changes.
    fn with_meta(content: Self::Content, meta: u64) -> Self::Content;
    /// The writes that return an error, one by one.
    fn tries() -> &'static [Try<Self>];
}

/// A write that returns an error if it is refused.
pub(crate) type Try<M> = fn(&M, &World) -> Result<(), Poisoned>;

/// Something that a program does with a map.
pub(crate) struct Method<M: Subject> {
    pub(crate) name: &'static str,
    pub(crate) step: fn(&World, &M),
    /// What that changes, step by step. Each happens as a whole or not at all, and none before those
    /// that come before it.
    pub(crate) changes: &'static [fn(&mut M::Content)],
}

impl<M: Subject> Method<M> {
    /// The states in which a panic may leave what was `content`, the last that without one.
    fn states(&self, content: &M::Content) -> Vec<M::Content> {
        let mut states = vec![content.clone()];
        for change in self.changes {
            let mut next = states[states.len() - 1].clone();
            change(&mut next);
            states.push(next);
        }
        states
    }
}

/// How a session is played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    pub(crate) publishing: Publishing,
    /// Whether a reader never leaves, so that the writer goes on with clones.
    pub(crate) is_stalled: bool,
    pub(crate) map_goes_first: bool,
}

/// Nobody publishes at this interval but the last handle's end.
const LONG: Publishing = Publishing::Interval(Duration::from_secs(600));
const EVERY_OTHER: Publishing = Publishing::Every(NonZeroUsize::new(2).unwrap());

/// Each is another way through the writes.
pub(crate) const SETTINGS: [Setting; 5] = {
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
        setting(Publishing::ByHand, false, false),
        setting(EVERY_OTHER, true, true),
        setting(LONG, false, true),
    ]
};

/// Plays the method without a panic, and then with one at each call.
pub(crate) fn play<M: Subject>(method: &Method<M>, setting: Setting) {
    // The last name is the one that failed.
    println!("{}, {setting:?}", method.name);
    at_each_call(|world| session(world, method, setting));
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
fn session<M: Subject>(world: &World, method: &Method<M>, setting: Setting) {
    let made = Outcome::of(|| {
        // No reader is in the way for longer than no time, where one is.
        let patience = Duration::from_secs(if setting.is_stalled { 0 } else { 600 });
        let map = M::make(world, setting.publishing, patience);
        let other = map.clone();
        (map, other)
    });
    let (map, other) = match made {
        Outcome::Returned(handles) => handles,
        Outcome::Burnt(_) => return,
        Outcome::Refused(message) => panic!("{message}"),
    };
    let first = map.content();
    let stalled = setting.is_stalled.then(|| stalled_reader(&map));
    let reader = map.reader();
    let mut known = Known {
        seen: first.clone(),
        version: map.version(),
        whole: vec![first.clone()],
    };
    let change = Method {
        name: "set_meta",
        step: |world, map: &M| map.set_meta(world, 99),
        changes: &[|content: &mut M::Content| *content = M::with_meta(content.clone(), 99)],
    };
    let publish = Method {
        name: "publish",
        step: |_, map: &M| map.publish(),
        changes: &[],
    };
    let steps = [method, &change, method, &publish, method];
    let _ = steps
        .into_iter()
        .any(|step| take(world, step, setting, &map, &other, &mut known));
    let mut may_be_seen = known.whole;
    if setting.map_goes_first {
        for handle in [other, map] {
            go(|| drop(handle));
        }
        let seen = M::content_of(&reader);
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
    if let Some(stalled) = stalled {
        assert_eq!(M::content_of(&stalled), first, "a view that is held");
        go(|| drop(stalled));
    }
}

/// A reader whose view is never dropped. It was made on a thread that is gone: in debug builds a thread
/// with a view is told so by every write.
fn stalled_reader<M: Subject>(map: &M) -> M::Reader {
    let reader = map.reader();
    let stalls = move || {
        M::stall(&reader);
        reader
    };
    thread::spawn(stalls).join().expect("it enters")
}

/// No drop of a handle panics.
fn go(drop: impl FnOnce()) {
    let gone = Outcome::of(drop);
    assert!(matches!(gone, Outcome::Returned(())), "{gone:?}");
}

/// Takes a step; whether the user's code panicked in it.
fn take<M: Subject>(
    world: &World,
    step: &Method<M>,
    setting: Setting,
    map: &M,
    other: &M,
    known: &mut Known<M::Content>,
) -> bool {
    let states = step.states(known.whole.last().expect("there is one"));
    let outcome = Outcome::of(|| (step.step)(world, map));
    if map.version() != known.version {
        known.version = map.version();
        known.seen = map.content();
        assert!(
            states.contains(&known.seen),
            "{outcome:?}: {:?}, not {states:?}",
            known.seen
        );
    }
    assert_eq!(map.content(), known.seen, "{outcome:?}");
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
    for seen in [M::content_of(&map.reader()), other.content()] {
        assert_eq!(seen, known.seen, "{call}");
    }
    assert_eq!(map.is_poisoned(), other.is_poisoned());
    if map.is_poisoned() {
        assert!(!M::HARMLESS.contains(&call), "{call}");
        refuse(world, map);
        thread::scope(|scope| {
            let refuses = || say_poisoned(world, other);
            scope.spawn(refuses).join().expect("it refuses");
        });
        assert_eq!(other.content(), known.seen);
    } else {
        go_on(world, other, known);
    }
    true
}

/// Every write of a poisoned map says so, each in its way.
fn refuse<M: Subject>(world: &World, map: &M) {
    say_poisoned(world, map);
    let attempts: [&dyn Fn(); 2] = [&|| map.set_meta(world, 1), &|| map.publish()];
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
fn say_poisoned<M: Subject>(world: &World, map: &M) {
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
fn go_on<M: Subject>(world: &World, map: &M, known: &mut Known<M::Content>) {
    let publish = |work: &dyn Fn(), known: &mut Known<M::Content>| {
        let outcome = Outcome::of(work);
        if map.version() != known.version || matches!(outcome, Outcome::Returned(())) {
            known.version = map.version();
            known.seen = map.content();
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
        let before = known.seen.clone();
        known.whole.push(M::with_meta(before, 77));
        let write = || {
            map.set_meta(world, 77);
            map.publish();
        };
        if publish(&write, known) {
            assert_eq!(known.seen, M::with_meta(known.seen.clone(), 77));
        }
    }
}
