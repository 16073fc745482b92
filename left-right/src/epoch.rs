//! One reader's slot: enter, leave, "has it left since?".
//!
//! # Orderings
//!
//! The reader that owns a slot is the only one that writes it, so a load and a store do for an
//! increment. Every store to `session` is Release and every look of the writer is Acquire
//! (invariant 4): what the reader did in earlier sessions happens before whatever the writer does
//! after it saw a later value. That holds for the store of `enter` too, because the writer may
//! first see the *next* session, and must then have the reads of the earlier ones behind it.

use std::{
    ptr::NonNull,
    thread::{self, Thread},
};

#[cfg(all(debug_assertions, not(loom)))]
use crate::sync::thread_number;
use crate::{
    diagnostics::{ReaderState, StalledReader},
    published::Published,
    record::Header,
    sync::{AtomicPtr, AtomicUsize, Ordering},
};

/// How many sessions a reader fences on account of one published copy before it asks for the
/// cheaper fences (see `Published::prefer_light_fence`). A power of two.
///
/// The heavy fence costs about as much as this many light ones cost too much, within a factor of
/// a few. Loom gets a number that it can reach.
const FENCED_SESSIONS: usize = if cfg!(loom) { 1 } else { 4096 };

/// What one reader tells the writer.
#[derive(Debug)]
pub(crate) struct Slot {
    /// Even: outside. Odd: inside. Changes by one at each enter and leave.
    session: AtomicUsize,
    /// The record that the reader found in this session, with the parity of the session's number
    /// in the lowest bit, so that a value left over from the session before can be told apart.
    record: AtomicPtr<Header>,
    /// Guards of this session beyond the first, and [`ORPHANED`]. Only the reader looks at it.
    nested: AtomicUsize,
    /// The version that was published when the reader last counted its fenced sessions. Only the
    /// reader looks at it.
    fenced_version: AtomicUsize,
    /// Where the slot stands in the registry. Only the reader looks at it.
    key: AtomicUsize,
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

/// What [`Slot::step`] found.
pub(crate) enum Step {
    /// There is nothing newer, or other guards need the copy that they share.
    Stay,
    /// The reader has moved on to this record.
    Moved(NonNull<Header>),
    /// The writer has taken the data away; the reader is outside.
    Closed,
}

impl Slot {
    pub(crate) fn new() -> Self {
        Self {
            session: AtomicUsize::new(0),
            record: AtomicPtr::new(std::ptr::null_mut()),
            nested: AtomicUsize::new(0),
            fenced_version: AtomicUsize::new(0),
            key: AtomicUsize::new(0),
            registered_by: thread::current(),
            #[cfg(all(debug_assertions, not(loom)))]
            entered_by: AtomicUsize::new(0),
        }
    }

    pub(crate) fn set_key(&self, key: usize) {
        self.key.store(key, Ordering::Relaxed);
    }

    /// Where the slot stands in the registry.
    pub(crate) fn key(&self) -> usize {
        self.key.load(Ordering::Relaxed)
    }

    /// Enters, or enters once more, and returns the record that this session reads.
    ///
    /// `None` if the writer took the data away. Each `Some` asks for one [`leave`](Self::leave).
    #[inline]
    pub(crate) fn enter(&self, published: &Published) -> Option<NonNull<Header>> {
        self.enter_from(self.session(), published)
    }

    /// [`enter`](Self::enter) for a caller that has looked at [`session`](Self::session) already.
    #[inline]
    pub(crate) fn enter_from(
        &self,
        session: usize,
        published: &Published,
    ) -> Option<NonNull<Header>> {
        if is_inside(session) {
            return self.enter_nested(published);
        }
        #[cfg(all(debug_assertions, not(loom)))]
        self.entered_by.store(thread_number(), Ordering::Relaxed);
        self.announce(session.wrapping_add(1), published)
    }

    /// Announces `session` (odd) and finds out what it reads.
    #[inline]
    fn announce(&self, session: usize, published: &Published) -> Option<NonNull<Header>> {
        // Release: pairs with the Acquire in `session_seen`; see the head of this file.
        self.session.store(session, Ordering::Release);
        let Some(found) = published.load_announced() else {
            // Release: as above.
            self.session
                .store(session.wrapping_add(1), Ordering::Release);
            return None;
        };
        let record = found.record;
        // Release: pairs with the Acquire in `record_seen`: the reads of earlier sessions happen
        // before what the writer does once it finds this session's parity here.
        self.record
            .store(with_parity(record, session), Ordering::Release);
        if found.fenced {
            self.count_fenced_session(session, record, published);
        }
        Some(record)
    }

    /// What a reader has done that was stopped before it found a record.
    #[cfg(test)]
    pub(crate) fn announce_only(&self) {
        self.session
            .store(self.session().wrapping_add(1), Ordering::Release);
    }

    /// Another guard for a reader that is inside already: it shares the record of the first.
    #[cold]
    fn enter_nested(&self, published: &Published) -> Option<NonNull<Header>> {
        if published.is_closed() {
            return None;
        }
        let nested = self.nested.load(Ordering::Relaxed);
        // Leaked guards could carry the count into the flag, or past it, on a 32-bit machine, and
        // then the session would end while guards live (invariant 7).
        assert!(
            nested & !ORPHANED < MOST_NESTED,
            "too many guards of one handle"
        );
        self.nested.store(nested + 1, Ordering::Relaxed);
        Some(self.record())
    }

    /// Gives back the only guard of a slot that has an owner, which ends the session. `false` if
    /// it is not such a guard: [`leave_nested`](Self::leave_nested) does it then.
    #[inline]
    pub(crate) fn leave(&self) -> bool {
        let is_sole = self.nested.load(Ordering::Relaxed) == 0;
        if is_sole {
            self.end_session();
        }
        is_sole
    }

    /// Gives back one of several guards, or of guards that own the slot; the last one ends the
    /// session.
    ///
    /// `true` asks the caller to deregister the slot: it was the last guard, and nobody else owns
    /// the slot.
    pub(crate) fn leave_nested(&self) -> bool {
        let nested = self.nested.load(Ordering::Relaxed);
        if nested == ORPHANED {
            self.end_session();
            return true;
        }
        self.nested.store(nested - 1, Ordering::Relaxed);
        false
    }

    #[inline]
    fn end_session(&self) {
        let session = self.session();
        // Release: pairs with the Acquire in `session_seen`: the reads of this session happen
        // before the writer changes the copy that they looked at.
        self.session
            .store(session.wrapping_add(1), Ordering::Release);
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
    pub(crate) fn is_abandoned(&self) -> bool {
        self.nested.load(Ordering::Relaxed) == ORPHANED && !self.is_occupied()
    }

    /// Whether the reader is inside. Asked only by the reader itself.
    #[inline]
    pub(crate) fn is_occupied(&self) -> bool {
        is_inside(self.session())
    }

    /// The session that the reader is in, or the last one. Asked only by the reader itself.
    #[inline]
    pub(crate) fn session(&self) -> usize {
        // Relaxed: this thread wrote the value itself, or got the handle from the one that did.
        self.session.load(Ordering::Relaxed)
    }

    /// Moves a session with a single guard to the newest record, without leaving in between.
    ///
    /// The session's number goes up by two, so it stays odd and is still seen to have changed.
    #[inline]
    pub(crate) fn step(&self, published: &Published) -> Step {
        let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;
        if nested != 0 || !published.differs_from(self.record()) {
            return Step::Stay;
        }
        match self.announce(self.session().wrapping_add(2), published) {
            Some(record) => Step::Moved(record),
            None => Step::Closed,
        }
    }

    /// Ends a session whose guards were leaked. The caller knows that none of them is in use.
    pub(crate) fn end_leaked_session(&self) {
        self.nested.store(0, Ordering::Relaxed);
        if self.is_occupied() {
            self.end_session();
        }
    }

    /// The record of the session that the reader is in. Asked only by the reader itself.
    #[inline]
    pub(crate) fn record(&self) -> NonNull<Header> {
        let word = self.record.load(Ordering::Relaxed);
        NonNull::new(word.map_addr(|address| address & !1))
            .expect("a reader that is inside has found a record")
    }

    /// The session that the writer sees. Compare it with a later one to learn whether it ended.
    pub(crate) fn session_seen(&self) -> usize {
        // Acquire: pairs with the Release stores in `announce` and `leave`.
        self.session.load(Ordering::Acquire)
    }

    /// The record that `session` reads, as the writer sees it: `None` if the reader has not got
    /// that far. If the session is over this may be a record that the reader found later.
    ///
    /// The word was written in this session or later if it has this session's parity: the writer
    /// has seen the session's announcement, and so, by coherence, nothing older than the word of the
    /// session before, which has the other parity (invariant 13).
    pub(crate) fn record_seen(&self, session: usize) -> Option<NonNull<Header>> {
        // Acquire: pairs with the Release in `announce`: what the reader did in earlier sessions
        // happens before what the writer concludes from this.
        let word = self.record.load(Ordering::Acquire);
        if word.addr() & 1 == (session >> 1) & 1 {
            NonNull::new(word.map_addr(|address| address & !1))
        } else {
            None
        }
    }

    /// What a report says about a reader that stays in `session`.
    pub(crate) fn describe(&self, session: usize) -> StalledReader {
        StalledReader {
            thread: self.thread_name(),
            version: self.version_seen(session),
            is_this_thread: self.was_entered_by_this_thread(),
        }
    }

    /// What a list of all readers says about this one.
    pub(crate) fn state(&self) -> ReaderState {
        let session = self.session_seen();
        let is_inside = is_inside(session);
        ReaderState {
            thread: self.thread_name(),
            is_inside,
            version: is_inside.then(|| self.version_seen(session)).flatten(),
        }
    }

    fn thread_name(&self) -> Option<String> {
        self.registered_by.name().map(str::to_owned)
    }

    /// The version that a reader sees that is in `session`. Asked only by the writer.
    fn version_seen(&self, session: usize) -> Option<u64> {
        let record = self.record_seen(session)?;
        // SAFETY: the reader found this record in a session that the writer has not seen it leave,
        // or later. Only the writer, who is asking, frees records, and none that a reader could
        // find since (invariants 1 and 13); it reports a failed wait before it frees anything.
        Some(unsafe { record.as_ref() }.version)
    }

    /// Whether the reader is the calling thread, as far as is known.
    #[cfg(all(debug_assertions, not(loom)))]
    pub(crate) fn was_entered_by_this_thread(&self) -> bool {
        self.entered_by.load(Ordering::Relaxed) == thread_number()
    }

    /// Whether the reader is the calling thread, as far as is known: whether it registered here.
    #[cfg(not(all(debug_assertions, not(loom))))]
    pub(crate) fn was_entered_by_this_thread(&self) -> bool {
        self.registered_by.id() == thread::current().id()
    }

    /// Now and then, asks for the cheaper fence if many sessions read the same version.
    #[inline]
    fn count_fenced_session(&self, session: usize, record: NonNull<Header>, published: &Published) {
        // Sessions are odd here and count by two.
        if session & (2 * FENCED_SESSIONS - 1) == 1 {
            self.ask_for_light_fence(record, published);
        }
    }

    #[cold]
    fn ask_for_light_fence(&self, record: NonNull<Header>, published: &Published) {
        // SAFETY: the session is open and found this record, so it is not freed or changed
        // before `leave` (invariant 1).
        let version = unsafe { record.as_ref() }.version as usize;
        if self.fenced_version.load(Ordering::Relaxed) == version {
            published.prefer_light_fence(record);
        }
        self.fenced_version.store(version, Ordering::Relaxed);
    }
}

/// Whether a reader with this session number is inside.
#[inline]
pub(crate) fn is_inside(session: usize) -> bool {
    session & 1 == 1
}

/// The word that `Slot::record` holds: the address and the parity of the session's number.
#[inline]
fn with_parity(record: NonNull<Header>, session: usize) -> *mut Header {
    record
        .as_ptr()
        .map_addr(|address| address | ((session >> 1) & 1))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::published::tests::published;

    #[test]
    fn too_many_guards_are_refused_and_the_session_stays() {
        let (published, _record) = published();
        for orphaned in [false, true] {
            let slot = Slot::new();
            if orphaned {
                slot.orphan();
            }
            slot.enter(&published).unwrap();
            for _ in 0..MOST_NESTED {
                slot.enter(&published).unwrap();
            }
            let one_more = std::panic::AssertUnwindSafe(|| slot.enter(&published));
            assert!(std::panic::catch_unwind(one_more).is_err());
            for _ in 0..MOST_NESTED {
                assert!(!slot.leave());
                assert!(!slot.leave_nested());
                assert!(slot.is_occupied());
            }
            if orphaned {
                assert!(!slot.leave());
                assert!(slot.leave_nested());
            } else {
                assert!(slot.leave());
            }
            assert!(!slot.is_occupied());
        }
    }
}
