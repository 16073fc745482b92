//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
#[path = "../deadline/mod.rs"]
mod deadline;
mod going_away;
mod hashers;
mod liars;
mod live;
mod panickers;
mod strange;

use std::panic::{AssertUnwindSafe, catch_unwind};

fn panics<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}
