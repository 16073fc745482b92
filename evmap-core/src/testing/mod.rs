//! What the tests of both maps share. Not part of the interface: it may change in any release.
//!
//! It stands here, behind a feature, and not among the tests of either map, because a file of tests can be
//! used by another crate only by its path, which no package has.

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

pub mod deadline; // A test that hangs fails.

pub mod chance; // Random steps, a test each.

pub mod strange; // Keys and values that lie or panic.

pub mod outcome; // How a call of the user's code ended.

pub mod ledger; // Values that are counted.

pub mod world; // Keys and values each of whose calls may panic.

pub mod map; // A map under test.

pub mod observed; // One whose content can be seen without a call of the user's code.

pub mod each_call; // A panic at each call in the methods of its writer.

pub mod sharing; // And in those of the map that threads share.

pub mod model; // Random steps, against a plain map.

pub mod poisoned; // What a panic leaves of a writer.

pub mod numbers; // Maps of numbers.

pub mod handles; // What the handles promise.

pub mod shared; // What a map promises that threads share.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Whether `work` panics.
pub fn panics<R>(work: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}

/// So that a chain of calls can stand where nothing is to be returned.
pub fn ignore<T>(_: T) {}
