//! What the handles of a shared writer have in common: who has the writer, what is visible, and one
//! attempt at a publish for all.

use super::{
    WriteGuard, WriteHandle,
    queue::{Queue, Ticket},
};
use crate::{
    Absorb,
    diagnostics::Poisoned,
    registry::StructureId,
    sync::{AtomicUsize, Mutex, MutexGuard, Ordering, is_this_thread, lock, try_lock, unlocked},
    unwind::{OneByOne, swallow},
};

/// What all handles of one writer share.
pub(super) struct Writing<T: Absorb<O>, O> {
    pub(super) queue: Queue<O>,
    locked: Mutex<Locked<T, O>>,
    /// Everything up to this ticket is visible to readers. Written under the lock of `locked`.
    pub(super) visible: AtomicUsize,
    /// The number of the thread that has locked the writer; 0 if none has, or one that has no number.
    pub(super) owner: AtomicUsize,
    /// How many threads wait to change something under the lock.
    waiting: AtomicUsize,
}

/// What one thread at a time may use.
pub(super) struct Locked<T: Absorb<O>, O> {
    /// The structure that the writer belongs to.
    id: StructureId,
    /// `None` only once the last handle gives it away, or if somebody lost it to whom it was lent.
    pub(super) writer: Option<WriteHandle<T, O>>,
    /// On their way from the queue to the writer's log. Empty but for that moment; kept for its
    /// memory.
    pub(super) taken: Vec<O>,
}

/// Logs shorter than this keep their memory.
const SMALL: usize = 1024;

pub(super) const PRESENT: &str = "the writer is there until the last handle goes";

impl<T: Absorb<O>, O> Locked<T, O> {
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

    pub(super) fn writer(&self) -> &WriteHandle<T, O> {
        self.writer.as_ref().expect(PRESENT)
    }

    pub(super) fn writer_mut(&mut self) -> &mut WriteHandle<T, O> {
        self.writer.as_mut().expect(PRESENT)
    }

    /// Moves what was taken from the queue into the log.
    #[track_caller]
    pub(super) fn take_over(&mut self) {
        let writer = self.writer.as_mut().expect(PRESENT);
        writer.extend(OneByOne(self.taken.drain(..)));
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

impl<T: Absorb<O>, O> Writing<T, O> {
    pub(super) fn new(writer: WriteHandle<T, O>) -> Self {
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
        }
    }

    /// Whether readers can see what has this ticket.
    pub(super) fn is_visible(&self, ticket: Ticket) -> bool {
        // Acquire: pairs with the Release in `WriteGuard::drop`: this thread's next enter finds the
        // pointer that was published before that.
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
        locked: MutexGuard<'_, Locked<T, O>>,
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
    pub(super) fn try_lock(&self) -> Option<MutexGuard<'_, Locked<T, O>>> {
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
    pub(super) fn lock(&self) -> MutexGuard<'_, Locked<T, O>> {
        lock(&self.locked)
    }

    /// Takes the lock, for somebody who changes something: whoever has it knows that.
    #[track_caller]
    pub(super) fn lock_to_change(&self) -> MutexGuard<'_, Locked<T, O>> {
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
        locked: MutexGuard<'a, Locked<T, O>>,
    ) -> Result<WriteGuard<'a, T, O>, Poisoned> {
        if !locked.is_sound() {
            return Err(Poisoned);
        }
        Ok(WriteGuard::to_change(self, locked))
    }

    /// Whether somebody else wants to change something.
    pub(super) fn is_wanted(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) != 0
    }

    #[track_caller]
    pub(super) fn to_publish<'a>(
        &'a self,
        locked: MutexGuard<'a, Locked<T, O>>,
    ) -> Result<WriteGuard<'a, T, O>, Poisoned> {
        if !locked.is_sound() {
            return Err(Poisoned);
        }
        Ok(WriteGuard::to_publish(self, locked))
    }

    /// Takes the writer out, with everything that was appended. `None` if it is not there any more.
    pub(super) fn end(&mut self) -> Option<WriteHandle<T, O>> {
        let locked = unlocked(&mut self.locked);
        if !locked.has_writer() {
            return None;
        }
        self.queue.take(&mut locked.taken);
        // Whether the operations are dropped or, in a pair that was never published, absorbed: that
        // is user code, and may panic.
        if locked.writer().is_poisoned() {
            drop(OneByOne(locked.taken.drain(..)));
        } else {
            swallow(|| locked.take_over());
        }
        locked.writer.take()
    }
}

impl<T: Absorb<O>, O> Drop for Writing<T, O> {
    fn drop(&mut self) {
        drop(self.end());
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Count(u32);

    impl Absorb<u32> for Count {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0 += *operation;
        }

        fn sync_with(&mut self, _: &Self) {
            unreachable!("every operation is logged");
        }
    }

    #[test]
    fn memory_comes_back_after_a_burst() {
        let (writer, _) = crate::new_logged::<Count, u32>(Count(0));
        let writing = Writing::new(writer);
        writing.queue.extend(vec![1; 100_000]).unwrap();
        let mut writer = writing.to_publish(writing.lock()).unwrap();
        assert_eq!(writer.view().0, 100_000);
        drop(writer);
        let capacity = writing.lock().taken.capacity();
        assert!(capacity <= SMALL, "{capacity}");
    }
}
