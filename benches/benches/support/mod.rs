//! What all files of benches share: the effort, and what makes a wrong result fail.

#![allow(dead_code, reason = "each file uses its own part")]

use std::cell::LazyCell;
use std::time::Duration;

use benches::error::Mismatch;
use benches::keys::KeySet;
use benches::order::{BATCH, Order};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};

/// Enough that the table does not fit the first-level cache.
pub(crate) const KEYS: usize = 10_000;

/// Keys of a small table.
pub(crate) const SMALL: usize = 1_000;

/// Keys of a table that no cache holds.
pub(crate) const LARGE: usize = 1_000_000;

/// Absent keys that are looked up in turn.
const ABSENT: usize = 16 * BATCH;

/// A group of benches that are shown against each other.
pub(crate) type Group<'c> = BenchmarkGroup<'c, WallTime>;

/// The effort, unless the command line says otherwise. Beyond this, more samples do not help: what
/// disturbs a machine lasts longer than a bench. For figures that are held against each other there are the
/// interleaved rounds of `cargo xtask bench`: criterion runs one bench after the other, and a machine that
/// changes its pace in between changes their ratio.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500))
        .sample_size(50)
}

/// Whether each bench runs once, to see that it works (`cargo test --benches`, or the flag `--test`).
fn is_test() -> bool {
    let has = |flag: &str| std::env::args().any(|argument| argument == flag);
    has("--test") || !has("--bench")
}

/// So many, or as few as a test needs.
pub(crate) fn at_most(count: usize) -> usize {
    match is_test() {
        true => count.min(SMALL),
        false => count,
    }
}

/// Panics, and so fails the bench, if a result was wrong.
#[track_caller]
pub(crate) fn right<T>(who: &str, result: Result<T, Mismatch>) -> T {
    result.unwrap_or_else(|mismatch| panic!("wrong result from `{who}`: {mismatch}"))
}

/// What is looked up and written.
pub(crate) struct Input {
    pub(crate) keys: KeySet<u64>,
    pub(crate) order: Order<u64>,
    pub(crate) absent: Vec<u64>,
}

/// An input that is made once a bench is not filtered out.
pub(crate) type Lazy = LazyCell<Input, Box<dyn FnOnce() -> Input>>;

impl Input {
    /// With so many keys, or as few as a test needs.
    pub(crate) fn of(count: usize) -> Lazy {
        LazyCell::new(Box::new(move || {
            let keys = KeySet::integers(at_most(count));
            Self {
                order: Order::new(&keys, 1),
                absent: keys.absent(ABSENT),
                keys,
            }
        }))
    }
}
