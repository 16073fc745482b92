//! The grace period: it ends when every reader that a swap left behind has moved on.
//!
//! Steps 1 and 2 of a publish. A swap only makes a note of what it retired ([`GracePeriod::begin`]). When the writer
//! wants that copy, [`GracePeriod::scan`] makes the fence that is owed and reads all slots; those whose readers may be
//! in the copy are its [`Blocker`]s. Where a cheap enter leaves that open, they get a moment to show by themselves that
//! they have moved on, and else the heavy fence tells. [`GracePeriod::wait`] then forgets each blocker whose word
//! has changed, until none is left.

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use super::{
    backoff::Backoff,
    current::ReaderFence,
    fence,
    instance::{Generation, Generations},
    registry::{Participants, Registry},
    slot::Word,
};
use crate::{diagnostics::StalledReader, sync::spin_loop};

/// How long a call may wait for readers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    /// As long as it takes.
    Forever,
    /// Up to this moment.
    Until(Instant),
    /// As long as spinning and yielding helps: some microseconds.
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
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Retired {
    /// One instance.
    Instance { address: usize, version: u64 },
    /// Every instance.
    #[default]
    All,
}

/// Whether the heavy fence has been made that the writer may need to believe a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barrier {
    /// Not made: a reader that seems to be inactive may have entered what its slot names.
    Pending,
    /// Made, or not needed: a reader that seems to be inactive is.
    Done,
}

impl Retired {
    /// The generation that a slot names, if it is one of the instance that was retired.
    #[inline]
    pub(crate) fn generation_named_by(self, word: Word) -> Option<Generation> {
        match (self, word.instance()) {
            (Self::Instance { address, .. }, Some(instance)) => {
                Generation::named(instance, address)
            }
            _ => None,
        }
    }

    /// Whether a reader whose slot says this may be in what was retired (invariant 13).
    #[inline]
    pub(crate) fn may_hold(self, word: Word, barrier: Barrier) -> bool {
        match (self, word.instance()) {
            (Self::Instance { address, .. }, Some(instance)) => {
                instance == address && (word.is_active() || barrier == Barrier::Pending)
            }
            (Self::All, Some(_)) => word.is_active() || barrier == Barrier::Pending,
            (_, None) => word.is_active(),
        }
    }
}

/// A reader that may have been in what was retired when the writer scanned.
#[derive(Debug)]
pub(crate) struct Blocker {
    /// Where its slot stands among the participants.
    index: usize,
    /// What its slot said.
    word: Word,
}

impl Blocker {
    /// Whether the reader is known to have left, or moved on, since the writer scanned.
    ///
    /// *Changed*, not *inactive*: a reader that enters again and again, or only refreshes, is active
    /// nearly always. Whatever it acquires after the scan it finds by the new pointer (invariant 3).
    /// Only one that was acquiring then may have found the old one, which its next word tells
    /// (invariant 13); and before the barrier, only a word that names something else is a proof.
    fn has_left(
        &mut self,
        participants: &Participants,
        retired: Retired,
        barrier: Barrier,
    ) -> bool {
        let word = participants.slot(self.index).seen();
        if word == self.word {
            return false;
        }
        let may_have_found_it = self.word.is_acquiring() || barrier == Barrier::Pending;
        if may_have_found_it && !word.is_acquiring() && retired.may_hold(word, barrier) {
            self.word = word;
            return false;
        }
        true
    }
}

/// What one pass over the slots has found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// The readers that may be in what was retired.
    pub(crate) blockers: Vec<Blocker>,
    /// The generations of it that slots name.
    pub(crate) named: Generations,
    /// How often all readers have entered with a fence so far.
    pub(crate) fenced: usize,
}

impl Scan {
    #[inline]
    pub(crate) fn start_over(&mut self) {
        self.blockers.clear();
        self.named = Generations::default();
    }
}

/// What a scan cost, for the choice of fences.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScanCost {
    /// How often the registered readers have entered with a fence so far.
    pub(crate) fenced: usize,
    /// The fence that the readers relied on.
    pub(crate) reader_fence: ReaderFence,
    /// The time that went by until they had moved on or the heavy fence was made; none if they had
    /// moved on before.
    pub(crate) took: Option<Duration>,
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
#[derive(Debug, Default)]
pub(crate) struct GracePeriod {
    /// Keeps the slots of the blockers.
    participants: Participants,
    retired: Retired,
    /// What the last scan has found, less the blockers that have left since.
    found: Scan,
    /// The fence that is to be made before the writer sees who has left.
    owed: Option<ReaderFence>,
    /// When a wait first did not end soon.
    stalled_since: Option<Instant>,
    /// Whether the log has a warning about that.
    #[cfg(feature = "tracing")]
    is_reported: bool,
}

/// How many times a reader that has paused is not waited for.
const IDLE: u32 = if cfg!(loom) { 0 } else { 32 };

impl GracePeriod {
    /// Starts over after a swap, whose readers rely on this fence.
    ///
    /// Nobody scans yet: the longer it takes until the writer needs what was retired, the more readers
    /// have moved on by themselves.
    #[inline]
    pub(crate) fn begin(&mut self, retired: Retired, reader_fence: ReaderFence) {
        // A fence that is still owed for an earlier swap covers this one, too, and the other way round.
        self.owed = match (self.owed, reader_fence) {
            (Some(ReaderFence::Light), _) | (_, ReaderFence::Light) => Some(ReaderFence::Light),
            (_, ReaderFence::Full) => Some(ReaderFence::Full),
        };
        self.retired = retired;
        self.stalled_since = None;
        #[cfg(feature = "tracing")]
        {
            self.is_reported = false;
        }
    }

    /// Makes the fence that is owed, or finds that it is not needed, and reads the slots. `None` if
    /// that was done before.
    ///
    /// The words that are compared later are the ones read here, after the last swap (invariant 5).
    #[inline]
    pub(crate) fn scan(&mut self, registry: &Registry, wait: Wait) -> Option<ScanCost> {
        let reader_fence = self.owed.take()?;
        // Pairs with the full fence of readers that acquire, or were asked to fence:
        // - if theirs is first, the loads below see their announcement or a later word;
        // - if this one is first, they find the new pointer.
        fence::full();
        let barrier = match reader_fence {
            ReaderFence::Full => Barrier::Done,
            ReaderFence::Light => Barrier::Pending,
        };
        self.read_slots(registry, barrier);
        if reader_fence == ReaderFence::Light && !self.found.blockers.is_empty() {
            return Some(self.scan_with_barrier(registry, wait));
        }
        Some(ScanCost {
            fenced: self.found.fenced,
            reader_fence,
            took: None,
        })
    }

    /// The rest of [`scan`](Self::scan), if readers rely on the heavy fence. Out of line, since it is seldom
    /// needed while few read, and slow otherwise.
    #[inline(never)]
    fn scan_with_barrier(&mut self, registry: &Registry, wait: Wait) -> ScanCost {
        let start = Instant::now();
        if !self.have_moved_on(wait) {
            fence::heavy();
            self.read_slots(registry, Barrier::Done);
        }
        ScanCost {
            fenced: self.found.fenced,
            reader_fence: ReaderFence::Light,
            took: Some(start.elapsed()),
        }
    }

    /// Reads every slot, on account of the copy that was retired.
    ///
    /// Called after a fence that follows the swap (invariant 5).
    #[inline]
    fn read_slots(&mut self, registry: &Registry, barrier: Barrier) {
        let Self {
            participants,
            found,
            ..
        } = self;
        let retired = self.retired;
        registry.list(participants);
        found.start_over();
        let mut fenced = registry.fenced_by_others();
        for (index, slot) in participants.iter().enumerate() {
            let word = slot.seen();
            if let Some(generation) = retired.generation_named_by(word) {
                if !slot.is_quiescent() {
                    found.named.add(generation);
                }
            }
            fenced = fenced.wrapping_add(slot.fenced_entries());
            if retired.may_hold(word, barrier) && (word.is_active() || !slot.is_quiescent()) {
                found.blockers.push(Blocker { index, word });
            }
        }
        found.fenced = fenced;
    }

    /// The generations that slots named at the last scan, of the instance that was retired.
    #[inline]
    pub(crate) fn named(&self) -> Generations {
        self.found.named
    }

    /// Waits, for about as long as a heavy fence takes, until all blockers have moved on by themselves. `false` if
    /// they have not.
    ///
    /// A reader at full speed moves on as soon as it sees the new pointer. One that has paused does not: it is
    /// remembered as idle, and the next [`IDLE`] times that it is a blocker nobody waits before the heavy fence.
    fn have_moved_on(&mut self, wait: Wait) -> bool {
        // A load from the slot of a reader that is at work takes some ten nanoseconds. In loom's models only publishes
        // with a deadline do so, and once, or there would be too many interleavings.
        let loads = match wait {
            Wait::Poll => return false,
            Wait::Until(_) if cfg!(loom) => 1,
            Wait::Forever | Wait::Spin if cfg!(loom) => return false,
            _ => 32,
        };
        let slots = || {
            self.found
                .blockers
                .iter()
                .map(|it| self.participants.slot(it.index))
        };
        if slots().any(|slot| slot.idle() > 0) {
            slots().for_each(|slot| slot.set_idle(slot.idle().saturating_sub(1)));
            return false;
        }
        for _ in 0..loads {
            spin_loop();
            self.prune(Barrier::Pending);
            if self.found.blockers.is_empty() {
                return true;
            }
        }
        for blocker in &self.found.blockers {
            self.participants.slot(blocker.index).set_idle(IDLE);
        }
        false
    }

    /// Whether one of those that were still there is known to be in a copy that it has to leave.
    pub(crate) fn has_known_reader(&self) -> bool {
        let mut blockers = self.found.blockers.iter();
        blockers.any(|blocker| !blocker.word.is_acquiring())
    }

    /// Who is still there.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        let stalled = |blocker: &Blocker| {
            let version = match self.retired {
                Retired::Instance { version, .. } if !blocker.word.is_acquiring() => Some(version),
                _ => None,
            };
            self.participants.slot(blocker.index).describe(version)
        };
        self.found.blockers.iter().map(stalled).collect()
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
    fn prune(&mut self, barrier: Barrier) {
        let (participants, retired) = (&self.participants, self.retired);
        self.found
            .blockers
            .retain_mut(|blocker| !blocker.has_left(participants, retired, barrier));
    }

    /// Waits until every blocker has left, or until this wait ends.
    ///
    /// A stalled reader costs the writer time, but not a core.
    ///
    /// # Errors
    ///
    /// If readers are still there then; see [`stalled_readers`](Self::stalled_readers).
    #[track_caller]
    #[inline]
    pub(crate) fn wait(&mut self, wait: Wait) -> Result<Quiesced, StillThere> {
        assert!(self.owed.is_none(), "the owed fence is made before a wait");
        if self.found.blockers.is_empty() {
            return Ok(Quiesced(()));
        }
        self.wait_for_blockers(wait)
    }

    #[track_caller]
    fn wait_for_blockers(&mut self, wait: Wait) -> Result<Quiesced, StillThere> {
        /// So many spins take some tens of nanoseconds, or a hundred.
        const MOMENT: u32 = if cfg!(loom) { 0 } else { 2 };

        // To load from a reader's slot takes the cache line away from it, which makes it slower in moving on:
        // a reader at work gets the moment that it needs.
        if !matches!(wait, Wait::Poll) {
            for _ in 0..MOMENT {
                spin_loop();
            }
        }
        let mut backoff = Backoff::new();
        loop {
            self.prune(Barrier::Done);
            if self.found.blockers.is_empty() {
                return Ok(Quiesced(()));
            }
            if backoff.is_long() {
                self.note_stall();
            }
            let limit = match wait {
                Wait::Forever => {
                    self.assert_not_waiting_for_itself();
                    None
                }
                Wait::Spin if !backoff.is_long() => None,
                Wait::Spin | Wait::Poll => {
                    self.note_stall();
                    return Err(StillThere);
                }
                Wait::Until(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        self.note_stall();
                        return Err(StillThere);
                    }
                    Some(left)
                }
            };
            backoff.take(limit);
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
        let mut blockers = self.found.blockers.iter();
        assert!(
            !blockers.any(|blocker| {
                let slot = self.participants.slot(blocker.index);
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

#[cfg(all(test, not(loom)))]
mod tests;
