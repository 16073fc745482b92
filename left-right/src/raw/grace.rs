//! The grace period: it ends when every reader that a swap left behind has moved on.
//!
//! Steps 1 and 2 of a publish. A swap only makes a note of what it retired ([`GracePeriod::begin`]). When the writer
//! wants that copy, [`GracePeriod::scan`] reads all slots; those whose readers may be in the copy are its
//! [`Blocker`]s. [`GracePeriod::wait`] looks at each of them until its word is a proof that its reader is not there.
//! A guess is none. A reader at full speed moves on from its guess by itself; where that takes more than some
//! looks, the reader is told that its guesses are costly, and then the heavy fence makes bare guesses harmless.

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use super::{
    backoff::Backoff,
    fence,
    registry::{Participants, Registry},
    slot::Slot,
    word::Word,
};
use crate::{diagnostics::StalledReader, sync::spin_loop};

/// How long a call may wait for readers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// As long as it takes.
    Forever,
    /// Up to this moment.
    Until(Instant),
    /// Some microseconds.
    Spin,
    /// Not at all.
    Poll,
}

impl Wait {
    /// Until a moment; for ever, if that is too far away for a clock.
    pub(crate) fn up_to(deadline: Option<Instant>) -> Self {
        deadline.map_or(Self::Forever, Self::Until)
    }
}

/// What readers have to leave.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Retired {
    /// The copy of one version.
    Version(u64),
    /// Every copy.
    All,
}

/// Whether the heavy fence has been made since the swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// Not made: a reader that seems to be inactive may have entered by its guess.
    Pending,
    /// Made: a reader that seems to be inactive does not enter by the guess that it shows.
    Made,
}

impl Retired {
    /// Whether a reader whose slot says this may be in what was retired (invariant 13).
    #[inline]
    pub(crate) fn may_hold(self, word: Word, barrier: Barrier) -> bool {
        let is_named = match self {
            Self::Version(version) => word.names(version),
            Self::All => word.version().is_some(),
        };
        is_named && (word.is_active() || barrier == Barrier::Pending) || word.is_acquiring()
    }
}

/// A reader that may be in what was retired.
#[derive(Debug)]
pub(crate) struct Blocker {
    /// Where its slot stands among the participants.
    index: usize,
    /// What its slot said when the writer last looked, after the swap.
    word: Word,
}

impl Blocker {
    /// Looks again. `false` if the reader is known to have left, or moved on.
    ///
    /// A word that merely changed is no proof: the reader may have left and entered again, and its stores be on their
    /// way. One that acquires, and did not when the writer looked before, or with another number, is: it announced
    /// that after the swap became visible, so it finds what is current (invariant 3).
    #[inline]
    fn stays(&mut self, slot: &Slot, retired: Retired, barrier: Barrier) -> bool {
        let before = std::mem::replace(&mut self.word, slot.seen());
        let has_acquired_since = self.word.is_acquiring() && self.word != before;
        !has_acquired_since && retired.may_hold(self.word, barrier)
    }
}

/// Readers were still there when the wait ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StillThere;

/// Proof that no reader is left in the copy that the last swap took out.
///
/// Only [`GracePeriod`] makes one.
#[derive(Debug)]
pub(crate) struct Quiesced(());

/// The readers that the writer waits for before it touches a copy, or all of them.
#[derive(Debug)]
pub(crate) struct GracePeriod {
    /// Keeps the slots of the blockers.
    participants: Participants,
    retired: Retired,
    /// Whether nobody has read the slots since the swap.
    is_scan_owed: bool,
    barrier: Barrier,
    /// Those that the scan has found, less those that have left since.
    blockers: Vec<Blocker>,
    /// When a wait first did not end soon.
    stalled_since: Option<Instant>,
    /// Whether the log has a warning about that.
    #[cfg(feature = "tracing")]
    is_reported: bool,
}

impl Default for GracePeriod {
    /// Nothing was retired: there is nobody to wait for.
    fn default() -> Self {
        Self {
            participants: Participants::default(),
            retired: Retired::All,
            is_scan_owed: false,
            barrier: Barrier::Pending,
            blockers: Vec::new(),
            stalled_since: None,
            #[cfg(feature = "tracing")]
            is_reported: false,
        }
    }
}

/// Looks at a guess before its reader is told that it is costly. Loom gets numbers that it can reach.
const COSTLY: u32 = if cfg!(loom) { 1 } else { 4 };
/// Looks at a guess before the heavy fence: about as long as that takes.
const MOMENT: u32 = if cfg!(loom) { 2 } else { 100 };

impl GracePeriod {
    /// Starts over after a swap.
    ///
    /// Nobody scans yet: the longer it takes until the writer needs what was retired, the more readers
    /// have moved on by themselves.
    #[inline]
    pub(crate) fn begin(&mut self, retired: Retired) {
        self.retired = retired;
        self.is_scan_owed = true;
        self.stalled_since = None;
        #[cfg(feature = "tracing")]
        {
            self.is_reported = false;
        }
    }

    /// Reads every slot, if nobody has since the swap.
    ///
    /// The words that are compared later are the ones read here or later (invariant 5).
    #[inline]
    pub(crate) fn scan(&mut self, registry: &Registry) {
        if self.is_scan_owed {
            self.scan_all(registry, |_| ());
        }
    }

    /// [`scan`](Self::scan) that also finds the slots whose threads wait to write, among the participants.
    #[inline]
    pub(crate) fn scan_with_requests(&mut self, registry: &Registry, requests: &mut Vec<usize>) {
        requests.clear();
        if self.is_scan_owed {
            return self.scan_all(registry, |index| requests.push(index));
        }
        if self.blockers.is_empty() {
            registry.list(&mut self.participants);
        } // Else their places must stay as they are: whoever is not listed yet waits for the next round.
        let slots = self.participants.iter().enumerate();
        let asking = slots.filter(|(_, slot)| slot.seen().asks());
        requests.extend(asking.map(|(index, _)| index));
    }

    #[inline]
    fn scan_all(&mut self, registry: &Registry, mut on_request: impl FnMut(usize)) {
        self.is_scan_owed = false;
        self.barrier = Barrier::Pending;
        self.blockers.clear();
        fence::after_swap();
        registry.list(&mut self.participants);
        for (index, slot) in self.participants.iter().enumerate() {
            let word = slot.seen();
            if self.retired.may_hold(word, Barrier::Pending) {
                self.blockers.push(Blocker { index, word });
            } else if word.asks() {
                on_request(index);
            }
        }
    }

    /// The slot at this place among the participants.
    #[inline]
    pub(crate) fn participant(&self, index: usize) -> &Slot {
        self.participants.slot(index)
    }

    /// Whether one of those that were still there waits to write, and so for whoever waits for it.
    pub(crate) fn is_held_by_a_writer(&self) -> bool {
        let slots = self.blockers.iter().map(|it| self.participant(it.index));
        slots.into_iter().any(Slot::is_held_by_a_writer)
    }

    /// Whether one of those that were still there may be in any copy.
    pub(crate) fn has_acquiring_reader(&self) -> bool {
        self.blockers.iter().any(|it| it.word.is_acquiring())
    }

    /// Who is still there.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        let stalled = |it: &Blocker| self.participants.slot(it.index).describe(it.word);
        self.blockers.iter().map(stalled).collect()
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

    /// Waits until every blocker has left, or until this wait ends. Bare guesses do not end it: the heavy fence does
    /// away with them.
    ///
    /// A stalled reader costs the writer time, but not a core.
    ///
    /// # Errors
    ///
    /// If readers are still there then; see [`stalled_readers`](Self::stalled_readers).
    #[track_caller]
    #[inline]
    pub(crate) fn wait(&mut self, wait: Wait) -> Result<Quiesced, StillThere> {
        assert!(!self.is_scan_owed, "the slots are read before a wait");
        if self.blockers.is_empty() {
            return Ok(Quiesced(()));
        }
        self.wait_for_blockers(wait)
    }

    /// One blocker after the other: each look takes the line of a slot away from its reader, so only one reader at a
    /// time is made slower in moving on.
    #[track_caller]
    fn wait_for_blockers(&mut self, wait: Wait) -> Result<Quiesced, StillThere> {
        let (retired, mut looks) = (self.retired, 0);
        let mut backoff = Backoff::new();
        let is_poll = matches!(wait, Wait::Poll);
        if !is_poll {
            // A reader at work needs but a moment.
            spin_loop();
        }
        while let Some(blocker) = self.blockers.last_mut() {
            let slot = self.participants.slot(blocker.index);
            if !blocker.stays(slot, retired, self.barrier) {
                self.blockers.pop();
                looks = 0;
            } else if blocker.word.is_active() {
                let is_writer = slot.is_held_by_a_writer();
                self.pause(wait, is_writer, &mut backoff)?;
            } else {
                looks += 1;
                if looks == COSTLY {
                    slot.tell();
                }
                if looks == MOMENT || is_poll {
                    self.make_barrier();
                } else {
                    spin_loop();
                }
            }
        }
        Ok(Quiesced(()))
    }

    /// Makes the heavy fence, and tells those on whose account.
    fn make_barrier(&mut self) {
        for blocker in &self.blockers {
            let slot = self.participants.slot(blocker.index);
            let word = slot.seen();
            if !word.is_active() && self.retired.may_hold(word, Barrier::Pending) {
                slot.tell();
            }
        }
        fence::heavy();
        self.barrier = Barrier::Made;
    }

    /// Gives a reader that is active time to leave.
    ///
    /// # Errors
    ///
    /// If the wait is over. Then those that are left are active, or acquiring.
    #[track_caller]
    fn pause(
        &mut self,
        wait: Wait,
        is_held_by_a_writer: bool,
        backoff: &mut Backoff,
    ) -> Result<(), StillThere> {
        let limit = match wait {
            // It would wait for this thread.
            Wait::Spin if is_held_by_a_writer => return self.give_up(),
            Wait::Forever => {
                self.assert_not_waiting_for_itself();
                None
            }
            Wait::Spin if backoff.is_short() => None,
            Wait::Spin | Wait::Poll => return self.give_up(),
            Wait::Until(deadline) => {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return self.give_up();
                }
                Some(left)
            }
        };
        if !backoff.is_short() {
            self.note_stall();
        }
        backoff.take(limit);
        Ok(())
    }

    /// Ends a wait: with nobody but those that are there.
    fn give_up(&mut self) -> Result<(), StillThere> {
        self.prune();
        let mut blockers = self.blockers.iter();
        if self.barrier == Barrier::Pending && blockers.any(|it| !it.word.is_active()) {
            self.make_barrier();
            self.prune();
        }
        if self.blockers.is_empty() {
            return Ok(());
        }
        self.note_stall();
        Err(StillThere)
    }

    /// Forgets the readers that need not be waited for any more.
    fn prune(&mut self) {
        let (participants, retired, barrier) = (&self.participants, self.retired, self.barrier);
        self.blockers
            .retain_mut(|it| it.stays(participants.slot(it.index), retired, barrier));
    }
}

#[cfg(all(debug_assertions, not(loom)))]
impl GracePeriod {
    /// # Panics
    ///
    /// In debug builds, if the calling thread holds a guard that it would wait for itself. Only
    /// they know which thread entered.
    #[track_caller]
    pub(crate) fn assert_not_waiting_for_itself(&self) {
        let is_there = |blocker: &Blocker| {
            let slot = self.participants.slot(blocker.index);
            // What was read of it may be of an earlier call.
            let word = slot.seen();
            word.is_active()
                && self.retired.may_hold(word, self.barrier)
                && slot.was_entered_by_this_thread()
        };
        assert!(
            !self.blockers.iter().any(is_there),
            "this thread holds a guard of an older version and would wait for itself for ever: \
             drop the guard, or refresh it, before publishing"
        );
    }
}

#[cfg(not(all(debug_assertions, not(loom))))]
impl GracePeriod {
    pub(crate) fn assert_not_waiting_for_itself(&self) {}
}

#[cfg(all(test, not(loom)))]
mod tests;
