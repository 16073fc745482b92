//! One slot: announce, acquire, nest, leave, refresh, and what the writer sees.

use super::super::mutant::{
    LOOM, Mutant, PROGRESS, SEMANTICS, SHARED, SHARED_ADDRESS, UNIT, equivalent, mutant,
};

const FILE: &str = "raw/slot.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "announce: Relaxed", "self.word.store(word.0, Ordering::Release);", "self.word.store(word.0, Ordering::Relaxed);", LOOM),
    mutant(FILE, "seen: with Relaxed", "Word(self.word.load(Ordering::Acquire))", "Word(self.word.load(Ordering::Relaxed))", LOOM),
    mutant(FILE, "enter: the cached pointer is not announced", "self.announce(word.active()); let current = published.load_announced();", "let current = published.load_announced();", LOOM),
    mutant(FILE, "enter: the cached pointer is announced after the load", "self.announce(word.active()); let current = published.load_announced();", "let current = published.load_announced(); self.announce(word.active());", LOOM),
    mutant(FILE, "enter: the cached pointer is not checked", "if current.addr() != word.0 {", "if word.instance().is_none() || current.is_null() || asks_for_fence(current) {", LOOM),
    mutant(FILE, "enter: the tag is ignored", "let current = published.load_announced();", "let current = untagged(published.load_announced());", LOOM),
    mutant(FILE, "enter, tagged: the cached pointer is not checked again", "if instance.addr() == cached.0 { let instance = NonNull::new(instance)?;", "if !instance.is_null() { let instance = NonNull::new(instance)?;", LOOM),
    mutant(FILE, "enter, tagged: no reload", "let instance = untagged(published.fence_and_load());", "published.fence_and_load(); let instance = untagged(current);", LOOM),
    mutant(FILE, "acquire: not announced", "self.announce(Word::acquiring(number)); let Some", "let _ = Word::acquiring(number); let Some", LOOM),
    mutant(FILE, "acquire: announced after the load", "self.announce(Word::acquiring(number)); let Some(Found { instance, fenced }) = published.find_announced() else {", "let found = published.find_announced(); self.announce(Word::acquiring(number)); let Some(Found { instance, fenced }) = found else {", LOOM),
    mutant(FILE, "acquire: takes what the first load found", "self.acquire(published) }", "match NonNull::new(current).filter(|_| !asks_for_fence(current)) { Some(instance) => { self.announce(Word::active_in(instance)); Some(instance) } None => self.acquire(published), } }", LOOM),
    mutant(FILE, "acquire: what was found is not named", "self.announce(Word::active_in(instance)); if fenced {", "let _ = Word::active_in; if fenced {", LOOM),
    mutant(FILE, "refresh: names what is published, without acquiring", "match self.acquire(published) {", "match published.peek().inspect(|instance| self.announce(Word::active_in(*instance))) {", LOOM),
    mutant(FILE, "acquire: each looks like the one before", "self.acquired.store(number, Ordering::Relaxed);", "", UNIT),
    mutant(FILE, "closed: stays active", "self.announce(Word::acquiring(number).inactive()); return None;", "return None;", LOOM),
    mutant(FILE, "closed: each acquire looks like the one before", "self.announce(Word::acquiring(number).inactive()); return None;", "self.announce(Word::NOTHING); return None;", UNIT),
    mutant(FILE, "nothing: is the address of nothing", "const NOTHING: Self = Self(UNNAMED);", "const NOTHING: Self = Self(0);", UNIT),
    mutant(FILE, "leave: not at all", "self.announce(self.word().inactive());", "", LOOM),
    mutant(FILE, "leave: forgets where it was", "self.announce(self.word().inactive());", "self.announce(Word::NOTHING);", UNIT),
    mutant(FILE, "word: what is unnamed is no instance's address", "(self.0 & UNNAMED == 0).then_some(self.0 & !ACTIVE)", "Some(self.0 & !ACTIVE)", LOOM),
    mutant(FILE, "leave: the first of nested guards ends the critical section", "if is_sole { self.exit(); }", "self.exit();", LOOM),
    mutant(FILE, "nested: not counted", "self.nested.store(nested + 1, Ordering::Relaxed);", "", LOOM),
    mutant(FILE, "nested: counted past the flag", "nested & !ORPHANED < MOST_NESTED,", "nested & !ORPHANED <= MOST_NESTED,", UNIT),
    mutant(FILE, "nested: not counted down", "self.nested.store(nested - 1, Ordering::Relaxed);", "", LOOM),
    mutant(FILE, "nested: an instance of its own", "self.nested.store(nested + 1, Ordering::Relaxed); Some(self.instance())", "self.nested.store(nested + 1, Ordering::Relaxed); published.peek()", LOOM),
    mutant(FILE, "nested: enters what the writer took away", "if published.is_closed() { return None; }", "", SEMANTICS),
    mutant(FILE, "nested: a critical section for each guard", "if word.is_active() { return Err(Otherwise::Nested); }", "", LOOM),
    mutant(FILE, "orphan: the last guard does not give back the slot", "self.exit(); return true;", "self.exit(); return false;", SHARED),
    mutant(FILE, "orphan: the last guard does not leave", "if nested == ORPHANED { self.exit(); return true; }", "if nested == ORPHANED { return true; }", UNIT),
    mutant(FILE, "orphan: not marked", "self.nested.store(nested | ORPHANED, Ordering::Relaxed);", "let _ = nested;", SHARED),
    mutant(FILE, "orphan: says that it has guards", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); true", SHARED),
    mutant(FILE, "orphan: says that it has none", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); false", SHARED_ADDRESS),
    equivalent(FILE, "orphan: a slot that is active", "self.nested.load(Ordering::Relaxed) == ORPHANED && !self.is_occupied()", "self.nested.load(Ordering::Relaxed) == ORPHANED", "asked only of a slot that could not enter: an orphaned one is new then, and outside"),
    mutant(FILE, "refresh: beside other guards", "if nested != 0 || !published.differs_from(self.instance()) {", "if nested == usize::MAX || !published.differs_from(self.instance()) {", LOOM),
    mutant(FILE, "refresh: of an orphaned slot's only guard, never", "let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;", "let nested = self.nested.load(Ordering::Relaxed);", PROGRESS),
    mutant(FILE, "refresh: steps when nothing is newer", "if nested != 0 || !published.differs_from(self.instance()) {", "if nested != 0 {", SEMANTICS),
    mutant(FILE, "refresh: never steps", "if nested != 0 || !published.differs_from(self.instance()) {", "if nested < usize::MAX {", SEMANTICS),
    mutant(FILE, "leaked: stays active", "self.nested.store(0, Ordering::Relaxed); self.exit();", "self.nested.store(0, Ordering::Relaxed);", LOOM),
    equivalent(FILE, "leaked: nested guards stay counted", "self.nested.store(0, Ordering::Relaxed);", "", "the handle goes, or is the writer's: its next call that waits ends what the count leaves open"),
    mutant(FILE, "tag: fenced critical sections are not counted", "self.fenced.store(fenced, Ordering::Relaxed);", "", UNIT),
    equivalent(FILE, "tag: nobody asks to take it off", "if fenced & (FENCED_ENTRIES - 1) == 0 {", "if fenced == 0 {", "slower only: readers of a version that stays go on fencing"),
    equivalent(FILE, "tag: taken off between any two versions", "if self.fenced_version.load(Ordering::Relaxed) == version {", "if version != usize::MAX {", "slower only: a publish now and then uses a heavy fence in vain"),
];
