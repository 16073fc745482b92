//! The map, for the model that drives it and a plain `HashMap` of vectors with the same steps.
//!
//! The property test and the fuzz target share this.

mod state;
pub(crate) mod steps;
mod writes;

use evmap_core::testing::map::Hashes;
use evmap_core::testing::model;

use steps::Step;

evmap_core::map_under_test!(Multi, evmap_multi);

/// Runs the steps against maps with this hasher. Panics at the first difference.
pub(crate) fn run<S: Hashes>(steps: impl IntoIterator<Item = Step>, hasher: S) {
    model::run::<Multi<_, _, _, S>>(steps, hasher);
}
