//! What can be run: one file per suite.

pub mod bulk;
pub mod compare;
pub mod memory;
pub mod micro;
pub mod mixed;
pub mod multi;
pub mod plan;
pub mod reads;
pub mod shared;
pub mod writes;

use plan::Suite;

/// All suites; the first is the one that runs unless another is named.
pub const ALL: &[&dyn Suite] = &[
    &compare::Compare,
    &reads::Reads,
    &mixed::Mixed,
    &writes::Writes,
    &bulk::Bulk,
    &memory::Memory,
    &multi::MultiValue,
    &shared::SharedHandles,
    &micro::Micro,
];
