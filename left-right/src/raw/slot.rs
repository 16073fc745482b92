//! One reader's slot: how it announces where it is, which copy it finds, and how it leaves.
//!
//! The reader that owns a slot is the only one that writes its word, so a load and a store do for a change. Only while its
//! thread waits to write is the word another's to change, too: whoever has the lock answers (invariant 16).
//! Every store to `word` is Release and every load by the writer is Acquire, or more (invariant 4): what the
//! reader did in earlier critical sections happens before whatever the writer does after it saw a later word.
//! That holds for the announcement of `enter` too, because the writer may first see the *next* critical section,
//! and must then have the reads of the earlier ones behind it.

use std::{
    ptr::{self, NonNull},
    thread::{self, Thread},
    time::Duration,
};

use super::{
    current::{CopyPtr, Current},
    fence,
    witness::Witness,
    word::Word,
};
#[cfg(all(debug_assertions, not(loom)))]
use crate::sync::{is_this_thread, thread_number};
use crate::{
    diagnostics::{ReaderState, StalledReader},
    sync::{AtomicU64, Condvar, Mutex, Ordering, lock, unwatched},
};

/// How often a reader finds its copy without leaving a guess, once the writer has told it that its guesses are costly.
/// Loom gets a number that it can reach.
///
/// So many fences cost about as much as one barrier, within a factor of a few.
const UNGUESSED: u32 = if cfg!(loom) { 1 } else { 512 };

/// What one reader tells the writer, and the writer it.
///
/// Loom explores `word` alone: the rest is hints, or the reader's own.
#[derive(Debug)]
pub(crate) struct Slot {
    /// A [`Word`], for the writer.
    word: AtomicU64,
    /// How often the writer has found that this reader's guesses are costly.
    told: unwatched::AtomicU32,
    /// Whether the thread of the guards of this slot waits to write, and so waits for whoever waits for them.
    is_held_by_a_writer: unwatched::AtomicBool,
    /// Which lock its thread waits for, while the word says that it does.
    lock: unwatched::AtomicPtr<()>,
    /// With which request; null if it wants the lock for itself.
    request: unwatched::AtomicPtr<()>,
    request_witness: Witness,

    // Only the reader looks at what follows.
    /// The bare [`Word`] that it leaves with.
    guess: unwatched::AtomicU64,
    /// The copy that it has found last: that of its guess, if it has one.
    copy: unwatched::AtomicPtr<()>,
    /// Guards of this critical section beyond the first, and [`ORPHANED`].
    nested: unwatched::AtomicUsize,
    /// How often it has acquired.
    acquired: unwatched::AtomicU64,
    /// How much of `told` it has heeded.
    heeded: unwatched::AtomicU32,
    /// How many more times it leaves no guess.
    unguessed: unwatched::AtomicU32,
    /// Whether its thread has other slots of the structure.
    has_siblings: unwatched::AtomicBool,
    /// Where its thread sleeps.
    bed: (Mutex<()>, Condvar),
    /// The slot's place in the registry.
    key: unwatched::AtomicUsize,
    /// The thread that registered the slot, for reports.
    registered_by: Thread,
    /// The thread that entered last, as [`thread_number`] has it.
    #[cfg(all(debug_assertions, not(loom)))]
    entered_by: unwatched::AtomicUsize,
}

/// Set in `Slot::nested`: nobody owns the slot but its guards, and the last one gives it back.
const ORPHANED: usize = 1 << (usize::BITS - 1);

/// How far `Slot::nested` counts. Tests get a number that they can reach.
const MOST_NESTED: usize = if cfg!(test) { 100 } else { ORPHANED - 1 };

/// Why a reader did not enter by its guess.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Otherwise {
    /// It is active already: another slot will do, or [`Slot::enter_or_nest`].
    Taken,
    /// It had none; or something was published since, and it has announced itself. It goes on to [`Slot::acquire`].
    Acquire,
}

/// What [`Slot::step`] found.
pub(crate) enum Step {
    /// There is nothing newer, or other guards need the copy that they share.
    Stay,
    /// The reader has moved on to this copy.
    Moved(CopyPtr),
    /// The writer has taken the data away; the reader is inactive.
    Closed,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(Word::NOTHING.0),
            told: unwatched::AtomicU32::new(0),
            is_held_by_a_writer: unwatched::AtomicBool::new(false),
            lock: unwatched::AtomicPtr::new(ptr::null_mut()),
            request: unwatched::AtomicPtr::new(ptr::null_mut()),
            request_witness: Witness::default(),
            guess: unwatched::AtomicU64::new(Word::NOTHING.0),
            copy: unwatched::AtomicPtr::new(NonNull::dangling().as_ptr()),
            nested: unwatched::AtomicUsize::new(0),
            acquired: unwatched::AtomicU64::new(0),
            heeded: unwatched::AtomicU32::new(0),
            unguessed: unwatched::AtomicU32::new(0),
            has_siblings: unwatched::AtomicBool::new(false),
            bed: (Mutex::new(()), Condvar::new()),
            key: unwatched::AtomicUsize::new(0),
            registered_by: thread::current(),
            #[cfg(all(debug_assertions, not(loom)))]
            entered_by: unwatched::AtomicUsize::new(0),
        }
    }

    // For the reader alone: the way in and out.

    /// What the slot says. Asked only by the reader itself.
    #[inline]
    pub(crate) fn word(&self) -> Word {
        // Relaxed: this thread wrote the value itself, or got the handle from the one that did.
        Word(self.word.load(Ordering::Relaxed))
    }

    /// Enters by the reader's guess, if that is right, and returns the copy that this critical section reads.
    /// Each `Ok` asks for one [`leave`](Self::leave).
    ///
    /// # Errors
    ///
    /// If it is not so simple. (Not an `Option`, since whoever unpacked that would test it once more.)
    #[inline]
    pub(crate) fn enter(&self, current: &Current) -> Result<CopyPtr, Otherwise> {
        let guess = self.word();
        if !guess.is_guess() {
            return Err(self.otherwise());
        }
        self.note_thread();
        self.announce(guess.active());
        if current.version_announced() != guess {
            return Err(Otherwise::Acquire);
        }
        Ok(self.copy())
    }

    #[cold]
    fn otherwise(&self) -> Otherwise {
        match self.is_occupied() {
            true => Otherwise::Taken,
            false => Otherwise::Acquire,
        }
    }

    /// Enters with a slot that may be [taken](Self::is_occupied), and then sees what its other guards see.
    ///
    /// `None` if the writer took the data away. Each `Some` asks for one [`leave`](Self::leave).
    pub(crate) fn enter_or_nest(&self, current: &Current) -> Option<CopyPtr> {
        match self.is_occupied() {
            true => self.enter_nested(current),
            false => self.acquire(current),
        }
    }

    /// Takes note of which thread enters.
    #[inline(always)]
    fn note_thread(&self) {
        #[cfg(all(debug_assertions, not(loom)))]
        self.entered_by.store(thread_number(), Ordering::Relaxed);
    }

    /// Announces a critical section, finds out what it reads, and says so.
    ///
    /// `None` if the writer took the data away. Each `Some` asks for one [`leave`](Self::leave), but that of a
    /// [`step`](Self::step).
    pub(crate) fn acquire(&self, current: &Current) -> Option<CopyPtr> {
        self.note_thread();
        let number = self.acquired.load(Ordering::Relaxed) + 1;
        self.acquired.store(number, Ordering::Relaxed);
        self.announce(Word::acquiring(number));
        let Some((found, copy)) = current.find_announced() else {
            self.announce(Word::NOTHING);
            self.guess.store(Word::NOTHING.0, Ordering::Relaxed);
            return None;
        };
        self.announce(found.active());
        self.copy.store(copy.as_ptr(), Ordering::Relaxed);
        let guess = match self.may_guess(number) {
            true => found,
            false => Word::NOTHING,
        };
        self.guess.store(guess.0, Ordering::Relaxed);
        Some(copy)
    }

    /// Whether the reader may leave a guess, the `number`th time that it has acquired.
    fn may_guess(&self, number: u64) -> bool {
        if !fence::has_barrier() {
            fence::miss_barrier(number);
            return false;
        }
        // Relaxed: a hint.
        let told = self.told.load(Ordering::Relaxed);
        if self.heeded.load(Ordering::Relaxed) != told {
            self.heeded.store(told, Ordering::Relaxed);
            self.unguessed.store(UNGUESSED, Ordering::Relaxed);
        }
        let unguessed = self.unguessed.load(Ordering::Relaxed);
        self.unguessed
            .store(unguessed.saturating_sub(1), Ordering::Relaxed);
        unguessed == 0
    }

    /// Another guard for a reader that is active already: it shares the copy of the first.
    fn enter_nested(&self, current: &Current) -> Option<CopyPtr> {
        if current.is_closed() {
            return None;
        }
        let nested = self.nested.load(Ordering::Relaxed);
        // Leaked guards could carry the count into the flag, or past it, on a 32-bit machine, and
        // then the critical section would end while guards live (invariant 7).
        assert!(
            nested & !ORPHANED < MOST_NESTED,
            "too many guards of one handle"
        );
        self.nested.store(nested + 1, Ordering::Relaxed);
        Some(self.copy())
    }

    #[inline]
    fn announce(&self, word: Word) {
        // Release: pairs with the Acquire in `seen`; see the head of this file.
        self.word.store(word.0, Ordering::Release);
    }

    /// The copy that the reader has found last: while it is active, the one that it is in.
    #[inline]
    fn copy(&self) -> CopyPtr {
        let copy = self.copy.load(Ordering::Relaxed);
        // SAFETY: it starts dangling, and nothing but copies is stored there.
        unsafe { NonNull::new_unchecked(copy) }
    }

    /// Moves a critical section with a single guard to the newest copy, without leaving in between.
    #[inline]
    pub(crate) fn step(&self, current: &Current) -> Step {
        let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;
        if nested != 0 || !current.is_newer_than(self.word()) {
            return Step::Stay;
        }
        match self.acquire(current) {
            Some(copy) => Step::Moved(copy),
            None => Step::Closed,
        }
    }

    /// Gives back the only guard of a slot that has an owner, which ends the critical section. `false` if
    /// it is not such a guard: [`leave_nested`](Self::leave_nested) does it then.
    #[inline]
    pub(crate) fn leave(&self) -> bool {
        let is_sole = self.nested.load(Ordering::Relaxed) == 0;
        if is_sole {
            self.exit();
        }
        is_sole
    }

    /// Gives back one of several guards, or of guards that own the slot; the last one ends the
    /// critical section.
    ///
    /// `true` asks the caller to deregister the slot: it was the last guard, and nobody else owns
    /// the slot.
    pub(crate) fn leave_nested(&self) -> bool {
        let nested = self.nested.load(Ordering::Relaxed);
        if nested == ORPHANED {
            self.exit();
            return true;
        }
        self.nested.store(nested - 1, Ordering::Relaxed);
        false
    }

    /// From here on the writer may change what the reads of this critical section were of.
    #[inline]
    fn exit(&self) {
        self.announce(Word(self.guess.load(Ordering::Relaxed)));
    }

    /// Leaves no guess, so that the writer does not wait for this reader before it enters again. A critical section
    /// stays.
    pub(crate) fn forget_guess(&self) {
        let word = self.word();
        if !word.is_active() && word != Word::NOTHING {
            self.announce(Word::NOTHING);
        }
    }

    /// Ends a critical section whose guards were leaked, if there is one, and leaves no guess. The caller knows that
    /// none of them is in use.
    #[inline]
    pub(crate) fn exit_leaked(&self) {
        if self.word() != Word::NOTHING {
            self.nested.store(0, Ordering::Relaxed);
            self.announce(Word::NOTHING);
        }
    }

    /// Whether the reader is active. Asked only by the reader itself.
    pub(crate) fn is_occupied(&self) -> bool {
        self.word().is_active()
    }

    /// Leaves the slot to its guards: the last of them is told to give it back.
    ///
    /// `false` if there are none, so that the caller must do so now.
    pub(crate) fn orphan(&self) -> bool {
        let nested = self.nested.load(Ordering::Relaxed);
        self.nested.store(nested | ORPHANED, Ordering::Relaxed);
        self.is_occupied()
    }

    /// Whether nobody owns the slot and it has no guards either.
    pub(crate) fn is_nobodys(&self) -> bool {
        self.nested.load(Ordering::Relaxed) == ORPHANED && !self.is_occupied()
    }

    /// Whether its thread has no other slot of the structure, as far as shared handles know.
    #[inline]
    pub(crate) fn is_only(&self) -> bool {
        !self.has_siblings.load(Ordering::Relaxed)
    }

    pub(crate) fn has_siblings(&self) {
        self.has_siblings.store(true, Ordering::Relaxed);
    }

    /// Says whether the thread of this slot's guards waits to write.
    pub(crate) fn hold_as_a_writer(&self, waits: bool) {
        // Relaxed: whoever waits for the guards looks again and again.
        self.is_held_by_a_writer.store(waits, Ordering::Relaxed);
    }

    // For a thread that waits for the lock.

    /// Says that this thread waits for `lock`: with a request, if it is not null. The reader is inactive.
    pub(super) fn ask(&self, lock: *mut (), request: *mut ()) {
        // It would end the critical section of guards that live.
        assert!(!self.is_occupied(), "who asks is in no copy");
        self.lock.store(lock, Ordering::Relaxed);
        self.request.store(request, Ordering::Relaxed);
        self.request_witness.is_used();
        // Release: what stands in the request, and before here.
        self.announce(match request.is_null() {
            true => Word::WAITS,
            false => Word::ASKS,
        });
    }

    /// Whether the request was carried out. Then it is this thread's again.
    pub(super) fn is_answered(&self) -> bool {
        // Acquire: pairs with the Release of `answer`.
        let is_answered = !Word(self.word.load(Ordering::Acquire)).waits();
        if is_answered {
            self.request_witness.is_used();
        }
        is_answered
    }

    /// Stops asking: this thread has the lock, or asked without a request.
    pub(super) fn withdraw(&self) {
        // A swap, and Acquire: after the change of `rouse`, if there was one, for loom as well.
        self.word.swap(Word::NOTHING.0, Ordering::AcqRel);
    }

    /// Says that this thread has to be woken; `false` if it was answered.
    pub(super) fn fall_asleep(&self) -> bool {
        // Relaxed: the thread's own word, or what somebody else has made of it, which the compare-exchange finds.
        let word = Word(self.word.load(Ordering::Relaxed));
        let asleep = |word: Word| word.waits().then(|| word.asleep().0);
        let (both, relaxed) = (Ordering::AcqRel, Ordering::Relaxed);
        word.is_asleep()
            || self
                .word
                .fetch_update(both, relaxed, |word| asleep(Word(word)))
                .is_ok()
    }

    /// Sleeps until somebody wakes this thread, or for so long.
    pub(super) fn sleep(&self, limit: Option<Duration>) {
        let (mutex, condvar) = &self.bed;
        let guard = lock(mutex);
        // Under the mutex, which whoever wakes it takes after the change of the word. It may wake for no reason: then it
        // looks, and comes again.
        if Word(self.word.load(Ordering::Relaxed)).is_asleep() {
            let woken = match limit {
                Some(limit) => condvar.wait_timeout(guard, limit).map(drop).map_err(drop),
                None => condvar.wait(guard).map(drop).map_err(drop),
            };
            // Nothing stands in the mutex that a panic could have spoilt.
            woken.unwrap_or_default();
        }
    }

    fn wake(&self) {
        let (mutex, condvar) = &self.bed;
        drop(lock(mutex));
        condvar.notify_one();
    }

    // For whoever has the lock.

    /// The request that this slot's thread has for `lock`, if it has one. It is the caller's until it answers.
    #[inline]
    pub(super) fn request(&self, lock: *mut ()) -> Option<NonNull<()>> {
        // Acquire: pairs with the Release of `ask`. What asks does so until it is answered, or its thread has the lock: so
        // what stands beside it stays, too.
        let asks = Word(self.word.load(Ordering::Acquire)).asks();
        if !asks || self.lock.load(Ordering::Relaxed) != lock {
            return None;
        }
        self.request_witness.is_used();
        NonNull::new(self.request.load(Ordering::Relaxed))
    }

    /// Gives the request back, and wakes its thread.
    pub(super) fn answer(&self) {
        // Release: pairs with the Acquire of `is_answered`: what stands in the request, and the version that was published.
        let before = self.word.swap(Word::NOTHING.0, Ordering::AcqRel);
        if Word(before).is_asleep() {
            self.wake();
        }
    }

    /// Wakes the thread if it sleeps for `lock`, to try for that itself.
    pub(super) fn rouse(&self, lock: *mut ()) {
        // Acquire: pairs with the Release of `ask`.
        let word = Word(self.word.load(Ordering::Acquire));
        if !word.is_asleep() || self.lock.load(Ordering::Relaxed) != lock {
            return;
        }
        // It may have woken by itself.
        let (both, relaxed) = (Ordering::AcqRel, Ordering::Relaxed);
        let woken = self
            .word
            .compare_exchange(word.0, word.awake().0, both, relaxed);
        if woken.is_ok() {
            self.wake();
        }
    }

    // For the writer.

    /// Whether whoever waits for the guards of this slot waits for a thread that waits to write.
    pub(crate) fn is_held_by_a_writer(&self) -> bool {
        self.is_held_by_a_writer.load(Ordering::Relaxed)
    }

    /// What the writer sees.
    #[inline]
    pub(crate) fn seen(&self) -> Word {
        // Acquire: pairs with the Release in `announce`. SeqCst: see `Current::store`.
        Word(self.word.load(Ordering::SeqCst))
    }

    /// Tells the reader that its guesses are costly.
    pub(crate) fn tell(&self) {
        // Relaxed: a hint. Only whoever has the writer stores it.
        let told = self.told.load(Ordering::Relaxed);
        self.told.store(told.wrapping_add(1), Ordering::Relaxed);
    }

    /// What a report says about a reader that stays, and whose slot said this.
    pub(crate) fn describe(&self, word: Word) -> StalledReader {
        StalledReader {
            thread: self.thread_name(),
            version: word.version(),
            is_this_thread: self.was_entered_by_this_thread(),
        }
    }

    /// What a list of all readers says about this one.
    pub(crate) fn state(&self) -> ReaderState {
        let word = self.seen();
        let is_active = word.is_active();
        ReaderState {
            thread: self.thread_name(),
            is_active,
            version: word.version().filter(|_| is_active),
        }
    }

    fn thread_name(&self) -> Option<String> {
        self.registered_by.name().map(str::to_owned)
    }

    /// Whether the reader is the calling thread, as far as is known.
    #[cfg(all(debug_assertions, not(loom)))]
    pub(crate) fn was_entered_by_this_thread(&self) -> bool {
        is_this_thread(self.entered_by.load(Ordering::Relaxed))
    }

    /// Whether the reader is the calling thread, as far as is known: whether it registered here.
    #[cfg(not(all(debug_assertions, not(loom))))]
    pub(crate) fn was_entered_by_this_thread(&self) -> bool {
        self.registered_by.id() == thread::current().id()
    }

    // What the slot is, rather than what it says.

    /// The slot's place in the registry.
    pub(crate) fn key(&self) -> usize {
        self.key.load(Ordering::Relaxed)
    }

    pub(crate) fn set_key(&self, key: usize) {
        self.key.store(key, Ordering::Relaxed);
    }

    /// What a reader has done that was stopped before it found a copy.
    #[cfg(test)]
    pub(crate) fn stop_acquiring(&self) {
        let number = self.acquired.fetch_add(1, Ordering::Relaxed) + 1;
        self.announce(Word::acquiring(number));
    }

    /// What a reader has done that is in this version.
    #[cfg(test)]
    pub(crate) fn stop_active(&self, version: u64) {
        self.announce(Word::inactive(version).active());
    }

    /// What a reader has done that was in this version, and left with a guess.
    #[cfg(test)]
    pub(crate) fn stop_inactive(&self, version: u64) {
        self.announce(Word::inactive(version));
    }

    /// Whether its reader was told, and has not heeded it.
    #[cfg(test)]
    pub(crate) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed) != self.heeded.load(Ordering::Relaxed)
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
