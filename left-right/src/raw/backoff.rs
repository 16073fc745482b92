//! Waiting for somebody else without using a core for it: spin, yield, then sleep.

#![forbid(unsafe_code)]

use std::time::Duration;

use crate::sync::thread;

/// Pauses that grow: spins first, because most waits last nanoseconds, then yields, then sleeps for
/// longer and longer, up to one and a half milliseconds.
#[derive(Debug)]
pub(crate) struct Backoff {
    #[cfg(not(loom))]
    backoff: crossbeam_utils::Backoff,
    #[cfg(not(loom))]
    sleep: Duration,
}

#[cfg(not(loom))]
impl Backoff {
    const SHORTEST: Duration = Duration::from_micros(20);
    /// Sleeps of one millisecond cost up to two per cent of a core on a virtual machine.
    const LONGEST: Duration = Duration::from_micros(1500);

    pub(crate) fn new() -> Self {
        Self {
            backoff: crossbeam_utils::Backoff::new(),
            sleep: Self::SHORTEST,
        }
    }

    /// Whether the next pause is a sleep.
    pub(crate) fn is_long(&self) -> bool {
        self.backoff.is_completed()
    }

    /// Pauses once more, for no longer than `limit`.
    pub(crate) fn take(&mut self, limit: Option<Duration>) {
        if self.is_long() {
            let sleep = self.next_sleep();
            thread::sleep(limit.map_or(sleep, |limit| sleep.min(limit)));
        } else {
            self.backoff.snooze();
        }
    }

    /// How long the next sleep is; the one after that is longer.
    pub(crate) fn next_sleep(&mut self) -> Duration {
        let sleep = self.sleep;
        self.sleep = (sleep * 2).min(Self::LONGEST);
        sleep
    }
}

/// Loom explores what happens between two attempts by itself; it has no clock.
#[cfg(loom)]
impl Backoff {
    pub(crate) fn new() -> Self {
        Self {}
    }

    pub(crate) fn is_long(&self) -> bool {
        true
    }

    pub(crate) fn take(&mut self, _limit: Option<Duration>) {
        thread::yield_now();
    }

    #[cfg(feature = "async")]
    pub(crate) fn next_sleep(&mut self) -> Duration {
        Duration::ZERO
    }
}
