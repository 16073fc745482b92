//! How fast a writer goes.

use std::time::Duration;

/// How a writer beside a reader goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Writes that become visible together.
    pub batch: usize,
    /// The time from one publish to the next; `None` for as fast as it can.
    pub period: Option<Duration>,
}
