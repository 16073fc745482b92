//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
mod content;
#[path = "../../../evmap-core/tests/deadline/mod.rs"]
mod deadline;
#[path = "../../../evmap-core/tests/odd_input/each_call.rs"]
mod each_call;
#[path = "../../../left-right/tests/panics/fuse.rs"]
mod fuse;
mod hashing;
#[path = "../../../evmap-core/tests/odd_input/item.rs"]
mod item;
mod liars;
mod methods;
mod panickers;
mod shared_each_call;
#[path = "../../../evmap-core/tests/odd_input/sharing.rs"]
mod sharing;
#[path = "../../../evmap-core/tests/odd_input/strange.rs"]
mod strange;
#[path = "../../../left-right/tests/common/tracked.rs"]
mod tracked;

use std::panic::{AssertUnwindSafe, catch_unwind};

fn panics<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// So that a chain of calls can stand where nothing is to be returned.
fn ignore<T>(_: T) {}
