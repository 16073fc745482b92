//! Keys and values each of whose calls may panic, and the loop over these calls.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::ledger::{Ledger, Tracked};
use super::outcome::burn;

/// Hashes the same way in each run, so that the calls are the same, too.
pub type Same = BuildHasherDefault<DefaultHasher>;

/// A key, a value or metadata; it hashes and compares as its payload.
#[derive(Debug)]
pub struct Item {
    value: Tracked,
    world: World,
}

impl Item {
    pub fn payload(&self) -> u64 {
        *self.value
    }
}

impl Clone for Item {
    fn clone(&self) -> Self {
        self.world.call("clone");
        self.world.item(self.payload())
    }
}

impl Drop for Item {
    fn drop(&mut self) {
        self.world.call("drop");
    }
}

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.world.call("hash");
        self.payload().hash(state);
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.world.call("eq");
        self.payload() == other.payload()
    }
}

impl Eq for Item {}

/// Hashes as [`Same`] does, and may panic when it is cloned or asked.
#[derive(Debug)]
pub struct Fused(World);

impl Clone for Fused {
    fn clone(&self) -> Self {
        self.0.call("clone of the hasher");
        Self(self.0.clone())
    }
}

impl BuildHasher for Fused {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        self.0.call("hasher");
        DefaultHasher::new()
    }
}

/// At which calls to panic.
#[derive(Clone, Copy, Debug)]
enum At {
    Never,
    /// At this call only.
    Once(usize),
    /// At this call and all that follow, except while the thread unwinds already.
    FromThenOn(usize),
}

/// Knows all items of a run and when to panic.
#[derive(Clone, Debug)]
pub struct World {
    ledger: Ledger,
    /// How many calls of the user's code there were.
    calls: Arc<AtomicUsize>,
    at: At,
}

impl World {
    fn new(at: At) -> Self {
        Self {
            ledger: Ledger::default(),
            calls: Arc::default(),
            at,
        }
    }

    /// Whether no call panics.
    pub fn is_calm(&self) -> bool {
        matches!(self.at, At::Never)
    }

    /// Whether the calls after one that has panicked do so, too.
    pub fn goes_on_panicking(&self) -> bool {
        matches!(self.at, At::FromThenOn(_))
    }

    pub fn hasher(&self) -> Fused {
        Fused(self.clone())
    }

    pub fn item(&self, payload: u64) -> Item {
        Item {
            value: self.ledger.value(payload),
            world: self.clone(),
        }
    }

    /// A call of the user's code.
    pub fn call(&self, name: &'static str) {
        let count = self.calls.fetch_add(1, Ordering::SeqCst);
        let burns = match self.at {
            At::Never => false,
            At::Once(at) => count == at,
            At::FromThenOn(at) => count >= at && !thread::panicking(),
        };
        if burns {
            burn(name);
        }
    }

    /// A call of a closure that says which items stay: the even ones.
    pub fn keeps(&self, item: &Item) -> bool {
        self.call("closure");
        item.payload() % 2 == 0
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// Runs a session without a panic, when nothing may be left over, and then for each call of the
/// user's code with a panic at that call, and from that call on.
#[track_caller]
pub fn at_each_call(session: impl Fn(&World)) {
    let run = |at| {
        let world = World::new(at);
        session(&world);
        world
    };
    let world = run(At::Never);
    world.ledger.assert_all_dropped_once();
    for call in 0..world.calls() {
        for at in [At::Once(call), At::FromThenOn(call)] {
            let world = run(at);
            world.ledger.alive();
            assert!(world.calls() > call, "{at:?} was not reached");
        }
    }
}
