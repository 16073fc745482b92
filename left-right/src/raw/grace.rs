//! The grace period: it ends when every reader that a swap left behind has moved on.
//!
//! Steps 1 and 2 of a publish. A swap only makes a note of what it vacated ([`GracePeriod::begin`]). When the writer
//! wants that copy, [`GracePeriod::settle`] makes the fence that is owed and looks at all slots; those that may be in
//! the copy are its [`Straggler`]s. Where a cheap enter leaves that open, they get a moment to show by themselves that
//! they have moved on, and else the heavy fence tells. [`GracePeriod::wait`] then forgets each straggler whose word
//! has changed, until none is left.

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use super::{
    backoff::Pause,
    current::Relied,
    fence,
    instance::{Generation, Generations},
    registry::{Registry, Roster},
    slot::Word,
};
use crate::{diagnostics::StalledReader, sync::spin_loop};

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

impl Patience {
    /// Until a moment; for ever, if that is too far away for a clock.
    pub(crate) fn up_to(deadline: Option<Instant>) -> Self {
        deadline.map_or(Self::Forever, Self::Until)
    }
}

/// What readers have to leave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Vacated {
    /// One record.
    Record { address: usize, version: u64 },
    /// Every record.
    #[default]
    All,
}

/// How well the writer sees the slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// A reader may have entered what its slot names without having been seen to.
    Dim,
    /// A reader that seems to be outside is.
    Clear,
}

impl Vacated {
    /// The generation that a slot names, if it is one of the record that was vacated.
    #[inline]
    pub(crate) fn generation_named_by(self, word: Word) -> Option<Generation> {
        match (self, word.record()) {
            (Self::Record { address, .. }, Some(record)) => Generation::named(record, address),
            _ => None,
        }
    }

    /// Whether a reader whose slot says this may be in what was vacated (invariant 13).
    #[inline]
    pub(crate) fn may_hold(self, word: Word, sight: Sight) -> bool {
        match (self, word.record()) {
            (Self::Record { address, .. }, Some(record)) => {
                record == address && (word.is_inside() || sight == Sight::Dim)
            }
            (Self::All, Some(_)) => word.is_inside() || sight == Sight::Dim,
            (_, None) => word.is_inside(),
        }
    }
}

/// A reader that may have been in what was vacated when the writer looked.
#[derive(Debug)]
pub(crate) struct Straggler {
    /// Where its slot stands in the roster.
    index: usize,
    /// What its slot said.
    word: Word,
}

impl Straggler {
    /// Whether the reader is known to have left, or moved on, since the writer looked.
    ///
    /// *Changed*, not *outside*: a reader that enters again and again, or only refreshes, is inside
    /// nearly always. Whatever it searches for after the look it finds in the new pointer (invariant 3).
    /// Only one that was searching then may have found the old one, which its next word tells
    /// (invariant 13); and where sight is dim, only a word that names something else is a proof.
    fn has_left(&mut self, roster: &Roster, vacated: Vacated, sight: Sight) -> bool {
        let word = roster.slot(self.index).seen();
        if word == self.word {
            return false;
        }
        let may_have_found_it = self.word.is_searching() || sight == Sight::Dim;
        if may_have_found_it && !word.is_searching() && vacated.may_hold(word, sight) {
            self.word = word;
            return false;
        }
        true
    }
}

/// What a look at the slots has found.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// The readers that may be in what was vacated.
    pub(crate) stragglers: Vec<Straggler>,
    /// The generations of it that slots name.
    pub(crate) named: Generations,
    /// How many sessions all readers have fenced so far.
    pub(crate) fenced: usize,
}

impl Look {
    #[inline]
    pub(crate) fn start_over(&mut self) {
        self.stragglers.clear();
        self.named = Generations::default();
    }
}

/// What it took to see the readers clearly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settled {
    /// How many sessions the registered readers have fenced so far.
    pub(crate) fenced: usize,
    /// The fence that the readers relied on.
    pub(crate) relied: Relied,
    /// The time that went by until they had moved on or the heavy fence was made; none if they had
    /// moved on before.
    pub(crate) took: Option<Duration>,
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
    vacated: Vacated,
    /// What the last look has found, less the stragglers that have left since.
    found: Look,
    /// The fence that is to be made before the writer sees who has left.
    owed: Option<Relied>,
    /// When a wait first did not end soon.
    stalled_since: Option<Instant>,
    /// Whether the log has a warning about that.
    #[cfg(feature = "tracing")]
    is_reported: bool,
}

impl GracePeriod {
    /// Starts over after a swap, whose readers rely on this fence.
    ///
    /// Nobody looks yet: the longer it takes until the writer needs what was vacated, the more readers
    /// have moved on by themselves.
    #[inline]
    pub(crate) fn begin(&mut self, vacated: Vacated, relied: Relied) {
        // A fence that is still owed for an earlier swap covers this one, too, and the other way round.
        self.owed = match (self.owed, relied) {
            (Some(Relied::OnHeavy), _) | (_, Relied::OnHeavy) => Some(Relied::OnHeavy),
            (_, Relied::OnFull) => Some(Relied::OnFull),
        };
        self.vacated = vacated;
        self.stalled_since = None;
        #[cfg(feature = "tracing")]
        {
            self.is_reported = false;
        }
    }

    /// Makes the fence that is owed, or finds that it is not needed, and looks at the readers. `None` if
    /// that was done before.
    ///
    /// The words that are compared later are the ones read here, after the last swap (invariant 5).
    #[inline]
    pub(crate) fn settle(&mut self, registry: &Registry, patience: Patience) -> Option<Settled> {
        let relied = self.owed.take()?;
        // Pairs with the full fence of readers that search, or were asked to fence:
        // - if theirs is first, the look below sees their announcement or a later word;
        // - if this one is first, they find the new pointer.
        fence::full();
        let sight = match relied {
            Relied::OnFull => Sight::Clear,
            Relied::OnHeavy => Sight::Dim,
        };
        self.look(registry, sight);
        if relied == Relied::OnHeavy && !self.found.stragglers.is_empty() {
            return Some(self.settle_heavy(registry, patience));
        }
        Some(Settled {
            fenced: self.found.fenced,
            relied,
            took: None,
        })
    }

    /// The rest of [`settle`](Self::settle), if readers rely on the heavy fence. Out of line, since it is seldom
    /// needed while few read, and slow otherwise.
    #[inline(never)]
    fn settle_heavy(&mut self, registry: &Registry, patience: Patience) -> Settled {
        let start = Instant::now();
        if !self.have_moved_on(patience) {
            fence::heavy();
            self.look(registry, Sight::Clear);
        }
        Settled {
            fenced: self.found.fenced,
            relied: Relied::OnHeavy,
            took: Some(start.elapsed()),
        }
    }

    /// Looks at every slot, on account of the copy that was vacated.
    ///
    /// Called after a fence that follows the swap (invariant 5).
    #[inline]
    fn look(&mut self, registry: &Registry, sight: Sight) {
        registry.call(&mut self.roster);
        self.found.start_over();
        let mut fenced = registry.fenced_by_others();
        for (index, slot) in self.roster.iter().enumerate() {
            let word = slot.seen();
            if let Some(generation) = self.vacated.generation_named_by(word) {
                if !slot.is_at_rest() {
                    self.found.named.add(generation);
                }
            }
            fenced = fenced.wrapping_add(slot.fenced_sessions());
            if self.vacated.may_hold(word, sight) && (word.is_inside() || !slot.is_at_rest()) {
                self.found.stragglers.push(Straggler { index, word });
            }
        }
        self.found.fenced = fenced;
    }

    /// The generations that slots named at the last look, of the record that was vacated.
    #[inline]
    pub(crate) fn named(&self) -> Generations {
        self.found.named
    }

    /// Gives readers about the time that a heavy fence would take to move on: one that reads all the
    /// time does so by itself, within the time that it takes to see the new pointer.
    ///
    /// One that has paused does not, and the next few times that it is in the way nobody is given a moment:
    /// there will be a heavy fence anyway. Where it is not in the way it says nothing about the others.
    fn have_moved_on(&mut self, patience: Patience) -> bool {
        /// How many times.
        const IDLE: u32 = if cfg!(loom) { 0 } else { 32 };

        // A look at a reader that is at work takes some ten nanoseconds. In loom's models only publishes
        // with a deadline look, and once, or there would be too many interleavings.
        let looks = match patience {
            Patience::Never => return false,
            Patience::Until(_) if cfg!(loom) => 1,
            Patience::Forever | Patience::Briefly if cfg!(loom) => return false,
            _ => 32,
        };
        let slots = || {
            self.found
                .stragglers
                .iter()
                .map(|it| self.roster.slot(it.index))
        };
        if slots().any(|slot| slot.idle() > 0) {
            slots().for_each(|slot| slot.set_idle(slot.idle().saturating_sub(1)));
            return false;
        }
        for _ in 0..looks {
            spin_loop();
            self.prune(Sight::Dim);
            if self.found.stragglers.is_empty() {
                return true;
            }
        }
        for straggler in &self.found.stragglers {
            self.roster.slot(straggler.index).set_idle(IDLE);
        }
        false
    }

    /// Whether one of those that were still there is known to be in a copy that it has to leave.
    pub(crate) fn has_known_reader(&self) -> bool {
        let mut stragglers = self.found.stragglers.iter();
        stragglers.any(|straggler| !straggler.word.is_searching())
    }

    /// Who is still there.
    pub(crate) fn stalled_readers(&self) -> Vec<StalledReader> {
        let stalled = |straggler: &Straggler| {
            let version = match self.vacated {
                Vacated::Record { version, .. } if !straggler.word.is_searching() => Some(version),
                _ => None,
            };
            self.roster.slot(straggler.index).describe(version)
        };
        self.found.stragglers.iter().map(stalled).collect()
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
    fn prune(&mut self, sight: Sight) {
        let (roster, vacated) = (&self.roster, self.vacated);
        self.found
            .stragglers
            .retain_mut(|straggler| !straggler.has_left(roster, vacated, sight));
    }

    /// Waits until every straggler has left, or until patience ends.
    ///
    /// A stalled reader costs the writer time, but not a core.
    ///
    /// # Errors
    ///
    /// If readers are still there when patience ends; see [`stalled_readers`](Self::stalled_readers).
    #[track_caller]
    #[inline]
    pub(crate) fn wait(&mut self, patience: Patience) -> Result<Departed, StillThere> {
        assert!(self.owed.is_none(), "what is owed is settled before a wait");
        if self.found.stragglers.is_empty() {
            return Ok(Departed(()));
        }
        self.wait_for_stragglers(patience)
    }

    #[track_caller]
    fn wait_for_stragglers(&mut self, patience: Patience) -> Result<Departed, StillThere> {
        /// So many spins take some tens of nanoseconds, or a hundred.
        const MOMENT: u32 = if cfg!(loom) { 0 } else { 2 };

        // To look at a reader's slot takes the cache line away from it, which makes it slower in moving on:
        // a reader at work gets the moment that it needs.
        if !matches!(patience, Patience::Never) {
            for _ in 0..MOMENT {
                spin_loop();
            }
        }
        let mut pause = Pause::new();
        loop {
            self.prune(Sight::Clear);
            if self.found.stragglers.is_empty() {
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
        let mut stragglers = self.found.stragglers.iter();
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

#[cfg(all(test, not(loom)))]
mod tests;
