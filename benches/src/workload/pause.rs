//! What a reader does between two look-ups.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

/// A pause, outside of every guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// The thread goes on running. A look at the clock takes a share of the shortest such pauses.
    Busy(Duration),
    /// The thread sleeps.
    Asleep(Duration),
}

impl Pause {
    /// Lets the time pass.
    pub(super) fn take(self) {
        match self {
            Self::Busy(time) => {
                let since = Instant::now();
                // Without a hint to the processor, which may take longer than the whole pause.
                while since.elapsed() < time {}
            }
            Self::Asleep(time) => thread::sleep(time),
        }
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(time) => write!(f, "busy for {time:?}"),
            Self::Asleep(time) => write!(f, "asleep for {time:?}"),
        }
    }
}
