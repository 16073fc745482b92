//! What the handles of a shared writer have in common: who has the writer, what is visible, and one
//! attempt at a publish for all.

#![forbid(unsafe_code)]

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use crate::{
    absorb::Absorb,
    diagnostics::Poisoned,
    ownership::Revocable,
    queue::{Queue, Ticket},
    raw::registry::StructureId,
    sync::{
        AtomicUsize, Mutex, MutexGuard, Ordering, is_this_thread, lock, thread_number, try_lock,
        unlocked,
    },
    unwind::{DropEach, catch_panic},
    write::WriteHandle,
};

/// What all handles of one writer share.
pub(super) struct Writing<T, O, D> {
    pub(super) queue: Queue<O>,
    locked: Mutex<Locked<T, O, D>>,
    /// Everything up to this ticket is visible to readers. Written under the lock of `locked`.
    pub(super) visible: AtomicUsize,
    /// The number of the thread that has locked the writer; 0 if none has, or one that has no number.
    pub(super) owner: AtomicUsize,
    /// How many threads wait to change something under the lock.
    waiting: AtomicUsize,
    /// [`end`](Self::end), for a drop that knows nothing of `T`.
    on_drop: fn(&mut Self) -> Option<WriteHandle<T, O, D>>,
}

/// What one thread at a time may use.
pub(super) struct Locked<T, O, D> {
    /// The structure that the writer belongs to.
    id: StructureId,
    /// `None` only once the last handle gives it away, or if somebody lost it to whom it was lent.
    pub(super) writer: Option<WriteHandle<T, O, D>>,
    /// On their way from the queue to the writer's log. Empty but for that moment; kept for its
    /// memory.
    pub(super) taken: Vec<O>,
}

/// Logs shorter than this keep their memory.
const SMALL: usize = 1024;

pub(super) const PRESENT: &str = "the writer is there until the last handle goes";

impl<T, O, D> Locked<T, O, D> {
    /// Whether the writer is there, and is the one of this structure. Somebody who had it in hand
    /// may have lost it, or exchanged it for another.
    pub(super) fn has_writer(&self) -> bool {
        let writer = self.writer.as_ref();
        writer.is_some_and(|writer| writer.core_id() == self.id)
    }

    /// Whether the writer can be used.
    pub(super) fn is_sound(&self) -> bool {
        self.has_writer() && !self.writer().is_poisoned()
    }

    pub(super) fn writer(&self) -> &WriteHandle<T, O, D> {
        self.writer.as_ref().expect(PRESENT)
    }

    pub(super) fn writer_mut(&mut self) -> &mut WriteHandle<T, O, D> {
        self.writer.as_mut().expect(PRESENT)
    }
}

impl<T: Absorb<O>, O, D> Locked<T, O, D> {
    /// Moves what was taken from the queue into the log.
    #[track_caller]
    pub(super) fn take_over(&mut self) {
        let writer = self.writer.as_mut().expect(PRESENT);
        writer.extend(DropEach(self.taken.drain(..)));
        if self.taken.capacity() > SMALL {
            self.taken.shrink_to(SMALL);
        }
    }
}

/// How far an attempt to publish got.
pub(super) enum Attempt {
    Done,
    /// Readers are in the way.
    Stalled,
    /// Another thread has the writer.
    Locked,
}

impl<T: Absorb<O>, O, D> Writing<T, O, D> {
    pub(super) fn new(writer: WriteHandle<T, O, D>) -> Self {
        let queue = Queue::new();
        if writer.is_poisoned() {
            queue.poison();
        }
        Self {
            queue,
            locked: Mutex::new(Locked {
                id: writer.core_id(),
                writer: Some(writer),
                taken: Vec::new(),
            }),
            visible: AtomicUsize::new(0),
            owner: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            on_drop: Self::end,
        }
    }

    /// Whether readers can see what has this ticket.
    pub(super) fn is_visible(&self, ticket: Ticket) -> bool {
        // Acquire: pairs with the Release in `WriteGuard::drop`: this thread's next enter finds the
        // version that was published before that.
        let visible = self.visible.load(Ordering::Acquire);
        // Tickets wrap around: the greater is the one that is less than half a turn ahead.
        visible.wrapping_sub(ticket) <= Ticket::MAX / 2
    }

    /// Publishes if nobody is in the way, unless somebody has done it already.
    #[track_caller]
    pub(super) fn attempt(&self, ticket: Ticket) -> Result<Attempt, Poisoned> {
        if self.is_visible(ticket) {
            return Ok(Attempt::Done);
        }
        match self.try_lock() {
            Some(locked) => self.attempt_with(locked, ticket),
            None => Ok(Attempt::Locked),
        }
    }

    /// An attempt of somebody who has the lock.
    #[track_caller]
    pub(super) fn attempt_with(
        &self,
        locked: MutexGuard<'_, Locked<T, O, D>>,
        ticket: Ticket,
    ) -> Result<Attempt, Poisoned> {
        if self.is_visible(ticket) {
            return Ok(Attempt::Done);
        }
        let mut writer = self.to_publish(locked)?;
        Ok(if writer.publish_briefly() {
            Attempt::Done
        } else {
            Attempt::Stalled
        })
    }

    /// Takes the lock if it is free.
    #[track_caller]
    pub(super) fn try_lock(&self) -> Option<MutexGuard<'_, Locked<T, O, D>>> {
        // Relaxed: a hint, but for the thread that wrote it. It spares those that wait the
        // read-modify-write, which would slow down the one that they wait for.
        let owner = self.owner.load(Ordering::Relaxed);
        if owner == 0 {
            return try_lock(&self.locked);
        }
        assert!(
            !is_this_thread(owner),
            "this thread has the shared writer already, in an operation that is being absorbed or by \
             `lock`, and would wait for itself for ever"
        );
        None
    }

    /// Takes the lock, for somebody who publishes what is in the queue.
    pub(super) fn lock(&self) -> MutexGuard<'_, Locked<T, O, D>> {
        lock(&self.locked)
    }

    /// Takes the lock, for somebody who changes something: whoever has it knows that.
    #[track_caller]
    pub(super) fn lock_to_change(&self) -> MutexGuard<'_, Locked<T, O, D>> {
        self.try_lock().unwrap_or_else(|| {
            // Relaxed: a hint to whoever has the lock.
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let locked = lock(&self.locked);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            locked
        })
    }

    #[track_caller]
    pub(super) fn to_change<'a>(
        &'a self,
        locked: MutexGuard<'a, Locked<T, O, D>>,
    ) -> Result<WriteGuard<'a, T, O, D>, Poisoned> {
        if !locked.is_sound() {
            return Err(Poisoned);
        }
        Ok(WriteGuard::new(self, locked, Queue::take_and_draw))
    }

    /// Whether somebody else wants to change something.
    pub(super) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) != 0
    }

    #[track_caller]
    pub(super) fn to_publish<'a>(
        &'a self,
        locked: MutexGuard<'a, Locked<T, O, D>>,
    ) -> Result<WriteGuard<'a, T, O, D>, Poisoned> {
        if !locked.is_sound() {
            return Err(Poisoned);
        }
        Ok(WriteGuard::new(self, locked, Queue::take))
    }

    /// Takes the writer out, with everything that was appended. `None` if it is not there any more.
    pub(super) fn end(&mut self) -> Option<WriteHandle<T, O, D>> {
        let locked = unlocked(&mut self.locked);
        if !locked.has_writer() {
            return None;
        }
        self.queue.take(&mut locked.taken);
        // Whether the operations are dropped or, in a pair that was never published, absorbed: that
        // is user code, and may panic.
        if locked.writer().is_poisoned() {
            drop(DropEach(locked.taken.drain(..)));
        } else {
            catch_panic(|| locked.take_over());
        }
        locked.writer.take()
    }
}

impl<T, O, D> Drop for Writing<T, O, D> {
    fn drop(&mut self) {
        drop((self.on_drop)(self));
    }
}

/// The writer behind [`SharedWriteHandle`](crate::SharedWriteHandle)s, for one thread at a time.
///
/// It dereferences to the [`WriteHandle`]: whatever several calls do through it, no operation of
/// another thread comes in between. What was appended by anybody before the lock was taken stands
/// in front of what is appended through it. Other threads go on appending meanwhile; those that
/// publish wait.
///
/// Dropping it does not publish: call [`publish`](WriteHandle::publish), or leave that to whoever
/// publishes next. A guard that is leaked locks the writer for ever.
///
/// The writer must stay where it is: if it is exchanged for that of another structure (with
/// [`mem::swap`](std::mem::swap), say), the handles of both report [`Poisoned`] from then on, and
/// readers go on.
///
/// ```
/// use left_right::doctest::Count;
/// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(3));
/// let shared = writer.into_shared();
/// let mut writer = shared.lock()?;
/// // Doubled: nobody else can add anything between the look and the addition.
/// let now = writer.unpublished().0;
/// writer.append(now).publish();
/// assert_eq!(reader.enter().unwrap().0, 6);
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[must_use = "the writer is unlocked again at once if the guard is not held"]
pub struct WriteGuard<'a, T, O, D = Revocable> {
    shared: &'a Writing<T, O, D>,
    locked: MutexGuard<'a, Locked<T, O, D>>,
    /// What is visible once nothing is pending.
    upto: Ticket,
}

impl<'a, T: Absorb<O>, O, D> WriteGuard<'a, T, O, D> {
    /// Unlocks the writer, and returns the ticket that is still to be published: by now it is, if
    /// nobody was in the way. If others wait for the lock that is left to the last of them, which
    /// then publishes for all.
    #[track_caller]
    pub(crate) fn release(mut self) -> Ticket {
        // Whoever had it may have caught the panic that poisoned it.
        if !self.shared.is_wanted() && !self.is_poisoned() {
            self.publish_briefly();
        }
        self.upto
    }

    #[track_caller]
    fn new(
        shared: &'a Writing<T, O, D>,
        locked: MutexGuard<'a, Locked<T, O, D>>,
        take: impl FnOnce(&Queue<O>, &mut Vec<O>) -> Ticket,
    ) -> Self {
        // Relaxed: only this thread finds its own number there.
        shared.owner.store(thread_number(), Ordering::Relaxed);
        // Relaxed: it is written under the lock, which is held.
        let visible = shared.visible.load(Ordering::Relaxed);
        let mut guard = Self {
            shared,
            locked,
            upto: visible,
        };
        let upto = take(&shared.queue, &mut guard.locked.taken);
        // A panic of user code in here poisons the pair, which is noted when the guard is dropped.
        guard.locked.take_over();
        guard.upto = upto;
        guard
    }
}

impl<T, O, D> WriteGuard<'_, T, O, D> {
    /// Whether the writer is there, and is the one of this structure.
    pub(crate) fn is_ours(&self) -> bool {
        self.locked.has_writer()
    }

    /// Lends the writer itself. It should come [back](Self::restore) before the guard goes.
    pub(crate) fn lend(&mut self) -> WriteHandle<T, O, D> {
        self.locked.writer.take().expect(PRESENT)
    }

    /// Takes the writer back.
    pub(crate) fn restore(&mut self, writer: WriteHandle<T, O, D>) {
        self.locked.writer = Some(writer);
    }

    /// The ticket that is visible once nothing is pending.
    pub(super) fn upto(&self) -> Ticket {
        self.upto
    }
}

impl<T, O, D> Deref for WriteGuard<'_, T, O, D> {
    type Target = WriteHandle<T, O, D>;

    fn deref(&self) -> &Self::Target {
        self.locked.writer()
    }
}

impl<T, O, D> DerefMut for WriteGuard<'_, T, O, D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.locked.writer_mut()
    }
}

impl<T, O, D> Drop for WriteGuard<'_, T, O, D> {
    fn drop(&mut self) {
        if !self.locked.is_sound() {
            self.shared.queue.poison();
        } else if !self.has_pending_operations() {
            // Release: pairs with the Acquire in `Writing::is_visible`: whoever finds its ticket
            // there also finds the version that was published.
            self.shared.visible.store(self.upto, Ordering::Release);
        }
        self.shared.owner.store(0, Ordering::Relaxed);
    }
}

impl<T, O, D> fmt::Debug for WriteGuard<'_, T, O, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WriteGuard").field(&**self).finish()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::{doctest::Count, write::new_logged};

    #[test]
    fn memory_comes_back_after_a_burst() {
        let (writer, _) = new_logged::<Count, u32>(Count(0));
        let writing = Writing::new(writer);
        writing.queue.extend(vec![1; 100_000]).unwrap();
        let mut writer = writing.to_publish(writing.lock()).unwrap();
        assert_eq!(writer.unpublished().0, 100_000);
        drop(writer);
        let capacity = writing.lock().taken.capacity();
        assert!(capacity <= SMALL, "{capacity}");
    }
}
