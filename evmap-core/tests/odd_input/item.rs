//! Keys and values each of whose calls may panic, and the loop over these calls. The tests of
//! `evmap-multi` use them, too.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use crate::fuse::{At, Fuse};
use crate::tracked::{Ledger, Tracked};

/// Hashes the same way in each run, so that the calls are the same, too.
pub(crate) type Same = BuildHasherDefault<DefaultHasher>;

/// A key, a value or metadata; it hashes and compares as its payload.
pub(crate) struct Item {
    value: Tracked,
    world: World,
}

impl Item {
    pub(crate) fn payload(&self) -> u64 {
        self.value.payload()
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
pub(crate) struct Fused(World);

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

/// Knows all items of a run and when to panic.
#[derive(Clone)]
pub(crate) struct World {
    ledger: Ledger,
    fuse: Fuse,
    at: At,
}

impl World {
    fn new(at: At) -> Self {
        Self {
            ledger: Ledger::default(),
            fuse: Fuse::new(at),
            at,
        }
    }

    /// Whether no call panics.
    pub(crate) fn is_calm(&self) -> bool {
        matches!(self.at, At::Never)
    }

    /// Whether the calls after one that has panicked do so, too.
    pub(crate) fn goes_on_panicking(&self) -> bool {
        matches!(self.at, At::FromThenOn(_))
    }

    pub(crate) fn hasher(&self) -> Fused {
        Fused(self.clone())
    }

    pub(crate) fn item(&self, payload: u64) -> Item {
        Item {
            value: self.ledger.value(payload),
            world: self.clone(),
        }
    }

    /// A call of the user's code.
    pub(crate) fn call(&self, name: &'static str) {
        self.fuse.burn(name);
    }

    /// How many there were.
    pub(crate) fn calls(&self) -> usize {
        self.fuse.calls()
    }
}

/// Runs a session without a panic, when nothing may be left over, and then for each call of the
/// user's code with a panic at that call, and from that call on.
#[track_caller]
pub(crate) fn at_each_call(session: impl Fn(&World)) {
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
