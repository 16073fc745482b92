//! The map against a plain `HashMap` of vectors, by random steps; see `model`.

#[path = "../../evmap-core/tests/deadline/mod.rs"]
mod deadline;
mod model;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasherDefault, Hasher};

use deadline::within_deadline;
use model::Step;
use proptest::prelude::*;

/// Four hash values for all keys and values.
#[derive(Clone, Default)]
struct Weak(u64);

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

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (any::<u8>(), any::<u8>(), any::<u16>());
    prop::collection::vec(
        step.prop_map(|(kind, key, value)| Step::decode(kind, key, value)),
        0..150,
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 4 } else { 150 },
        // A step that hangs is one deadline per attempt to shrink.
        max_shrink_time: 60_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn agrees_with_a_plain_map(steps in steps()) {
        within_deadline(|| model::run(steps, evmap_multi::DefaultHashBuilder::default()));
    }

    #[test]
    fn agrees_with_a_plain_map_when_keys_collide(steps in steps()) {
        within_deadline(|| model::run(steps, BuildHasherDefault::<Weak>::default()));
    }

    #[test]
    fn agrees_with_a_plain_map_with_the_hasher_of_std(steps in steps()) {
        within_deadline(|| model::run(steps, RandomState::new()));
    }
}

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = Step::decode_all(&[0, 1, 2, 0, 27, 0, 0, 0, 9]).collect();
    assert!(matches!(&steps[..], [Step::Insert(key, 2), Step::Publish] if key == "k1"));
}
