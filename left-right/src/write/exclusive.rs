//! The writer behind shared handles, in the hands of one thread for a while.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use super::{
    WriteHandle,
    group::{Locked, PRESENT, Writing},
    queue::{Queue, Ticket},
};
use crate::{
    Absorb,
    sync::{MutexGuard, Ordering, thread_number},
};

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
/// [`mem::swap`](std::mem::swap), say), the handles of both report [`Poisoned`](crate::Poisoned) from then on, and
/// readers go on.
///
/// # Examples
///
/// ```
/// # #[derive(Clone, Default)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// let (writer, reader) = left_right::new_logged::<Count, u32>(Count(3));
/// let shared = writer.into_shared();
/// let mut writer = shared.lock()?;
/// // Doubled: nobody else can add anything between the look and the addition.
/// let now = writer.view().0;
/// writer.append(now).publish();
/// assert_eq!(reader.enter().unwrap().0, 6);
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[must_use = "the writer is unlocked again at once if the guard is not held"]
pub struct WriteGuard<'a, T: Absorb<O>, O> {
    shared: &'a Writing<T, O>,
    locked: MutexGuard<'a, Locked<T, O>>,
    /// What is visible once nothing is pending.
    upto: Ticket,
}

impl<'a, T: Absorb<O>, O> WriteGuard<'a, T, O> {
    /// Takes over what was appended so far, for somebody who publishes. The writer is sound.
    #[track_caller]
    pub(super) fn to_publish(
        shared: &'a Writing<T, O>,
        locked: MutexGuard<'a, Locked<T, O>>,
    ) -> Self {
        Self::new(shared, locked, Queue::take)
    }

    /// As [`to_publish`](Self::to_publish), for somebody who may append more: until that is
    /// published, too, publishes have something to do.
    #[track_caller]
    pub(super) fn to_change(
        shared: &'a Writing<T, O>,
        locked: MutexGuard<'a, Locked<T, O>>,
    ) -> Self {
        Self::new(shared, locked, Queue::take_and_draw)
    }

    /// The ticket that is visible once nothing is pending.
    pub(super) fn upto(&self) -> Ticket {
        self.upto
    }

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

    /// Whether the writer is there, and is the one of this structure.
    pub(crate) fn is_ours(&self) -> bool {
        self.locked.has_writer()
    }

    /// Lends the writer itself. It should come [back](Self::restore) before the guard goes.
    pub(crate) fn lend(&mut self) -> WriteHandle<T, O> {
        self.locked.writer.take().expect(PRESENT)
    }

    /// Takes the writer back.
    pub(crate) fn restore(&mut self, writer: WriteHandle<T, O>) {
        self.locked.writer = Some(writer);
    }

    #[track_caller]
    fn new(
        shared: &'a Writing<T, O>,
        locked: MutexGuard<'a, Locked<T, O>>,
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

impl<T: Absorb<O>, O> Deref for WriteGuard<'_, T, O> {
    type Target = WriteHandle<T, O>;

    fn deref(&self) -> &Self::Target {
        self.locked.writer()
    }
}

impl<T: Absorb<O>, O> DerefMut for WriteGuard<'_, T, O> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.locked.writer_mut()
    }
}

impl<T: Absorb<O>, O> Drop for WriteGuard<'_, T, O> {
    fn drop(&mut self) {
        if !self.locked.is_sound() {
            self.shared.queue.poison();
        } else if !self.has_pending_operations() {
            // Release: pairs with the Acquire in `Writing::is_visible`: whoever finds its ticket
            // there also finds the pointer that was published.
            self.shared.visible.store(self.upto, Ordering::Release);
        }
        self.shared.owner.store(0, Ordering::Relaxed);
    }
}

impl<T: Absorb<O>, O> fmt::Debug for WriteGuard<'_, T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WriteGuard").field(&**self).finish()
    }
}
