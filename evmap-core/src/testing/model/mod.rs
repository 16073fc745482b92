//! Drives a map and a plain `HashMap` with the same steps and compares everything that can be seen.
//!
//! The property test and the fuzz target of each map share this. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

// In reading order, a line each. (The blank lines keep rustfmt from sorting them.)

pub mod odd; // Keys that are equal but differ, values whose `Clone` panics.

mod step; // One thing that a program may do.

mod subject; // The map, and what it should hold.

mod views; // The views that readers hold.

mod driver; // What a step does.

use std::cell::OnceCell;

use self::driver::Driver;
use self::odd::Key;
pub use self::step::{End, Step, decode_all};
pub use self::subject::{Model, State, StepOf};
use self::views::Views;

/// Runs the steps against maps with this hasher. Panics at the first difference.
///
/// When a writer is gone its readers go on, until the next `Publish`: that one starts over, with a
/// map that is built of what the readers had.
pub fn run<M: Model>(steps: impl IntoIterator<Item = StepOf<M>>, hasher: M::Hasher) {
    let mut steps = steps.into_iter().peekable();
    let mut start = Vec::new();
    while steps.peek().is_some() {
        start = live::<M>(&mut steps, start, hasher.clone());
    }
}

/// The life of one map; returns the entries that it ended with.
fn live<M: Model>(
    steps: &mut impl Iterator<Item = StepOf<M>>,
    start: Vec<(Key, M::Held)>,
    hasher: M::Hasher,
) -> Vec<(Key, M::Held)> {
    let mut driver = Driver::<M, _, _, _>::new(start, hasher);
    let readers: Vec<OnceCell<M::Reader>> = vec![OnceCell::new(); M::READERS];
    let mut views = Views::new();
    for step in steps {
        if driver.has_no_writer() && matches!(step, Step::Publish) {
            break;
        }
        driver.step(step, &readers, &mut views);
        driver.check(&views);
    }
    M::entries(driver.end(&mut views))
}
