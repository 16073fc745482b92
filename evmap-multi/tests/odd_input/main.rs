//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
mod hashing;
mod liars;
mod panickers;
#[path = "../../../evmap-core/tests/odd_input/strange.rs"]
mod strange;

use std::panic::{AssertUnwindSafe, catch_unwind};

fn panics<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// So that a chain of calls can stand where nothing is to be returned.
fn ignore<T>(_: T) {}
