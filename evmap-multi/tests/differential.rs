//! The map against a plain `HashMap` of vectors, by random steps; see `model`.

mod model;

use evmap_multi::Operation;
use model::Step;

evmap_core::differential_tests!(150, Step::decode, model::run);

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = Step::decode_all(&[0, 1, 2, 0, 27, 0, 0, 0, 9]).collect();
    assert!(matches!(
        &steps[..],
        [Step::Log(Operation::Insert { key, value }), Step::Publish]
            if key.name == "k1" && *value.0 == 2
    ));
}
