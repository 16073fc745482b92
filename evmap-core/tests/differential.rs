//! The map against a plain `HashMap`, by random steps; see `model`.

mod model;

use evmap_core::testing::model::{Step, decode_all};
use model::steps::{Log, decode};

evmap_core::differential_tests!(400, decode, model::run);

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = decode_all(&[0, 1, 2, 0, 20, 0, 0, 0, 9], decode).collect();
    let [Step::Log(step), Step::Publish] = &steps[..] else {
        panic!("{steps:?}");
    };
    assert!(matches!(step, Log::Insert(key, 2) if key.name == "k1"));
}
