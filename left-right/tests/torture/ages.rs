//! How old the copies are that readers look at.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// How many looks there were at copies of each age: the number of publishes since. An age of 16
/// and more counts as 16.
#[derive(Default)]
pub(crate) struct Ages([AtomicU64; 17]);

impl Ages {
    pub(crate) fn count(&self, age: u64) {
        let bucket = usize::try_from(age).map_or(16, |age| age.min(16));
        self.0[bucket].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn total(&self) -> u64 {
        self.0
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }
}

impl fmt::Display for Ages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (age, count) in self.0.iter().enumerate() {
            let count = count.load(Ordering::Relaxed);
            let more = if age == 16 { "+" } else { "" };
            if count > 0 {
                write!(f, " {age}{more}: {count}")?;
            }
        }
        Ok(())
    }
}
