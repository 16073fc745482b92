//! The grace period: it ends when every reader that a swap left behind has moved on.

use std::time::{Duration, Instant};

use crate::{
    diagnostics::StalledReader,
    epoch::Word,
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

/// What readers have to leave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Vacated {
    /// One record.
    Record { address: usize, version: u64 },
    /// Every record.
    #[default]
    All,
}

impl Vacated {
    /// Whether a reader whose slot says this may be in what was vacated.
    #[inline]
    pub(crate) fn may_hold(self, word: Word) -> bool {
        word.is_inside()
            && match (self, word.record()) {
                (Self::Record { address, .. }, Some(record)) => record == address,
                (Self::All, _) | (_, None) => true,
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
    pub(crate) fn new(index: usize, word: Word) -> Self {
        Self { index, word }
    }

    /// Whether the reader has left, or moved on, since the writer looked.
    ///
    /// *Changed*, not *outside*: a reader that enters again and again, or only refreshes, is inside
    /// nearly always. Whatever it announces after the look is announced after the swap's fence, so it
    /// finds the new pointer (invariant 3). Only one that was searching then may have found the old
    /// one, which its next word tells (invariant 13).
    fn has_left(&mut self, roster: &Roster, vacated: Vacated) -> bool {
        let word = roster.slot(self.index).seen();
        if word == self.word {
            return false;
        }
        if self.word.is_searching() && !word.is_searching() && vacated.may_hold(word) {
            self.word = word;
            return false;
        }
        true
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
    vacated: Vacated,
    /// When a wait first did not end soon.
    stalled_since: Option<Instant>,
    /// Whether the log has a warning about that.
    #[cfg(feature = "tracing")]
    is_reported: bool,
}

impl GracePeriod {
    /// Starts over with the readers that may be in what was vacated, after a swap and its heavy fence.
    ///
    /// The words that are compared later are the ones read here, after *this* swap (invariant 5).
    /// Returns how many sessions the registered readers have fenced so far.
    pub(crate) fn begin(&mut self, registry: &Registry, vacated: Vacated) -> usize {
        self.vacated = vacated;
        self.stalled_since = None;
        #[cfg(feature = "tracing")]
        {
            self.is_reported = false;
        }
        registry.look(&mut self.roster, vacated, &mut self.stragglers)
    }

    /// Whether one of those that were still there is known to be in a copy that it has to leave.
    pub(crate) fn has_known_reader(&self) -> bool {
        let mut stragglers = self.stragglers.iter();
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
        self.stragglers
            .retain_mut(|straggler| !straggler.has_left(roster, *vacated));
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

#[cfg(all(test, not(loom)))]
mod tests {
    use std::ptr::NonNull;

    use super::*;
    use crate::{record::Header, registry::SharedSlot};

    /// Two records, a reader, and a writer that waits for it to leave the first, or all.
    struct Scene {
        vacated: Box<Header>,
        other: Box<Header>,
        registry: Registry,
        slot: SharedSlot,
        grace: GracePeriod,
    }

    impl Scene {
        fn new() -> Self {
            let registry = Registry::new();
            Self {
                vacated: Box::new(Header { version: 5 }),
                other: Box::new(Header { version: 6 }),
                slot: registry.register(),
                registry,
                grace: GracePeriod::default(),
            }
        }

        fn in_vacated(&mut self) {
            self.slot.stop_inside(NonNull::from(&mut *self.vacated));
        }

        fn in_other(&mut self) {
            self.slot.stop_inside(NonNull::from(&mut *self.other));
        }

        fn look(&mut self) {
            let vacated = Vacated::Record {
                address: NonNull::from(&*self.vacated).addr().get(),
                version: 5,
            };
            self.grace.begin(&self.registry, vacated);
        }

        fn look_for_all(&mut self) {
            self.grace.begin(&self.registry, Vacated::All);
        }

        fn is_over(&mut self) -> bool {
            self.grace.wait(Patience::Never).is_ok()
        }

        /// The version that a report names, of the only reader there is.
        fn reported(&self) -> Option<u64> {
            let [reader] = &self.grace.stalled_readers()[..] else {
                panic!("one reader");
            };
            reader.version
        }
    }

    #[test]
    fn a_reader_of_what_was_vacated_is_waited_for_until_it_leaves() {
        let mut scene = Scene::new();
        scene.in_vacated();
        scene.look();
        assert!(!scene.is_over());
        assert!(scene.grace.has_known_reader());
        assert_eq!(scene.reported(), Some(5));
        scene.slot.end_leaked_session();
        assert!(scene.is_over());
    }

    #[test]
    fn a_reader_that_moves_on_is_not_waited_for() {
        let mut scene = Scene::new();
        scene.in_vacated();
        scene.look();
        assert!(!scene.is_over());
        scene.in_other();
        assert!(scene.is_over());
        scene.in_vacated();
        scene.look();
        scene.slot.stop_in_search();
        assert!(scene.is_over());
    }

    #[test]
    fn a_reader_of_another_record_is_waited_for_only_if_all_have_to_leave() {
        let mut scene = Scene::new();
        scene.in_other();
        scene.look();
        assert!(scene.is_over());
        scene.look_for_all();
        assert!(!scene.is_over());
        scene.slot.end_leaked_session();
        assert!(scene.is_over());
    }

    #[test]
    fn a_reader_that_searched_is_waited_for_where_it_is_found() {
        for all in [false, true] {
            let mut scene = Scene::new();
            scene.slot.stop_in_search();
            match all {
                false => scene.look(),
                true => scene.look_for_all(),
            }
            assert!(!scene.is_over());
            assert!(!scene.grace.has_known_reader());
            assert_eq!(scene.reported(), None);
            scene.in_vacated();
            assert!(!scene.is_over());
            assert!(scene.grace.has_known_reader());
            scene.slot.end_leaked_session();
            assert!(scene.is_over());
        }
    }

    #[test]
    fn a_reader_that_searched_and_is_found_elsewhere_is_not_waited_for() {
        let mut scene = Scene::new();
        scene.slot.stop_in_search();
        scene.look();
        scene.in_other();
        assert!(scene.is_over());
    }

    #[test]
    fn a_reader_that_searches_again_has_left() {
        for all in [false, true] {
            let mut scene = Scene::new();
            scene.slot.stop_in_search();
            match all {
                false => scene.look(),
                true => scene.look_for_all(),
            }
            scene.slot.stop_in_search();
            assert!(scene.is_over());
        }
    }
}
