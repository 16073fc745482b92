//! The steps of a publish, in order: wait, bring the stale copy up to date, swap; and the end.

#![forbid(unsafe_code)]

use std::{
    mem::{self, ManuallyDrop},
    time::Instant,
};

use crate::{
    absorb::{Absorb, Independent},
    diagnostics::{Poisoned, PublishError, Stalled},
    oplog::OpLog,
    raw::{
        copies::{Copies, ENDLESS, Reclaimed},
        grace::{StillThere, Wait},
        slot::Slot,
    },
};

/// What state the pair is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing was published yet; operations go straight to the stale copy.
    Loading { dirty: bool },
    /// The first publish is out; the other copy lacks what was applied without the log.
    Unsynchronised,
    /// The copies differ by what is in the log.
    Logging,
    /// User code is changing a copy, or has panicked while it did.
    Poisoned,
}

/// The state of a writer and the steps of its calls, in order. No atomics, no unsafe.
pub(crate) struct Writer<T, O> {
    pub(crate) copies: Copies<T>,
    pub(crate) log: OpLog<O>,
    pub(crate) phase: Phase,
    /// What dropping the handle does: [`take_data_away`](Self::take_data_away), or
    /// [`leave_data`](Self::leave_data).
    pub(crate) end: fn(Self),
}

impl<T, O> Writer<T, O> {
    /// # Panics
    ///
    /// If the pair is poisoned.
    #[track_caller]
    pub(crate) fn assert_sound(&self) {
        if self.phase == Phase::Poisoned {
            panic!("{Poisoned}");
        }
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        self.phase == Phase::Poisoned
    }

    pub(crate) fn has_pending(&self) -> bool {
        self.pending() != 0
    }

    /// How many operations no reader can see yet. Those that are loaded before the first publish are not counted: if
    /// there are any, there are many.
    #[inline]
    pub(crate) fn pending(&self) -> usize {
        pending(self.phase, &self.log)
    }

    pub(crate) fn stalled(&self, since: Instant) -> PublishError {
        PublishError::Stalled(Stalled {
            readers: self.copies.stalled_readers(),
            waited: since.elapsed(),
            stalled_for: self.copies.stalled_for(),
        })
    }
}

impl<T: Absorb<O>, O> Writer<T, O> {
    #[inline]
    pub(crate) fn append(&mut self, operation: O) {
        if let Phase::Loading { .. } = self.phase {
            // Nobody has ever been in the stale copy, so there is nobody to wait for.
            let reclaimed = self.copies.reclaim(Wait::Poll);
            let mut reclaimed = reclaimed.expect("no swap yet, so no readers to wait for");
            let (stale, published) = reclaimed.both();
            self.phase = Phase::Poisoned;
            stale.absorb_second(operation, published);
            self.phase = Phase::Loading { dirty: true };
        } else {
            self.log.push(operation);
        }
    }

    /// Waits for the stale copy's readers, then applies what that copy lacks and lends it.
    #[track_caller]
    #[inline]
    pub(crate) fn prepare(&mut self, wait: Wait) -> Result<Prepared<'_, T, O>, StillThere> {
        self.copies.free_deferred(T::drop_first);
        let mut reclaimed = self.copies.reclaim(wait)?;
        let (stale, published) = reclaimed.both();
        let phase = mem::replace(&mut self.phase, Phase::Poisoned);
        // From here to the restored phase user code runs, and may panic (invariant 9).
        self.phase = match phase {
            Phase::Loading { dirty } => Phase::Loading { dirty },
            Phase::Unsynchronised => {
                stale.sync_with(published);
                self.log.bring_up_to_date(stale, published);
                Phase::Logging
            }
            Phase::Logging => {
                self.log.bring_up_to_date(stale, published);
                Phase::Logging
            }
            Phase::Poisoned => unreachable!("checked by every caller"),
        };
        Ok(Prepared {
            reclaimed,
            log: &mut self.log,
            phase: &mut self.phase,
        })
    }

    /// Asks for the cache lines that the operations will write which the stale copy lacks.
    pub(crate) fn prefetch_logged(&self) {
        let stale = self.copies.stale();
        self.log.lacking().for_each(|it| stale.prefetch(it));
    }

    /// What a publish of so many operations is in the log.
    #[cfg(feature = "tracing")]
    pub(crate) fn span(&self, operations: usize) -> tracing::span::EnteredSpan {
        tracing::debug_span!(
            "publish",
            version = self.copies.version() + 1,
            operations = operations
        )
        .entered()
    }

    #[track_caller]
    #[inline]
    pub(crate) fn publish(&mut self, wait: Wait) -> Result<(), StillThere> {
        #[cfg(feature = "tracing")]
        let _span = self.span(self.log.pending().len());
        self.prepare(wait)?.publish();
        Ok(())
    }

    /// Publishes, waiting until `deadline`, if there is one.
    #[track_caller]
    pub(crate) fn publish_until(&mut self, deadline: Option<Instant>) -> Result<(), StillThere> {
        self.publish(Wait::up_to(deadline))
    }

    /// Publishes without waiting for the readers of the stale copy, which is left to them.
    #[track_caller]
    pub(crate) fn publish_replacement(&mut self) -> Result<(), StillThere>
    where
        T: Independent,
    {
        if !self.replace_stale() {
            return Err(StillThere);
        }
        self.publish(Wait::Poll)
    }

    /// Leaves the stale copy to its readers, and goes on with a clone of the published one. `false`
    /// if too many are left to readers already.
    pub(crate) fn replace_stale(&mut self) -> bool
    where
        T: Independent,
    {
        if self.copies.reclaim(Wait::Poll).is_ok() {
            // Nobody is in it: it may have absorbed what its clone would lack.
            return true;
        }
        if !self.copies.replace_stale() {
            return false;
        }
        // The clone has everything that the published copy has: nothing is left to synchronise
        // and nothing to replay.
        if self.phase == Phase::Unsynchronised {
            self.phase = Phase::Logging;
        }
        self.log.drop_published();
        true
    }

    /// Takes the data away from the readers and returns the newest copy; the other is dropped.
    ///
    /// Everything that could panic halfway happens before, so that readers keep the data then: what
    /// is pending is published, and the copy that comes out is made equal.
    pub(crate) fn close(mut self) -> Box<T> {
        if self.phase == Phase::Poisoned {
            let (published, damaged) = self.copies.close(T::drop_first);
            mem::forget(damaged);
            return published;
        }
        if self.has_pending() {
            self.publish(Wait::Forever).expect(ENDLESS);
        }
        // Without a log the stale copy is equal, or still as empty as it was made.
        if self.log.len() != 0 {
            self.prepare(Wait::Forever).map(drop).expect(ENDLESS);
        }
        let (published, stale) = self.copies.close(T::drop_first);
        // If the first drop panics, the second copy is leaked.
        let published = ManuallyDrop::new(published);
        T::drop_first(stale);
        ManuallyDrop::into_inner(published)
    }

    /// The end of a writer whose readers do not own the data.
    pub(crate) fn take_data_away(self) {
        // Nothing says that readers may drop the last published copy on their threads, so a poisoned
        // writer leaks it to them, and the damaged one with it.
        if self.phase != Phase::Poisoned {
            T::drop_second(self.close());
        }
    }

    /// The end of a writer whose readers own the data with it.
    pub(crate) fn leave_data(mut self)
    where
        T: Independent + Send,
    {
        let sound = self.phase != Phase::Poisoned;
        self.copies
            .leave_to_readers(sound, T::drop_first, T::drop_second);
        if sound {
            // The copies share nothing with the operations.
            self.log.discard();
        }
    }

    /// Leaves the published copy to the readers, after making both copies equal, so that one of
    /// them can be dropped.
    pub(crate) fn freeze(mut self)
    where
        T: Send,
    {
        let sound = self.phase != Phase::Poisoned;
        // What was loaded and never published is in one copy only.
        let shares_nothing = matches!(self.phase, Phase::Loading { .. });
        if sound {
            let mut reclaimed = self.copies.reclaim(Wait::Forever).expect(ENDLESS);
            let (stale, published) = reclaimed.both();
            // A panic leaks both copies: they have no owner then but the readers (invariant 9).
            self.log.replay(stale, published);
        }
        let drop_stale = if shares_nothing {
            T::drop_second
        } else {
            T::drop_first
        };
        self.copies
            .leave_to_readers(sound, drop_stale, T::drop_second);
        if sound {
            self.log.discard();
        }
    }
}

/// The stale copy, free of readers and up to date: to be read, changed or published.
pub(crate) struct Prepared<'a, T, O> {
    reclaimed: Reclaimed<'a, T>,
    log: &'a mut OpLog<O>,
    phase: &'a mut Phase,
}

impl<'a, T, O> Prepared<'a, T, O> {
    /// Applies an operation at once.
    #[inline]
    pub(crate) fn append(&mut self, operation: O)
    where
        T: Absorb<O>,
    {
        let (stale, published) = self.reclaimed.both();
        // As in `Writer::prepare`.
        *self.phase = match mem::replace(self.phase, Phase::Poisoned) {
            Phase::Loading { .. } => {
                stale.absorb_second(operation, published);
                Phase::Loading { dirty: true }
            }
            phase => {
                self.log.push_absorbed(operation, stale, published);
                phase
            }
        };
    }

    /// Makes the stale copy the published one.
    #[inline]
    pub(crate) fn publish(self) {
        self.reclaimed.publish();
        match *self.phase {
            Phase::Loading { .. } => *self.phase = Phase::Unsynchronised,
            _ => self.log.copies_swapped(),
        }
    }

    #[inline]
    pub(crate) fn stale(&mut self) -> &T {
        self.reclaimed.both().0
    }

    pub(crate) fn into_stale(self) -> &'a T {
        self.reclaimed.into_stale()
    }

    /// As [`Writer::pending`].
    #[inline]
    pub(crate) fn pending(&self) -> usize {
        pending(*self.phase, self.log)
    }

    /// Whether an operation has panicked.
    #[inline]
    pub(crate) fn is_poisoned(&self) -> bool {
        *self.phase == Phase::Poisoned
    }

    /// The slot at this place among the participants.
    #[inline]
    pub(crate) fn participant(&self, index: usize) -> &Slot {
        self.reclaimed.participant(index)
    }
}

#[inline]
fn pending<O>(phase: Phase, log: &OpLog<O>) -> usize {
    match phase {
        Phase::Loading { dirty: true } => usize::MAX,
        _ => log.pending().len(),
    }
}
