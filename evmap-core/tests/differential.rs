//! The map against a plain `HashMap`, by random steps; see `model`.

mod model;

use model::Step;

evmap_core::differential_tests!(400, Step::decode, model::run);

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = Step::decode_all(&[0, 1, 2, 0, 20, 0, 0, 0, 9]).collect();
    assert!(matches!(&steps[..], [Step::Insert(key, 2), Step::Publish] if key.name == "k1"));
}
