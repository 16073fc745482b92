//! Rounds: one thread at a time has the writer, and carries out what others ask for with what it wants itself.
//!
//! A round scans the slots once, for readers and for requests; waits for the readers, and brings the stale copy up to
//! date; applies its own request and the others', in the order of the scan; publishes once; and gives the answers back.
//! If readers stay, nothing has happened yet: the thread gives the lock back, and tries again.

#![forbid(unsafe_code)]

use std::time::{Duration, Instant};

use crate::{
    absorb::Absorb,
    diagnostics::{Poisoned, PublishError, Stalled},
    publishing::Publishing,
    raw::{
        backoff::Backoff,
        grace::{StillThere, Wait},
        lock::{Acquired, Lock, Locked},
        registry::StructureId,
        state::Share,
        tls::{Aside, SharedReader},
    },
    request::Request,
    shared_writer::SharedWriter,
    sync::{AtomicBool, Ordering},
    write::WriteHandle,
    writer::{Prepared, Writer},
};

/// What all handles of a shared writer have in common.
pub(crate) struct Combiner<T, O, D, W, A> {
    lock: Lock<Request<O, A>, State<W>>,
    /// The structure that the writer belongs to.
    id: StructureId,
    /// Whether an operation has panicked, or the writer was lost. Written by whoever has the lock.
    is_poisoned: AtomicBool,
    pub(crate) publishing: Publishing,
    /// For how long a reader may be in the way.
    pub(crate) reader_timeout: Duration,
    /// Leaves the stale copy to readers that stay for longer. `None` where it cannot be: then writers wait.
    pub(crate) leave_copy: Option<LeaveCopy<T, O>>,
    of: Handle<T, O, D>,
}

/// Leaves the stale copy to its readers; `false` if too many are left already.
pub(crate) type LeaveCopy<T, O> = fn(&mut Writer<T, O>) -> bool;

type Handle<T, O, D> = std::marker::PhantomData<fn() -> WriteHandle<T, O, D>>;

/// What one thread at a time has.
struct State<W> {
    writer: W,
    /// The slots that ask, in the order of the last scan.
    asking: Vec<usize>,
}

/// What happens when readers stay for so long.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// They keep their copy, if that can be, and else go on being waited for.
    Insist,
    /// They keep their copy, if that can be. Other writers are not waited for for longer, either.
    LeaveCopy,
    /// The call fails. Other writers are not waited for for longer, either.
    GiveUp,
}

/// How far an attempt got that waits for nobody.
#[cfg(feature = "async")]
pub(crate) enum Attempt {
    Done,
    /// Readers are in the way.
    Stalled,
    /// Another thread has the writer.
    Locked,
}

/// When a round publishes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// As the policy says.
    Due,
    /// If anything is pending.
    Now,
}

impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> Combiner<T, O, D, W, A> {
    /// # Panics
    ///
    /// If the structure is shared already.
    pub(crate) fn new(
        mut writer: W,
        share: &Share<T>,
        publishing: Publishing,
        reader_timeout: Duration,
        leave_copy: Option<LeaveCopy<T, O>>,
    ) -> Self {
        let is_poisoned = writer.handle().is_poisoned();
        let state = State {
            writer,
            asking: Vec::new(),
        };
        Self {
            lock: Lock::new(share, state),
            id: share.id(),
            is_poisoned: AtomicBool::new(is_poisoned),
            publishing,
            reader_timeout,
            leave_copy,
            of: Handle::default(),
        }
    }

    pub(crate) fn into_writer(self) -> W {
        self.lock.into_inner().writer
    }

    /// Carries `request` out, or has it carried out.
    #[track_caller]
    #[inline]
    pub(crate) fn write(&self, reader: &SharedReader<T>, request: &mut Request<O, A>) {
        let aside = self.stand_aside(reader);
        if let Some(locked) = self.lock.try_lock() {
            if self
                .turn(locked)
                .round(Some(request), When::Due, false)
                .is_ok()
            {
                return;
            }
        }
        drop(aside);
        // If it is poisoned, the request says so.
        let _ = self.insist(reader, Some(request), When::Due);
    }

    /// Readies this thread for the lock: before each wait for it, since user code that has run meanwhile may have taken
    /// guards.
    #[track_caller]
    #[inline]
    fn stand_aside<'r>(&self, reader: &'r SharedReader<T>) -> Aside<'r> {
        reader.stand_aside(self.leave_copy.is_some())
    }

    /// Has rounds until one succeeds, or somebody else has carried the request out.
    #[track_caller]
    #[cold]
    fn insist(
        &self,
        reader: &SharedReader<T>,
        mut request: Option<&mut Request<O, A>>,
        when: When,
    ) -> Result<(), Poisoned> {
        let (limit, mut backoff) = (self.reader_timeout, Backoff::new());
        loop {
            let request = request.as_deref_mut();
            match self.rounds(reader, request, when, limit, Then::Insist) {
                // A handful of copies is left to readers already.
                Err(PublishError::Stalled(_)) => backoff.take(None),
                Err(PublishError::Poisoned(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Has rounds until one succeeds, or readers were in the way for so long.
    #[track_caller]
    pub(crate) fn rounds(
        &self,
        reader: &SharedReader<T>,
        mut request: Option<&mut Request<O, A>>,
        when: When,
        limit: Duration,
        then: Then,
    ) -> Result<(), PublishError> {
        let start = Instant::now();
        // None: for ever, if it is too far away for a clock.
        let deadline = start.checked_add(limit);
        let deadline = deadline.filter(|_| then != Then::Insist);
        // Since when readers are in the way, as far as this call knows.
        let mut since = (then == Then::GiveUp).then_some(start);
        let mut backoff = Backoff::new();
        loop {
            let aside = reader.stand_aside(self.leave_copy.is_some() || then == Then::GiveUp);
            let slot = aside.slot();
            let mut turn = match self.lock.acquire(slot, request.as_deref_mut(), deadline) {
                Acquired::Locked(locked) => self.turn(locked),
                Acquired::Answered => return Ok(()),
                Acquired::TimedOut => {
                    return Err(PublishError::Stalled(Stalled::by_a_writer(start.elapsed())));
                }
            };
            let is_over = since.is_some_and(|since| since.elapsed() >= limit);
            let leaves_copy = is_over && then != Then::GiveUp;
            match turn.round(request.as_deref_mut(), when, leaves_copy) {
                Ok(()) => return self.checked().map_err(PublishError::Poisoned),
                Err(StillThere) if is_over => return Err(turn.handle().writer().stalled(start)),
                Err(StillThere) if then == Then::Insist => turn.assert_not_waiting_for_itself(),
                Err(StillThere) => {}
            }
            // Nobody waits for readers with the lock in hand.
            drop((turn, aside));
            let since = since.get_or_insert_with(Instant::now);
            backoff.take(Some(limit.saturating_sub(since.elapsed())));
        }
    }

    /// Makes everything visible that was written before.
    #[track_caller]
    pub(crate) fn publish(&self, reader: &SharedReader<T>) -> Result<(), Poisoned> {
        self.insist(reader, None, When::Now)
    }

    /// An attempt at a publish that waits neither for readers nor for other writers.
    #[track_caller]
    #[cfg(feature = "async")]
    pub(crate) fn attempt(
        &self,
        reader: &SharedReader<T>,
        leaves_copy: bool,
    ) -> Result<Attempt, Poisoned> {
        let _aside = reader.stand_aside(true);
        let Some(locked) = self.lock.try_lock() else {
            return Ok(Attempt::Locked);
        };
        let round = self.turn(locked).round(None, When::Now, leaves_copy);
        self.checked()?;
        Ok(match round {
            Ok(()) => Attempt::Done,
            Err(StillThere) => Attempt::Stalled,
        })
    }

    /// Runs `change` with the writer, on this thread, and then has a round. Before, the stale copy is brought up to date,
    /// where that stops for no reader.
    #[track_caller]
    pub(crate) fn with_writer<R>(
        &self,
        reader: &SharedReader<T>,
        change: impl FnOnce(&mut W) -> R,
    ) -> Result<R, Poisoned> {
        let mut turn = self.prepared_turn(reader)?;
        let result = change(turn.writer());
        turn.check();
        // Its guards may be new ones. One that is not in the way does no harm.
        let aside = reader.stand_aside(true);
        let round = turn.round(None, When::Due, false);
        let is_sound = self.checked();
        drop((turn, aside));
        match round {
            Ok(()) => is_sound?,
            Err(StillThere) => self.insist(reader, None, When::Due)?,
        }
        Ok(result)
    }

    #[track_caller]
    fn prepared_turn(&self, reader: &SharedReader<T>) -> Result<Turn<'_, T, O, D, W, A>, Poisoned> {
        let mut backoff = Backoff::new();
        let mut since = None;
        loop {
            let aside = self.stand_aside(reader);
            let mut turn = self.lock(&aside);
            self.checked()?;
            let is_over = since.is_some_and(|it: Instant| it.elapsed() >= self.reader_timeout);
            if self.leave_copy.is_none() || turn.prepare(is_over).is_ok() {
                return Ok(turn);
            }
            drop((turn, aside));
            since.get_or_insert_with(Instant::now);
            backoff.take(None);
        }
    }

    /// Looks at the writer, which may be poisoned.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if it is that of another structure.
    #[track_caller]
    pub(crate) fn inspect<R>(
        &self,
        reader: &SharedReader<T>,
        look: impl FnOnce(&WriteHandle<T, O, D>) -> R,
    ) -> Result<R, Poisoned> {
        let aside = reader.stand_aside(true);
        let mut turn = self.lock(&aside);
        let handle = turn.handle();
        match handle.core_id() == self.id {
            true => Ok(look(handle)),
            false => Err(Poisoned),
        }
    }

    #[track_caller]
    fn lock(&self, aside: &Aside<'_>) -> Turn<'_, T, O, D, W, A> {
        match self.lock.acquire(aside.slot(), None, None) {
            Acquired::Locked(locked) => self.turn(locked),
            Acquired::Answered | Acquired::TimedOut => {
                unreachable!("who asks for nothing, without a deadline, gets the lock")
            }
        }
    }

    #[inline]
    fn turn<'a>(&'a self, locked: Locked<'a, Request<O, A>, State<W>>) -> Turn<'a, T, O, D, W, A> {
        Turn {
            locked,
            combiner: self,
        }
    }

    /// Leaves the stale copy to the readers that are in the way, if it is time to and that can be, and goes on with a
    /// clone. The list of the participants goes with the copy: `asking` is found anew.
    #[track_caller]
    #[cold]
    #[inline(never)]
    fn make_way<'w>(
        &self,
        writer: &'w mut Writer<T, O>,
        asking: &mut Vec<usize>,
        is_over: bool,
    ) -> Result<Prepared<'w, T, O>, StillThere> {
        let leave_copy = self.leave_copy.ok_or(StillThere)?;
        // A thread that waits to write does not leave before.
        let is_over = is_over || writer.copies.is_held_by_a_writer();
        if !is_over || !leave_copy(writer) {
            return Err(StillThere);
        }
        writer.copies.scan_with_requests(asking);
        writer.prepare(Wait::Poll)
    }

    /// Whether writes that do not publish need not wait for readers.
    #[inline]
    fn appends(&self) -> bool {
        let publishes = matches!(
            self.publishing,
            Publishing::EachWrite | Publishing::EveryN(_)
        );
        W::BLIND.is_some() && !publishes
    }

    /// Whether it is time to publish so many operations.
    #[inline]
    fn is_due(&self, pending: usize, when: When) -> bool {
        let enough = match self.publishing {
            _ if when == When::Now => 1,
            Publishing::EachWrite => 1,
            Publishing::EveryN(count) => count.get(),
            Publishing::Interval(_) | Publishing::Manual => return false,
        };
        pending >= enough
    }
}

impl<T, O, D, W, A> Combiner<T, O, D, W, A> {
    pub(crate) fn is_poisoned(&self) -> bool {
        // Acquire: pairs with the Release of `poison`: whoever learns of it finds the last version.
        self.is_poisoned.load(Ordering::Acquire)
    }

    #[cold]
    fn poison(&self) {
        // Release: pairs with the Acquire of `is_poisoned`.
        self.is_poisoned.store(true, Ordering::Release);
    }

    /// Whether this thread has the writer.
    pub(crate) fn is_locked_by_this_thread(&self) -> bool {
        self.lock.is_held_by_this_thread()
    }

    fn checked(&self) -> Result<(), Poisoned> {
        match self.is_poisoned() {
            true => Err(Poisoned),
            false => Ok(()),
        }
    }
}

/// What a thread does while it has the lock.
struct Turn<'a, T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> {
    locked: Locked<'a, Request<O, A>, State<W>>,
    combiner: &'a Combiner<T, O, D, W, A>,
}

impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> Turn<'_, T, O, D, W, A> {
    fn writer(&mut self) -> &mut W {
        &mut self.locked.parts().0.writer
    }

    #[inline]
    fn handle(&mut self) -> &mut WriteHandle<T, O, D> {
        self.writer().handle()
    }

    /// Takes note of a writer that is poisoned, or was exchanged for that of another structure.
    #[inline]
    fn check(&mut self) {
        let id = self.combiner.id;
        let handle = self.handle();
        if handle.is_poisoned() || handle.core_id() != id {
            self.combiner.poison();
        }
    }

    /// # Panics
    ///
    /// In debug builds, if a guard of this thread is in the way and cannot be left its copy.
    #[track_caller]
    fn assert_not_waiting_for_itself(&mut self) {
        if self.combiner.leave_copy.is_none() {
            let writer = self.handle().writer();
            writer.copies.assert_not_waiting_for_itself();
        }
    }

    /// Brings the stale copy up to date, if no reader is in the way.
    #[track_caller]
    fn prepare(&mut self, is_over: bool) -> Result<(), StillThere> {
        let combiner = self.combiner;
        let (State { writer, asking }, _) = self.locked.parts();
        let writer = writer.handle().writer_to_wait();
        match writer.prepare(Wait::Spin) {
            Ok(_) => Ok(()),
            Err(StillThere) => combiner.make_way(writer, asking, is_over).map(drop),
        }
    }

    /// Carries out what is asked for, and publishes if it is time to.
    ///
    /// # Errors
    ///
    /// If readers are in the way, and `is_over` does not say that it is time to leave them the copy. Nothing has happened
    /// then.
    #[track_caller]
    #[inline]
    fn round(
        &mut self,
        mut own: Option<&mut Request<O, A>>,
        when: When,
        is_over: bool,
    ) -> Result<(), StillThere> {
        let combiner = self.combiner;
        if combiner.is_poisoned() {
            return Ok(()); // Those who ask will see for themselves.
        }
        let (State { writer, asking }, requests) = self.locked.parts();
        let writer = writer.handle().writer_to_wait();
        writer.copies.scan_with_requests(asking);
        let is_owed = own.is_some() || combiner.is_due(writer.pending(), when);
        if !is_owed && asking.is_empty() {
            return Ok(());
        }
        if combiner.appends() && when == When::Due {
            own.iter_mut().for_each(|it| it.append::<T, D, W>(writer));
            for &index in &*asking {
                if let Some(request) = requests.get(writer.copies.participant(index)) {
                    request.append::<T, D, W>(writer);
                }
            }
        } else {
            if !asking.is_empty() {
                writer.prefetch_logged();
                for &index in &*asking {
                    let request = requests.get(writer.copies.participant(index));
                    if let Some(operation) = request.and_then(|it| it.operation()) {
                        writer.copies.stale().prefetch(operation);
                    }
                }
            }
            #[cfg(feature = "tracing")]
            let _span = {
                let asked = usize::from(own.is_some()) + asking.len();
                let operations = writer.pending().saturating_add(asked);
                let publishes = combiner.is_due(operations, when);
                publishes.then(|| writer.span(operations))
            };
            let mut prepared = match writer.prepare(Wait::Spin) {
                Ok(prepared) => prepared,
                Err(StillThere) if !is_owed => return Ok(()), // Those who ask wait for them.
                Err(StillThere) => combiner.make_way(writer, asking, is_over)?,
            };
            own.iter_mut()
                .for_each(|it| it.apply::<T, D, W>(&mut prepared));
            for &index in &*asking {
                if let Some(request) = requests.get(prepared.participant(index)) {
                    request.apply::<T, D, W>(&mut prepared);
                }
            }
            if !prepared.is_poisoned() && combiner.is_due(prepared.pending(), when) {
                prepared.publish();
            }
        }
        let is_sound = !writer.is_poisoned();
        if !is_sound {
            // Before anybody is told.
            combiner.poison();
        }
        own.iter_mut().for_each(|it| it.conclude(is_sound));
        for &index in &*asking {
            let slot = writer.copies.participant(index);
            if let Some(request) = requests.get(slot) {
                request.conclude(is_sound);
                requests.answer(slot);
            }
        }
        Ok(())
    }
}

/// However the turn ends, also by a panic.
impl<T: Absorb<O>, O, D, W: SharedWriter<T, O, D, A>, A> Drop for Turn<'_, T, O, D, W, A> {
    #[inline]
    fn drop(&mut self) {
        self.check();
    }
}
