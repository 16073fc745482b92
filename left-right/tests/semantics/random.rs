//! Random programs, played beside the model.

use proptest::prelude::*;

use crate::{
    common,
    model::{End, Program, Step, play},
};

fn program() -> impl Strategy<Value = Program> {
    let step = any::<u8>().prop_map(Step::decode);
    let end = prop_oneof![
        Just(End::Drop),
        Just(End::Take),
        Just(End::Freeze),
        Just(End::DropOwned),
    ];
    (any::<bool>(), proptest::collection::vec(step, 0..150), end)
        .prop_map(|(logged, steps, end)| Program { logged, steps, end })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500,
        // A program that hangs is one deadline per attempt to shrink it.
        max_shrink_time: 60_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_sequence_of_calls_matches_the_model(program in program()) {
        let _deadline = common::deadline();
        play(program);
    }
}

#[test]
fn bytes_stand_for_programs() {
    let Program { logged, steps, end } = Program::decode(&[3, 0, 5, 19 + 32]);
    assert!(!logged && end == End::Drop);
    assert!(matches!(
        steps[..],
        [Step::Append, Step::Publish, Step::Enter(1)]
    ));
}
