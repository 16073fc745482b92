//! The lock around a shared writer: a thread that finds it taken asks for its write, and whoever has it carries that out.
//!
//! This is flat combining (Hendler, Incze, Shavit and Tzafrir, 2010). A thread's slot is its publication record, so the
//! scan that looks for readers finds the requests, and a thread that waits to write keeps nobody from publishing.
//!
//! A thread that waits looks at its slot and at the lock for a moment, then sleeps. It says so in its slot first, then
//! at the lock. Whoever unlocks takes that mark away and wakes everybody who sleeps, to try again (invariant 17).

use std::{
    cell::UnsafeCell,
    marker::PhantomData,
    ptr::{self, NonNull},
    time::Instant,
};

use crossbeam_utils::CachePadded;

use super::{
    backoff::Backoff,
    slot::Slot,
    state::{CoreArc, Share},
    witness::Witness,
};
use crate::sync::{AtomicUsize, Ordering, is_this_thread, spin_loop, thread_number};

/// `data`, for one thread at a time, which also has the requests `Q` of those that wait.
pub(crate) struct Lock<Q, L> {
    /// [`FREE`], or [`HELD`], perhaps with [`SLEEPERS`], and the number of the thread that has it.
    state: CachePadded<AtomicUsize>,
    /// Whose slots ask.
    shared: SharedCore,
    data: UnsafeCell<L>,
    witness: Witness,
    requests: PhantomData<fn(Q)>,
}

/// Looks before a thread that waits gives its core away: as long as some rounds take. Who yields gets on less than who does
/// not. Loom needs none.
const LONG: u32 = if cfg!(loom) { 0 } else { 200 };

/// A structure that has a lock.
struct SharedCore(CoreArc);

impl Drop for SharedCore {
    fn drop(&mut self) {
        // Release: pairs with the Acquire of `Lock::new`.
        self.0.is_shared.store(false, Ordering::Release);
    }
}

const FREE: usize = 0;
const HELD: usize = 0b01;
/// Somebody sleeps until the lock is free.
const SLEEPERS: usize = 0b10;
/// Where the thread's number stands.
const NUMBER: u32 = 2;

// SAFETY: one thread at a time has the data, which needs `L: Send`, and the requests of other threads, which needs
// `Q: Send`.
unsafe impl<Q: Send, L: Send> Sync for Lock<Q, L> {}

/// What has come of waiting.
pub(crate) enum Acquired<'a, Q, L> {
    /// This thread has the lock, and its request.
    Locked(Locked<'a, Q, L>),
    /// Whoever had the lock has carried the request out.
    Answered,
    /// The time was up.
    TimedOut,
}

impl<Q, L> Lock<Q, L> {
    /// The lock for the threads of this structure: there is one at a time.
    ///
    /// # Panics
    ///
    /// If there is one.
    pub(crate) fn new<T>(share: &Share<T>, data: L) -> Self {
        // Acquire: pairs with the Release of the drop of the one before, whose requests are over.
        let is_shared = share.core.is_shared.swap(true, Ordering::Acquire);
        assert!(
            !is_shared,
            "the structure is shared by handles that have lost its writer, and cannot be shared anew before they are gone"
        );
        Self {
            state: CachePadded::new(AtomicUsize::new(FREE)),
            shared: SharedCore(CoreArc::clone(&share.core)),
            data: UnsafeCell::new(data),
            witness: Witness::default(),
            requests: PhantomData,
        }
    }

    pub(crate) fn into_inner(self) -> L {
        let Self { data, .. } = self;
        data.into_inner()
    }

    pub(crate) fn is_held_by_this_thread(&self) -> bool {
        // Relaxed: only a thread that has it finds its own number.
        is_this_thread(self.state.load(Ordering::Relaxed) >> NUMBER)
    }

    /// Takes the lock if it is free.
    ///
    /// # Panics
    ///
    /// If this thread has it.
    #[track_caller]
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<Locked<'_, Q, L>> {
        // Relaxed: only a thread that has it finds its own number. And those that wait need not take the line away from
        // the one that they wait for.
        let state = self.state.load(Ordering::Relaxed);
        assert!(
            state == FREE || !is_this_thread(state >> NUMBER),
            "this thread has the shared writer already, in an operation that is being absorbed or by \
             `lock`, and would wait for itself for ever"
        );
        let held = thread_number() << NUMBER | HELD;
        // Acquire: pairs with the Release of `Locked::drop`.
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        let is_taken = state == FREE
            && self
                .state
                .compare_exchange(FREE, held, acquire, relaxed)
                .is_ok();
        is_taken.then(|| Locked::new(self))
    }

    /// Waits for the lock, asking with `slot`, whose reader is inactive; for the request, too, if there is one. No user
    /// code runs meanwhile.
    ///
    /// A request cannot be taken back without the lock, so there is a deadline for those without one only.
    #[track_caller]
    #[inline]
    pub(crate) fn acquire(
        &self,
        slot: &Slot,
        request: Option<&mut Q>,
        deadline: Option<Instant>,
    ) -> Acquired<'_, Q, L> {
        match self.try_lock() {
            Some(locked) => Acquired::Locked(locked),
            None => self.ask(slot, request, deadline),
        }
    }

    #[track_caller]
    #[cold]
    fn ask(
        &self,
        slot: &Slot,
        request: Option<&mut Q>,
        deadline: Option<Instant>,
    ) -> Acquired<'_, Q, L> {
        let deadline = deadline.filter(|_| request.is_none());
        let request = request.map_or(ptr::null_mut(), ptr::from_mut);
        // From here on the request is not this thread's, until the slot is answered or it has the lock. It stays where
        // it is, since this call does not return before.
        slot.ask(self.name(), request.cast());
        let (mut looks, mut backoff) = (0, Backoff::new());
        loop {
            if slot.is_answered() {
                return Acquired::Answered;
            }
            if let Some(locked) = self.try_lock() {
                // The one before may have answered at last.
                if slot.is_answered() {
                    return Acquired::Answered;
                }
                slot.withdraw();
                return Acquired::Locked(locked);
            }
            let left = deadline.map(|it| it.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                slot.withdraw();
                return Acquired::TimedOut;
            }
            if looks < LONG {
                looks += 1;
                spin_loop();
            } else if backoff.is_short() {
                backoff.take(left);
            } else if slot.fall_asleep() && self.mark_sleeper() {
                slot.sleep(left);
            }
        }
    }

    /// Says that somebody sleeps; `false` if the lock is free.
    fn mark_sleeper(&self) -> bool {
        let mark = |state: usize| (state != FREE).then_some(state | SLEEPERS);
        // Release: pairs with the Acquire of `Locked::drop`, which finds the slot asleep.
        let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
        self.state.fetch_update(release, relaxed, mark).is_ok()
    }

    /// What stands in the slots that ask for this lock.
    fn name(&self) -> *mut () {
        ptr::from_ref(self).cast_mut().cast()
    }
}

/// The lock, held.
pub(crate) struct Locked<'a, Q, L> {
    lock: &'a Lock<Q, L>,
    requests: Requests<Q>,
}

impl<'a, Q, L> Locked<'a, Q, L> {
    fn new(lock: &'a Lock<Q, L>) -> Self {
        lock.witness.is_used();
        Self {
            lock,
            requests: Requests {
                lock: lock.name(),
                requests: PhantomData,
            },
        }
    }

    /// The data, and the way to the requests.
    #[inline]
    pub(crate) fn parts(&mut self) -> (&mut L, &mut Requests<Q>) {
        // SAFETY: this thread has the lock, and `&mut self` keeps it from making a second reference.
        let data = unsafe { &mut *self.lock.data.get() };
        (data, &mut self.requests)
    }
}

impl<Q, L> Drop for Locked<'_, Q, L> {
    #[inline]
    fn drop(&mut self) {
        self.lock.witness.is_used();
        // Release: pairs with the Acquire of `try_lock`. Acquire: with the Release of `mark_sleeper`.
        let state = self.lock.state.swap(FREE, Ordering::AcqRel);
        if state & SLEEPERS != 0 {
            self.lock.shared.0.registry.rouse(self.lock.name());
        }
    }
}

/// The requests of those who wait for a lock, for the thread that has it. It does not leave that thread.
pub(crate) struct Requests<Q> {
    lock: *mut (),
    requests: PhantomData<*mut Q>,
}

impl<Q> Requests<Q> {
    /// The request that this slot's thread has, if it has one that is not answered.
    #[inline]
    pub(crate) fn get(&mut self, slot: &Slot) -> Option<&mut Q> {
        let request: NonNull<Q> = slot.request(self.lock)?.cast();
        // SAFETY: it was posted for this lock, the only one that its structure has, so it is a `Q`, and its thread leaves
        // it alone, and in its place, until it is answered or has the lock (invariant 16). This thread has that, and
        // `&mut self` keeps it from answering, and from making a second reference.
        Some(unsafe { &mut *request.as_ptr() })
    }

    /// Gives the request of this slot's thread back, if it has one.
    #[inline]
    pub(crate) fn answer(&mut self, slot: &Slot) {
        if slot.request(self.lock).is_some() {
            slot.answer();
        }
    }
}
