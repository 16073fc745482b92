//! The grace period: it ends when every reader seen inside at a swap has left or moved on.

use std::time::{Duration, Instant};

use crate::{
    registry::{Registry, SharedSlot},
    sync::thread,
};

/// How long a call may wait for readers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// As long as it takes.
    Forever,
    /// Up to this moment.
    Until(Instant),
    /// Not at all.
    Never,
}

/// A reader that was inside when the writer looked.
#[derive(Debug)]
pub(crate) struct Straggler {
    slot: SharedSlot,
    session: usize,
}

impl Straggler {
    pub(crate) fn new(slot: SharedSlot, session: usize) -> Self {
        Self { slot, session }
    }

    /// Whether the reader has left the session that it was seen in.
    ///
    /// *Changed*, not *even*: a reader that enters again and again, or only refreshes, is inside
    /// nearly always, but never for long in the same session. A reader that has moved on entered
    /// after the swap's fence and so found the new pointer (invariant 3).
    fn has_left(&self) -> bool {
        self.slot.session_seen() != self.session
    }
}

/// Proof that no reader is left in the copy that the last swap took out.
///
/// Only [`GracePeriod`] makes one.
#[derive(Debug)]
pub(crate) struct Departed(());

/// The readers that the writer waits for before it touches the stale copy.
#[derive(Debug, Default)]
pub(crate) struct GracePeriod {
    stragglers: Vec<Straggler>,
}

impl GracePeriod {
    /// Starts over with the readers that are inside now, after a swap and its heavy fence.
    ///
    /// The values that are compared later are the ones read here, after *this* swap (invariant 5).
    /// Returns the registry's measure of how much was read.
    pub(crate) fn begin(&mut self, registry: &Registry) -> usize {
        registry.look(&mut self.stragglers)
    }

    /// Waits until every straggler has left, or until patience ends.
    ///
    /// Spins for a moment, because most sessions last nanoseconds; then yields; then sleeps for
    /// longer and longer, up to a millisecond, so that a stalled reader costs the writer time but
    /// not a core.
    ///
    /// # Errors
    ///
    /// How many readers are still there when patience ends.
    pub(crate) fn wait(&mut self, patience: Patience) -> Result<Departed, usize> {
        let mut pause = Pause::new();
        loop {
            self.stragglers.retain(|straggler| !straggler.has_left());
            if self.stragglers.is_empty() {
                return Ok(Departed(()));
            }
            let limit = match patience {
                Patience::Forever => None,
                Patience::Never => return Err(self.stragglers.len()),
                Patience::Until(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(self.stragglers.len());
                    }
                    Some(left)
                }
            };
            pause.take(limit);
        }
    }
}

/// Spin, yield, sleep.
struct Pause {
    #[cfg(not(loom))]
    backoff: crossbeam_utils::Backoff,
    #[cfg(not(loom))]
    sleep: Duration,
}

#[cfg(not(loom))]
impl Pause {
    const SHORTEST: Duration = Duration::from_micros(20);
    const LONGEST: Duration = Duration::from_millis(1);

    fn new() -> Self {
        Self {
            backoff: crossbeam_utils::Backoff::new(),
            sleep: Self::SHORTEST,
        }
    }

    fn take(&mut self, limit: Option<Duration>) {
        if !self.backoff.is_completed() {
            self.backoff.snooze();
            return;
        }
        thread::sleep(self.sleep.min(limit.unwrap_or(Self::LONGEST)));
        self.sleep = (self.sleep * 2).min(Self::LONGEST);
    }
}

/// Loom explores what happens between two looks by itself; it has no clock.
#[cfg(loom)]
impl Pause {
    fn new() -> Self {
        Self {}
    }

    fn take(&mut self, _limit: Option<Duration>) {
        thread::yield_now();
    }
}
