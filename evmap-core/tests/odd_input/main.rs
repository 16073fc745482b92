//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
mod content;
#[path = "../deadline/mod.rs"]
mod deadline;
mod each_call;
#[path = "../../../left-right/tests/panics/fuse.rs"]
mod fuse;
mod going_away;
mod hashers;
mod item;
mod liars;
mod live;
mod methods;
mod panickers;
mod shared_each_call;
mod sharing;
mod strange;
#[path = "../../../left-right/tests/common/tracked.rs"]
mod tracked;

use std::panic::{AssertUnwindSafe, catch_unwind};

fn panics<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}
