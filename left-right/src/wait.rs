//! The grace period: it ends when every reader seen inside at a swap has left or moved on.

use std::time::{Duration, Instant};

use crate::{
    diagnostics::StalledReader,
    pause::Pause,
    registry::{Registry, Roster},
};

/// How long a call may wait for readers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Patience {
    /// As long as it takes.
    Forever,
    /// Up to this moment.
    Until(Instant),
    /// As long as spinning and yielding helps: some microseconds.
    Briefly,
    /// Not at all.
    Never,
}

/// A reader that was inside when the writer looked.
#[derive(Debug)]
pub(crate) struct Straggler {
    /// Where its slot stands in the roster.
    index: usize,
    session: usize,
}

impl Straggler {
    pub(crate) fn new(index: usize, session: usize) -> Self {
        Self { index, session }
    }

    /// Whether the reader has left the session that it was seen in.
    ///
    /// *Changed*, not *even*: a reader that enters again and again, or only refreshes, is inside
    /// nearly always, but never for long in the same session. A reader that has moved on entered
    /// after the swap's fence and so found the new pointer (invariant 3).
    fn has_left(&self, roster: &Roster) -> bool {
        roster.slot(self.index).session_seen() != self.session
    }

    /// Whether the reader is known to be in another copy than the one at this address.
    fn is_elsewhere(&self, roster: &Roster, vacated: usize) -> bool {
        roster
            .slot(self.index)
            .record_seen(self.session)
            .is_some_and(|record| record.addr().get() != vacated)
    }
}

/// Readers were still there when patience ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StillThere;

/// Proof that no reader is left in the copy that the last swap took out.
///
/// Only [`GracePeriod`] makes one.
#[derive(Debug)]
pub(crate) struct Departed(());

/// The readers that the writer waits for before it touches a copy, or all of them.
#[derive(Debug, Default)]
pub(crate) struct GracePeriod {
    /// Keeps the slots of the stragglers.
    roster: Roster,
    stragglers: Vec<Straggler>,
    /// The address of the copy that they have to leave; 0 if they have to leave altogether.
    vacated: usize,
    /// When a wait first did not end soon.
    stalled_since: Option<Instant>,
    /// Whether the log has a warning about that.
    #[cfg(feature = "tracing")]
    is_reported: bool,
}

impl GracePeriod {
    /// Starts over with the readers that are inside now, after a swap and its heavy fence. They
    /// have to leave the record at the address `vacated`, or every record if it is 0.
    ///
    /// The values that are compared later are the ones read here, after *this* swap (invariant 5).
    /// Returns the registry's measure of how much was read.
    pub(crate) fn begin(&mut self, registry: &Registry, vacated: usize) -> usize {
        self.vacated = vacated;
        self.stalled_since = None;
        #[cfg(feature = "tracing")]
        {
            self.is_reported = false;
        }
        registry.look(&mut self.roster, &mut self.stragglers)
    }

    /// Whether one of those that are still there is known to be in the copy that they have to leave.
    pub(crate) fn has_known_reader(&self) -> bool {
        self.stragglers.iter().any(|straggler| {
            let slot = self.roster.slot(straggler.index);
            let record = slot.record_seen(straggler.session);
            record.is_some_and(|record| record.addr().get() == self.vacated)
        })
    }

    /// Who is still there.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        let stalled = |straggler: &Straggler| {
            let slot = self.roster.slot(straggler.index);
            slot.describe(straggler.session)
        };
        self.stragglers.iter().map(stalled).collect()
    }

    /// For how long they have been known to be there.
    pub(crate) fn stalled_for(&self) -> Duration {
        self.stalled_since
            .map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Takes note of a wait that does not end soon.
    fn note_stall(&mut self) {
        if self.stalled_since.is_none() {
            self.stalled_since = Some(Instant::now());
        }
        #[cfg(feature = "tracing")]
        self.report();
    }

    #[cfg(feature = "tracing")]
    fn report(&mut self) {
        /// Shorter than this, a reader was merely descheduled.
        const REMARKABLE: Duration = Duration::from_millis(10);
        if !self.is_reported && self.stalled_for() >= REMARKABLE {
            self.is_reported = true;
            tracing::warn!(
                readers = ?self.stalled_readers(),
                "a publish waits for readers that hold guards of an older version"
            );
        }
    }

    /// Forgets the readers that need not be waited for any more.
    fn prune(&mut self) {
        let Self {
            roster, vacated, ..
        } = self;
        self.stragglers.retain(|straggler| {
            !straggler.has_left(roster)
                && (*vacated == 0 || !straggler.is_elsewhere(roster, *vacated))
        });
    }

    /// Waits until every straggler has left, or until patience ends.
    ///
    /// A stalled reader costs the writer time, but not a core.
    ///
    /// # Errors
    ///
    /// If readers are still there when patience ends; see [`stalled_readers`](Self::stalled_readers).
    #[track_caller]
    pub(crate) fn wait(&mut self, patience: Patience) -> Result<Departed, StillThere> {
        let mut pause = Pause::new();
        loop {
            self.prune();
            if self.stragglers.is_empty() {
                return Ok(Departed(()));
            }
            if pause.is_long() {
                self.note_stall();
            }
            let limit = match patience {
                Patience::Forever => {
                    self.assert_not_waiting_for_itself();
                    None
                }
                Patience::Briefly if !pause.is_long() => None,
                Patience::Briefly | Patience::Never => {
                    self.note_stall();
                    return Err(StillThere);
                }
                Patience::Until(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        self.note_stall();
                        return Err(StillThere);
                    }
                    Some(left)
                }
            };
            pause.take(limit);
        }
    }
}

#[cfg(all(debug_assertions, not(loom)))]
impl GracePeriod {
    /// # Panics
    ///
    /// In debug builds, if the calling thread holds a guard that it would wait for itself. Only
    /// they know which thread entered.
    #[track_caller]
    fn assert_not_waiting_for_itself(&self) {
        let mut stragglers = self.stragglers.iter();
        assert!(
            !stragglers.any(|straggler| {
                let slot = self.roster.slot(straggler.index);
                slot.was_entered_by_this_thread()
            }),
            "this thread holds a guard of an older version and would wait for itself for ever: \
             drop the guard, or refresh it, before publishing"
        );
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
impl GracePeriod {
    fn assert_not_waiting_for_itself(&self) {}
}
