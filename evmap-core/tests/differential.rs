//! The map against a plain `HashMap`, by random steps; see `model`.

mod chance;
mod deadline;
mod model;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasherDefault;

use chance::{Weak, config, steps};
use deadline::within_deadline;
use model::Step;
use proptest::prelude::*;

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn agrees_with_a_plain_map(steps in steps(Step::decode)) {
        within_deadline(|| model::run(steps, evmap_core::DefaultHashBuilder::default()));
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
    let steps: Vec<_> = Step::decode_all(&[0, 1, 2, 0, 20, 0, 0, 0, 9]).collect();
    assert!(matches!(&steps[..], [Step::Insert(key, 2), Step::Publish] if key.name == "k1"));
}
