//! The map against a plain `HashMap` of vectors, by random steps; see `model`.

mod model;

use evmap_core::testing::model::{Step, decode_all};
use evmap_multi::Operation;
use model::steps::{Log, decode};

evmap_core::differential_tests!(150, decode, model::run);

#[test]
fn bytes_stand_for_steps() {
    let steps: Vec<_> = decode_all(&[0, 1, 2, 0, 27, 0, 0, 0, 9], decode).collect();
    let [Step::Log(Log::Operation(step)), Step::Publish] = &steps[..] else {
        panic!("{steps:?}");
    };
    assert!(matches!(step, Operation::Insert { key, value } if key.name == "k1" && *value.0 == 2));
}
