//! One slot: announce, nest, leave, refresh, and how the writer looks at it.

use super::super::Mutant;
use super::{LOOM, PROGRESS, SEMANTICS, SHARED, SHARED_ADDRESS, UNIT, equivalent, mutant};

const FILE: &str = "epoch.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "announce: Relaxed", "self.session.store(session, Ordering::Release);", "self.session.store(session, Ordering::Relaxed);", LOOM),
    mutant(FILE, "announce: not at all", "self.session.store(session, Ordering::Release);", "", LOOM),
    mutant(FILE, "announce: after the load", "self.session.store(session, Ordering::Release); let Some(found) = published.load_announced() else {", "let found = published.load_announced(); self.session.store(session, Ordering::Release); let Some(found) = found else {", LOOM),
    mutant(FILE, "closed: leaves with Relaxed", "self.session .store(session.wrapping_add(1), Ordering::Release); return None;", "self.session.store(session.wrapping_add(1), Ordering::Relaxed); return None;", LOOM),
    mutant(FILE, "closed: stays inside", "self.session .store(session.wrapping_add(1), Ordering::Release); return None;", "return None;", LOOM),
    mutant(FILE, "record: Relaxed", ".store(with_parity(record, session), Ordering::Release);", ".store(with_parity(record, session), Ordering::Relaxed);", LOOM),
    mutant(FILE, "record: without parity", ".store(with_parity(record, session), Ordering::Release);", ".store(record.as_ptr(), Ordering::Release);", SEMANTICS),
    mutant(FILE, "record: parity not compared", "if word.addr() & 1 == (session >> 1) & 1 {", "if session != 0 {", LOOM),
    mutant(FILE, "record: never known", "if word.addr() & 1 == (session >> 1) & 1 {", "if session == 0 {", SEMANTICS),
    mutant(FILE, "record: looked at with Relaxed", "let word = self.record.load(Ordering::Acquire);", "let word = self.record.load(Ordering::Relaxed);", LOOM),
    mutant(FILE, "session: looked at with Relaxed", "self.session.load(Ordering::Acquire)", "self.session.load(Ordering::Relaxed)", LOOM),
    mutant(FILE, "leave: Relaxed", "let session = self.session(); self.session .store(session.wrapping_add(1), Ordering::Release);", "let session = self.session(); self.session.store(session.wrapping_add(1), Ordering::Relaxed);", LOOM),
    mutant(FILE, "leave: by two", "let session = self.session(); self.session .store(session.wrapping_add(1), Ordering::Release);", "let session = self.session(); self.session.store(session.wrapping_add(2), Ordering::Release);", LOOM),
    mutant(FILE, "leave: the first of nested guards ends the session", "if is_sole { self.end_session(); }", "self.end_session();", LOOM),
    mutant(FILE, "nested: not counted", "self.nested.store(nested + 1, Ordering::Relaxed);", "", LOOM),
    mutant(FILE, "nested: counted past the flag", "nested & !ORPHANED < MOST_NESTED,", "nested & !ORPHANED <= MOST_NESTED,", UNIT),
    mutant(FILE, "nested: not counted down", "self.nested.store(nested - 1, Ordering::Relaxed);", "", LOOM),
    mutant(FILE, "nested: a record of its own", "self.nested.store(nested + 1, Ordering::Relaxed); Some(self.record())", "self.nested.store(nested + 1, Ordering::Relaxed); published.peek()", LOOM),
    mutant(FILE, "nested: enters what the writer took away", "if published.is_closed() { return None; }", "", SEMANTICS),
    mutant(FILE, "nested: a session for each guard", "if is_inside(session) { return self.enter_nested(published); }", "", LOOM),
    mutant(FILE, "orphan: the last guard does not give back the slot", "self.end_session(); return true;", "self.end_session(); return false;", SHARED),
    mutant(FILE, "orphan: the last guard does not leave", "if nested == ORPHANED { self.end_session(); return true; }", "if nested == ORPHANED { return true; }", SHARED),
    mutant(FILE, "orphan: not marked", "self.nested.store(nested | ORPHANED, Ordering::Relaxed);", "let _ = nested;", SHARED),
    mutant(FILE, "orphan: says that it has guards", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); true", SHARED),
    mutant(FILE, "orphan: says that it has none", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); false", SHARED_ADDRESS),
    equivalent(FILE, "abandoned: a slot that is inside", "self.nested.load(Ordering::Relaxed) == ORPHANED && !self.is_occupied()", "self.nested.load(Ordering::Relaxed) == ORPHANED", "asked only of a slot that could not enter: an orphaned one is new then, and outside"),
    mutant(FILE, "refresh: beside other guards", "if nested != 0 || !published.differs_from(self.record()) {", "if nested == usize::MAX || !published.differs_from(self.record()) {", LOOM),
    mutant(FILE, "refresh: of an orphaned slot's only guard, never", "let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;", "let nested = self.nested.load(Ordering::Relaxed);", PROGRESS),
    mutant(FILE, "refresh: steps when nothing is newer", "if nested != 0 || !published.differs_from(self.record()) {", "if nested != 0 {", SEMANTICS),
    mutant(FILE, "refresh: never steps", "if nested != 0 || !published.differs_from(self.record()) {", "if nested < usize::MAX {", SEMANTICS),
    mutant(FILE, "refresh: by one", "self.session().wrapping_add(2)", "self.session().wrapping_add(1)", LOOM),
    mutant(FILE, "refresh: the same session", "self.session().wrapping_add(2)", "self.session()", LOOM),
    mutant(FILE, "leaked: stays inside", "if self.is_occupied() { self.end_session(); }", "", LOOM),
    mutant(FILE, "leaked: leaves though it is outside", "if self.is_occupied() { self.end_session(); }", "self.end_session();", SEMANTICS),
    equivalent(FILE, "leaked: nested guards stay counted", "self.nested.store(0, Ordering::Relaxed);", "", "the handle goes, or is the writer's: its next call that waits ends what the count leaves open"),
    equivalent(FILE, "tag: nobody asks to take it off", "if session & (2 * FENCED_SESSIONS - 1) == 1 {", "if session == 0 {", "slower only: readers of a version that stays go on fencing"),
    equivalent(FILE, "tag: taken off between any two versions", "if self.fenced_version.load(Ordering::Relaxed) == version {", "if version != usize::MAX {", "slower only: a publish now and then uses a heavy fence in vain"),
];
