//! One reader's slot: a word that says which instance the reader is in, and how it enters and leaves.
//!
//! A slot names an instance, by the pointer that it was published by: `instance_at` leads from there to the instance,
//! `data_ptr` to its data. While the reader is inactive that is the one that it found last, its *cached pointer*. To
//! enter, the reader announces that it is active there, loads the pointer to the current instance, and if that is the
//! cached one, it is in. So a usual enter is one load, one store, one load and one comparison, which finds out at once
//! whether there was a publish, whether a fence is asked for and whether the data was taken away. Where the cached
//! pointer is out of date the reader *acquires*: it announces that it is in *some* instance, loads the pointer again,
//! and says which.
//!
//! This is a hazard pointer (Maged Michael, 2004). Where that has to retry, the reader counts as active in all
//! instances for a moment, as with epochs; so entering is wait-free.
//!
//! # Orderings
//!
//! The reader that owns a slot is the only one that writes it, so a load and a store do for a change.
//! Every store to `word` is Release and every load by the writer is Acquire (invariant 4): what the
//! reader did in earlier critical sections happens before whatever the writer does after it saw a later word.
//! That holds for the announcement of `enter` too, because the writer may first see the *next* critical section,
//! and must then have the reads of the earlier ones behind it.

use std::{
    ptr::{self, NonNull},
    thread::{self, Thread},
};

use super::{
    current::{Current, Found, asks_for_fence, untagged},
    instance::{FLAGS, Header, instance_at},
};
use crate::{
    diagnostics::{ReaderState, StalledReader},
    sync::{AtomicUsize, Ordering, is_this_thread, thread_number},
};

/// Whenever a reader has entered so many times with a fence it notes the version; if that is the one that it noted
/// last, it asks for the cheaper fence (see `Current::prefer_light_fence`). A power of two.
///
/// The heavy fence costs about as much as this many full ones, within a factor of a few. Loom gets a number that it
/// can reach.
const FENCED_ENTRIES: usize = if cfg!(loom) { 1 } else { 4096 };

/// What a slot says about its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(usize);

/// Set in a word: the reader is active, in what the word names.
const ACTIVE: usize = 1;
/// Set in a word: it names no instance. An active reader may be in any then; the other bits are a
/// number, another one each time.
const UNNAMED: usize = 2;
const _: () = assert!(ACTIVE | UNNAMED == FLAGS, "the flags need free bits");

impl Word {
    /// Inactive, and has not found anything yet.
    const NOTHING: Self = Self(UNNAMED);

    /// Active in an instance that is to be found yet.
    fn acquiring(number: usize) -> Self {
        Self((number << 2) | UNNAMED | ACTIVE)
    }

    /// Active in this instance.
    fn active_in(instance: NonNull<Header>) -> Self {
        Self(instance.addr().get() | ACTIVE)
    }

    /// Active in what this word names.
    #[inline]
    fn active(self) -> Self {
        Self(self.0 | ACTIVE)
    }

    /// Inactive. The instance remains, as the cached pointer.
    #[inline]
    fn inactive(self) -> Self {
        Self(self.0 & !ACTIVE)
    }

    /// Whether the reader is active.
    #[inline]
    pub(crate) fn is_active(self) -> bool {
        self.0 & ACTIVE != 0
    }

    /// Whether it is active, and may be in any instance.
    #[inline]
    pub(crate) fn is_acquiring(self) -> bool {
        self.0 & (ACTIVE | UNNAMED) == (ACTIVE | UNNAMED)
    }

    /// The address of the instance that the word names, if it names one.
    #[inline]
    pub(crate) fn instance(self) -> Option<usize> {
        (self.0 & UNNAMED == 0).then_some(self.0 & !ACTIVE)
    }
}

/// What one reader tells the writer.
#[derive(Debug)]
pub(crate) struct Slot {
    /// A [`Word`].
    word: AtomicUsize,
    /// Guards of this critical section beyond the first, and [`ORPHANED`]. Only the reader looks at it.
    nested: AtomicUsize,
    /// How often the reader has acquired. Only the reader looks at it.
    acquired: AtomicUsize,
    /// How often the reader has entered with a fence.
    fenced: AtomicUsize,
    /// The version that the reader noted last: see [`FENCED_ENTRIES`]. Only the reader looks at it.
    fenced_version: AtomicUsize,
    /// The slot's place in the registry. Only the reader looks at it.
    key: AtomicUsize,
    /// Who alone enters with this slot: a thread, by its number, or whoever has the writer ([`WRITERS`]). 0 if any
    /// thread may, or one without a number.
    owner: AtomicUsize,
    /// How many more scans do not wait for the reader to move on by itself. Only the writer looks at it, so it is none
    /// of loom's atomics, which would explore it.
    idle: std::sync::atomic::AtomicU32,
    /// The thread that registered the slot, for reports.
    registered_by: Thread,
    /// The thread that entered last, as [`thread_number`] has it.
    #[cfg(all(debug_assertions, not(loom)))]
    entered_by: AtomicUsize,
}

/// Set in `Slot::nested`: nobody owns the slot but its guards, and the last one gives it back.
const ORPHANED: usize = 1 << (usize::BITS - 1);

/// How far `Slot::nested` counts. Tests get a number that they can reach.
const MOST_NESTED: usize = if cfg!(test) { 100 } else { ORPHANED - 1 };

/// Why a reader could not enter where it was last.
#[derive(Debug)]
pub(crate) enum Otherwise {
    /// It is active already.
    Nested,
    /// It was in this last, and this pointer with its tags is published.
    Cached(Word, *mut Header),
}

/// In `Slot::owner`: it is the writer's own.
const WRITERS: usize = usize::MAX;

/// What [`Slot::step`] found.
pub(crate) enum Step {
    /// There is nothing newer, or other guards need the copy that they share.
    Stay,
    /// The reader has moved on to this instance.
    Moved(NonNull<Header>),
    /// The writer has taken the data away; the reader is inactive.
    Closed,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicUsize::new(Word::NOTHING.0),
            nested: AtomicUsize::new(0),
            acquired: AtomicUsize::new(0),
            fenced: AtomicUsize::new(0),
            fenced_version: AtomicUsize::new(0),
            key: AtomicUsize::new(0),
            owner: AtomicUsize::new(0),
            idle: std::sync::atomic::AtomicU32::new(0),
            registered_by: thread::current(),
            #[cfg(all(debug_assertions, not(loom)))]
            entered_by: AtomicUsize::new(0),
        }
    }

    // For the reader alone: the way in and out.

    /// What the slot says. Asked only by the reader itself.
    #[inline]
    pub(crate) fn word(&self) -> Word {
        // Relaxed: this thread wrote the value itself, or got the handle from the one that did.
        Word(self.word.load(Ordering::Relaxed))
    }

    /// Enters where the reader was last, if that is what is published, and returns the instance that this
    /// critical section reads. Each `Ok` asks for one [`leave`](Self::leave).
    ///
    /// `word` is what [`word`](Self::word) says.
    ///
    /// # Errors
    ///
    /// If it is not so simple: the error goes to [`enter_otherwise`](Self::enter_otherwise). (Not an `Option`, since
    /// whoever unpacked that would test the instance once more.)
    #[inline]
    pub(crate) fn enter(
        &self,
        word: Word,
        published: &Current,
    ) -> Result<NonNull<Header>, Otherwise> {
        if word.is_active() {
            return Err(Otherwise::Nested);
        }
        #[cfg(all(debug_assertions, not(loom)))]
        self.entered_by.store(thread_number(), Ordering::Relaxed);
        self.announce(word.active());
        let current = published.load_announced();
        if current.addr() != word.0 {
            return Err(Otherwise::Cached(word, current));
        }
        // The cached pointer is right. It may name an instance that was freed in the meantime, at whose address
        // there is another by now: the pointer that counts is the one just loaded.
        // SAFETY: an inactive word is the address of an instance or has `UNNAMED` set, so it is not 0.
        Ok(unsafe { NonNull::new_unchecked(current) })
    }

    /// Enters once more, or with a fence, or acquires, and returns the instance that this critical section reads.
    ///
    /// `None` if the writer took the data away. Each `Some` asks for one [`leave`](Self::leave).
    #[cold]
    #[inline(never)]
    pub(crate) fn enter_otherwise(
        &self,
        otherwise: Otherwise,
        published: &Current,
    ) -> Option<NonNull<Header>> {
        let (cached, current) = match otherwise {
            Otherwise::Nested => return self.enter_nested(published),
            Otherwise::Cached(cached, current) => (cached, current),
        };
        if asks_for_fence(current) && untagged(current).addr() == cached.0 {
            let instance = untagged(published.fence_and_load());
            if instance.addr() == cached.0 {
                let instance = NonNull::new(instance)?;
                self.count_fenced_entry(instance, published);
                return Some(instance);
            }
        }
        self.acquire(published)
    }

    /// Announces a critical section, finds out what it reads, and says so.
    fn acquire(&self, published: &Current) -> Option<NonNull<Header>> {
        let number = self.acquired.load(Ordering::Relaxed).wrapping_add(1);
        self.acquired.store(number, Ordering::Relaxed);
        self.announce(Word::acquiring(number));
        let Some(Found { instance, fenced }) = published.find_announced() else {
            // The number stays, so that the next announcement is not taken for one that has been there long.
            self.announce(Word::acquiring(number).inactive());
            return None;
        };
        self.announce(Word::active_in(instance));
        if fenced {
            self.count_fenced_entry(instance, published);
        }
        Some(instance)
    }

    /// Another guard for a reader that is active already: it shares the instance of the first.
    fn enter_nested(&self, published: &Current) -> Option<NonNull<Header>> {
        if published.is_closed() {
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
        Some(self.instance())
    }

    #[inline]
    fn announce(&self, word: Word) {
        // Release: pairs with the Acquire in `seen`; see the head of this file.
        self.word.store(word.0, Ordering::Release);
    }

    /// The instance of the critical section that the reader is in. Asked only by the reader itself.
    ///
    /// The word is an address and not a pointer, since the cached pointer that it started as may be older than
    /// the instance. So an instance's provenance is exposed where it is made, and taken up here.
    #[inline]
    pub(crate) fn instance(&self) -> NonNull<Header> {
        let address = self.word().instance().unwrap_or(0);
        NonNull::new(ptr::with_exposed_provenance_mut(address))
            .expect("an active reader has found an instance")
    }

    /// Moves a critical section with a single guard to the newest instance, without leaving in between.
    #[inline]
    pub(crate) fn step(&self, published: &Current) -> Step {
        let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;
        if nested != 0 || !published.differs_from(self.instance()) {
            return Step::Stay;
        }
        match self.acquire(published) {
            Some(instance) => Step::Moved(instance),
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
        self.announce(self.word().inactive());
    }

    /// Ends a critical section whose guards were leaked. The caller knows that none of them is in use.
    #[inline]
    pub(crate) fn exit_leaked(&self) {
        self.nested.store(0, Ordering::Relaxed);
        self.exit();
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

    /// Counts an entry with a fence, for the writer; now and then, asks for the cheaper fence if many of them
    /// found the same version.
    #[inline]
    fn count_fenced_entry(&self, instance: NonNull<Header>, published: &Current) {
        let fenced = self.fenced.load(Ordering::Relaxed).wrapping_add(1);
        // Relaxed: a figure.
        self.fenced.store(fenced, Ordering::Relaxed);
        if fenced & (FENCED_ENTRIES - 1) == 0 {
            self.ask_for_light_fence(instance, published);
        }
    }

    #[cold]
    fn ask_for_light_fence(&self, instance: NonNull<Header>, published: &Current) {
        // SAFETY: the critical section is open and found this instance, so it is not freed or changed
        // before `leave` (invariant 1).
        let version = unsafe { instance_at(instance).as_ref() }.version as usize;
        if self.fenced_version.load(Ordering::Relaxed) == version {
            published.prefer_light_fence(instance);
        }
        self.fenced_version.store(version, Ordering::Relaxed);
    }

    // For the writer.

    /// What the writer sees.
    #[inline]
    pub(crate) fn seen(&self) -> Word {
        // Acquire: pairs with the Release in `announce`.
        Word(self.word.load(Ordering::Acquire))
    }

    /// Whether nobody can be entering with this slot while this thread, which has the writer, asks.
    pub(crate) fn is_quiescent(&self) -> bool {
        // Relaxed: what this thread, or whoever had the writer before, has stored; of others it is
        // only asked whether it is that.
        let owner = self.owner.load(Ordering::Relaxed);
        owner == WRITERS || is_this_thread(owner)
    }

    /// What [`set_idle`](Self::set_idle) noted last.
    pub(crate) fn idle(&self) -> u32 {
        // Relaxed, as in `set_idle`: it goes from thread to thread with the writer.
        self.idle.load(Ordering::Relaxed)
    }

    /// Takes note that so many scans are not to wait for the reader to move on by itself.
    pub(crate) fn set_idle(&self, times: u32) {
        self.idle.store(times, Ordering::Relaxed);
    }

    /// How often the reader has entered with a fence, as far as the writer knows.
    #[inline]
    pub(crate) fn fenced_entries(&self) -> usize {
        // Relaxed: a figure.
        self.fenced.load(Ordering::Relaxed)
    }

    /// What a report says about a reader that stays in an instance of this version.
    pub(crate) fn describe(&self, version: Option<u64>) -> StalledReader {
        StalledReader {
            thread: self.thread_name(),
            version,
            is_this_thread: self.was_entered_by_this_thread(),
        }
    }

    /// What a list of all readers says about this one. `version_at` knows the instances by address.
    pub(crate) fn state(&self, version_at: impl Fn(usize) -> Option<u64>) -> ReaderState {
        let word = self.seen();
        let is_active = word.is_active();
        ReaderState {
            thread: self.thread_name(),
            is_active,
            version: word.instance().filter(|_| is_active).and_then(version_at),
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

    /// Takes note that no other thread than this one will ever enter with this slot.
    pub(crate) fn belong_to_this_thread(&self) {
        // Loom's threads have no numbers.
        if cfg!(not(loom)) {
            self.owner.store(thread_number(), Ordering::Relaxed);
        }
    }

    /// Takes note that nobody enters with this slot but who has the writer.
    pub(crate) fn belong_to_writer(&self) {
        self.owner.store(WRITERS, Ordering::Relaxed);
    }

    /// What a reader has done that was stopped before it found an instance.
    #[cfg(test)]
    pub(crate) fn stop_acquiring(&self) {
        let nobody = Current::new(NonNull::dangling(), crate::raw::fence::Fences::Symmetric);
        nobody.close();
        self.acquire(&nobody);
        self.announce(self.word().active());
    }

    /// What a reader has done that has found this instance.
    #[cfg(test)]
    pub(crate) fn stop_active(&self, instance: NonNull<Header>) {
        self.announce(Word::active_in(instance));
    }
}

#[cfg(all(test, not(loom)))]
mod tests;
