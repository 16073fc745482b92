//! One kind of work of threads that all do the same.

use std::fmt;

/// So many threads look keys up, and of so many operations of each one is a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mix {
    pub(super) threads: usize,
    pub(super) share: usize,
}

impl Mix {
    /// The share of writes.
    pub(super) fn percent(self) -> f64 {
        100.0 / self.share as f64
    }

    /// How many threads, in words.
    pub(super) fn crowd(self) -> String {
        match self.threads {
            1 => "1 thread".to_owned(),
            threads => format!("{threads} threads"),
        }
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} % writes", self.crowd(), self.percent())
    }
}
