//! Random steps for the models of both maps, and a hasher for which keys collide.

use std::fmt::Debug;
use std::hash::Hasher;

use proptest::prelude::*;

/// Four hash values for everything.
#[derive(Clone, Default)]
pub(crate) struct Weak(u64);

impl Hasher for Weak {
    fn finish(&self) -> u64 {
        self.0 % 4
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
    }
}

pub(crate) fn steps<T: Debug>(decode: fn(u8, u8, u16) -> T) -> impl Strategy<Value = Vec<T>> {
    let step = (any::<u8>(), any::<u8>(), any::<u16>());
    let step = step.prop_map(move |(kind, key, value)| decode(kind, key, value));
    prop::collection::vec(step, 0..150)
}

/// Runs each test with that many random inputs.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { 4 } else { cases },
        // A step that hangs is one deadline per attempt to shrink.
        max_shrink_time: 60_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
