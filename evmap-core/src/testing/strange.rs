//! Types whose `Hash`, `Eq`, `Clone` and `Drop` lie or panic.

use std::cell::Cell;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher};
use std::ops::Deref;

use equivalent::Equivalent;

thread_local!(static NEXT: Cell<u64> = const { Cell::new(0x9e37_79b9_7f4a_7c15) });

pub fn random() -> u64 {
    let mut x = NEXT.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    NEXT.set(x);
    x
}

/// Hashes and compares as it likes, and owns memory, so that a wrong drop would show.
#[derive(Clone, Debug)]
pub struct Liar<const HASH: bool, const EQ: bool, N = Box<u64>>(pub N);

impl<const HASH: bool, const EQ: bool, N: Deref<Target = u64>> Hash for Liar<HASH, EQ, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(if HASH { random() % 8 } else { *self.0 });
    }
}

impl<const HASH: bool, const EQ: bool, N: Deref<Target = u64>> PartialEq for Liar<HASH, EQ, N> {
    fn eq(&self, other: &Self) -> bool {
        if EQ {
            random() % 2 == 0
        } else {
            *self.0 == *other.0
        }
    }
}

impl<const HASH: bool, const EQ: bool, N: Deref<Target = u64>> Eq for Liar<HASH, EQ, N> {}

/// A hasher whose clone hashes differently.
#[derive(Debug)]
pub struct Seeded(pub u64);

impl Clone for Seeded {
    fn clone(&self) -> Self {
        Self(self.0 + 1)
    }
}

impl BuildHasher for Seeded {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = DefaultHasher::new();
        hasher.write_u64(self.0);
        hasher
    }
}

/// A key of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pair(pub String, pub u32);

/// The same without owning it.
#[derive(Debug, Hash)]
pub struct Borrowed<'a>(pub &'a str, pub u32);

impl Equivalent<Pair> for Borrowed<'_> {
    fn equivalent(&self, pair: &Pair) -> bool {
        self.0 == pair.0 && self.1 == pair.1
    }
}

/// Equal to others that can be told apart.
#[derive(Clone, Debug)]
pub struct Named(pub u32, pub &'static str);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
}

thread_local!(static TRAP: Cell<Option<(Call, u32)>> = const { Cell::new(None) });

/// Panics in a call that the trap is set for, once.
#[derive(Debug)]
pub struct Trap(pub Box<u32>);

pub fn trap(n: u32) -> Trap {
    Trap(Box::new(n))
}

/// Sets the trap for the first such call after `spared` others.
pub fn set(call: Call, spared: u32) {
    TRAP.set(Some((call, spared)));
}

/// Whether the trap was not sprung yet; it is not set any more.
pub fn unset() -> bool {
    TRAP.take().is_some()
}

fn spring(call: Call) {
    match TRAP.get() {
        Some((set, 0)) if set == call => {
            TRAP.set(None);
            panic!("{call:?}, on purpose");
        }
        Some((set, spared)) if set == call => TRAP.set(Some((set, spared - 1))),
        _ => {}
    }
}

impl Hash for Trap {
    fn hash<H: Hasher>(&self, state: &mut H) {
        spring(Call::Hash);
        self.0.hash(state);
    }
}

impl PartialEq for Trap {
    fn eq(&self, other: &Self) -> bool {
        spring(Call::Eq);
        self.0 == other.0
    }
}

impl Eq for Trap {}

impl Clone for Trap {
    fn clone(&self) -> Self {
        spring(Call::Clone);
        Self(self.0.clone())
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        spring(Call::Drop);
    }
}
