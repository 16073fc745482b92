//! Waiting for somebody else without using a core for it: spin, yield, then sleep.

#![forbid(unsafe_code)]

use std::time::Duration;
#[cfg(not(loom))]
use std::time::Instant;

#[cfg(not(loom))]
use crate::sync::spin_loop;
use crate::sync::thread;

/// Pauses that grow.
///
/// First it spins, because most waits last nanoseconds. Then it yields, for as long as that gets other threads on: where
/// threads outnumber cores, the one that it waits for is among them. Then it sleeps for longer and longer, up to one and
/// a half milliseconds.
#[derive(Debug)]
pub(crate) struct Backoff {
    /// How many there were.
    #[cfg(not(loom))]
    pauses: u32,
    /// What yields have taken for which nobody else seems to have run.
    #[cfg(not(loom))]
    in_vain: Duration,
    #[cfg(not(loom))]
    sleep: Duration,
}

#[cfg(not(loom))]
impl Backoff {
    const SPINS: u32 = 16;
    const SHORT: u32 = Self::SPINS + 8;
    /// A yield that takes longer has let another thread run: alone it takes 300 ns, and a switch to another thread and
    /// back 1,700 ns.
    const FRUITFUL: Duration = Duration::from_micros(1);
    /// The core's time that yields may take in vain.
    const PATIENCE: Duration = Duration::from_micros(300);
    /// After so many pauses it sleeps in any case: where system calls are slow, all yields seem to let others run.
    const MANY: u32 = 5_000;
    const SHORTEST: Duration = Duration::from_micros(20);
    /// Sleeps of one millisecond cost up to two per cent of a core on a virtual machine.
    const LONGEST: Duration = Duration::from_micros(1500);

    pub(crate) fn new() -> Self {
        Self {
            pauses: 0,
            in_vain: Duration::ZERO,
            sleep: Self::SHORTEST,
        }
    }

    /// Whether there were so few pauses that somebody may have held a lock meanwhile.
    pub(crate) fn is_short(&self) -> bool {
        self.pauses < Self::SHORT
    }

    /// Whether the next pause is a sleep.
    fn is_long(&self) -> bool {
        self.in_vain >= Self::PATIENCE || self.pauses >= Self::MANY
    }

    /// Pauses once more, for no longer than `limit`.
    pub(crate) fn take(&mut self, limit: Option<Duration>) {
        self.pauses = self.pauses.saturating_add(1);
        if self.pauses <= Self::SPINS {
            spin_loop();
        } else if self.is_long() {
            let sleep = self.next_sleep();
            thread::sleep(limit.map_or(sleep, |limit| sleep.min(limit)));
        } else {
            let start = Instant::now();
            thread::yield_now();
            let took = start.elapsed();
            if took < Self::FRUITFUL {
                self.in_vain += took;
            }
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

    pub(crate) fn is_short(&self) -> bool {
        false
    }

    pub(crate) fn take(&mut self, _limit: Option<Duration>) {
        thread::yield_now();
    }

    #[cfg(feature = "async")]
    pub(crate) fn next_sleep(&mut self) -> Duration {
        Duration::ZERO
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn who_has_waited_in_vain_or_often_sleeps() {
        let fresh = Backoff::new();
        assert!(fresh.is_short() && !fresh.is_long());
        let in_vain = Backoff {
            in_vain: Backoff::PATIENCE,
            ..Backoff::new()
        };
        let often = Backoff {
            pauses: Backoff::MANY,
            ..Backoff::new()
        };
        for mut backoff in [in_vain, often] {
            assert!(backoff.is_long());
            backoff.pauses = backoff.pauses.max(Backoff::SPINS);
            let start = Instant::now();
            backoff.take(None);
            assert!(start.elapsed() >= Backoff::SHORTEST);
            assert!(backoff.sleep > Backoff::SHORTEST);
        }
    }

    #[test]
    fn yields_that_let_nobody_run_are_counted() {
        let mut backoff = Backoff::new();
        while !backoff.is_long() {
            backoff.take(None);
        }
        assert!(backoff.pauses > Backoff::SHORT && !backoff.is_short());
    }
}
