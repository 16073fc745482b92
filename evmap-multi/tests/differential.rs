//! The map against a plain `HashMap` of vectors, by random steps; see `model`.

#[path = "../../evmap-core/tests/chance/mod.rs"]
mod chance;
#[path = "../../evmap-core/tests/deadline/mod.rs"]
mod deadline;
mod model;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasherDefault;

use chance::{Weak, config, steps};
use deadline::within_deadline;
use evmap_multi::Operation;
use model::Step;
use proptest::prelude::*;

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn agrees_with_a_plain_map(steps in steps(Step::decode)) {
        within_deadline(|| model::run(steps, evmap_multi::DefaultHashBuilder::default()));
    }

    #[test]
    fn agrees_with_a_plain_map_when_keys_collide(steps in steps(Step::decode)) {
        within_deadline(|| model::run(steps, BuildHasherDefault::<Weak>::default()));
    }

    #[test]
    fn agrees_with_a_plain_map_with_the_hasher_of_std(steps in steps(Step::decode)) {
        within_deadline(|| model::run(steps, RandomState::new()));
    }
}

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = Step::decode_all(&[0, 1, 2, 0, 27, 0, 0, 0, 9]).collect();
    assert!(matches!(
        &steps[..],
        [Step::Log(Operation::Insert { key, value }), Step::Publish]
            if key.name == "k1" && *value.0 == 2
    ));
}
