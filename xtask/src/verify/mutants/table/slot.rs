//! One slot: announce, acquire, nest, leave, refresh, and what the writer sees and says.

use super::super::mutant::{
    LOOM, Mutant, PROGRESS, REGISTRATION, SEMANTICS, SHARED, SHARED_ADDRESS, UNIT, equivalent,
    mutant,
};

const FILE: &str = "raw/slot.rs";
const WORD: &str = "raw/word.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "announce: Relaxed", "self.word.store(word.0, Ordering::Release);", "self.word.store(word.0, Ordering::Relaxed);", LOOM),
    mutant(FILE, "seen: with Relaxed", "Word(self.word.load(Ordering::SeqCst))", "Word(self.word.load(Ordering::Relaxed))", LOOM),
    mutant(FILE, "enter: the guess is not announced", "self.announce(guess.active()); if", "if", LOOM),
    mutant(FILE, "enter: the guess is announced after the load", "self.announce(guess.active()); if current.version_announced() != guess {", "let found = current.version_announced(); self.announce(guess.active()); if found != guess {", LOOM),
    mutant(FILE, "enter: the guess is not checked", "if current.version_announced() != guess {", "current.version_announced(); if guess.is_active() {", LOOM),
    mutant(FILE, "acquire: not announced", "self.announce(Word::acquiring(number)); let Some", "let _ = Word::acquiring(number); let Some", LOOM),
    mutant(FILE, "acquire: announced after the load", "self.announce(Word::acquiring(number)); let Some((found, copy)) = current.find_announced() else {", "let first = current.find_announced(); self.announce(Word::acquiring(number)); let Some((found, copy)) = first else {", LOOM),
    mutant(FILE, "acquire: what was found is not named", "self.announce(found.active()); self.copy", "self.copy", UNIT),
    mutant(FILE, "acquire: the copy that was found before", "self.copy.store(copy.as_ptr(), Ordering::Relaxed);", "if self.copy.load(Ordering::Relaxed) == NonNull::dangling().as_ptr() { self.copy.store(copy.as_ptr(), Ordering::Relaxed); }", LOOM),
    mutant(FILE, "acquire: each looks like the one before", "self.acquired.store(number, Ordering::Relaxed);", "", UNIT),
    mutant(FILE, "refresh: names what is current, without acquiring", "match self.acquire(current) {", "match current.find().map(|(found, copy)| { self.announce(found.active()); copy }) {", LOOM),
    mutant(FILE, "closed: stays active", "self.announce(Word::NOTHING); self.guess", "self.guess", LOOM),
    mutant(FILE, "guess: always left", "true => found, false => Word::NOTHING,", "true => found, false => found,", UNIT),
    mutant(FILE, "guess: never left", "true => found, false => Word::NOTHING,", "true => Word::NOTHING, false => Word::NOTHING,", UNIT),
    mutant(FILE, "guess: what the writer says is not heeded", "self.unguessed.store(UNGUESSED, Ordering::Relaxed);", "", UNIT),
    mutant(FILE, "guess: what the writer says is heeded for ever", "self.heeded.store(told, Ordering::Relaxed);", "", UNIT),
    mutant(FILE, "guess: never again, once it was costly", "self.unguessed .store(unguessed.saturating_sub(1), Ordering::Relaxed);", "", UNIT),
    mutant(FILE, "guess: where there is no barrier", "if !fence::has_barrier() { fence::miss_barrier(number); return false; }", "let _ = number;", REGISTRATION),
    mutant(FILE, "guess: of the version before", "self.guess.store(guess.0, Ordering::Relaxed);", "if self.guess.load(Ordering::Relaxed) == Word::NOTHING.0 { self.guess.store(guess.0, Ordering::Relaxed); }", LOOM),
    mutant(FILE, "told: not heard", "self.told.store(told.wrapping_add(1), Ordering::Relaxed);", "let _ = told;", UNIT),
    mutant(FILE, "forget: ends a critical section", "if !word.is_active() && word != Word::NOTHING {", "if word != Word::NOTHING {", UNIT),
    mutant(FILE, "forget: not at all", "if !word.is_active() && word != Word::NOTHING { self.announce(Word::NOTHING); }", "let _ = word;", UNIT),
    mutant(FILE, "leave: not at all", "self.announce(Word(self.guess.load(Ordering::Relaxed)));", "", LOOM),
    mutant(FILE, "leave: the first of nested guards ends the critical section", "if is_sole { self.exit(); }", "self.exit();", LOOM),
    mutant(FILE, "nested: not counted", "self.nested.store(nested + 1, Ordering::Relaxed);", "", SEMANTICS),
    mutant(FILE, "nested: counted past the flag", "nested & !ORPHANED < MOST_NESTED,", "nested & !ORPHANED <= MOST_NESTED,", UNIT),
    mutant(FILE, "nested: not counted down", "self.nested.store(nested - 1, Ordering::Relaxed);", "", SEMANTICS),
    mutant(FILE, "nested: enters what the writer took away", "if current.is_closed() { return None; }", "", SEMANTICS),
    mutant(FILE, "nested: a critical section for each guard", "if !guess.is_guess() { return Err(self.otherwise()); }", "if guess == Word::NOTHING { return Err(self.otherwise()); }", LOOM),
    mutant(FILE, "nested: a critical section for each guard of a slot that is taken", "true => self.enter_nested(current),", "true => self.acquire(current),", SEMANTICS),
    mutant(FILE, "orphan: the last guard does not give back the slot", "self.exit(); return true;", "self.exit(); return false;", SHARED),
    mutant(FILE, "orphan: the last guard does not leave", "if nested == ORPHANED { self.exit(); return true; }", "if nested == ORPHANED { return true; }", UNIT),
    mutant(FILE, "orphan: not marked", "self.nested.store(nested | ORPHANED, Ordering::Relaxed);", "let _ = nested;", SHARED),
    mutant(FILE, "orphan: says that it has guards", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); true", SHARED),
    mutant(FILE, "orphan: says that it has none", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); self.is_occupied()", "self.nested.store(nested | ORPHANED, Ordering::Relaxed); false", SHARED_ADDRESS),
    equivalent(FILE, "orphan: a slot that is taken", "self.nested.load(Ordering::Relaxed) == ORPHANED && !self.is_occupied()", "self.nested.load(Ordering::Relaxed) == ORPHANED", "asked only of a slot that could not enter: an orphaned one is new then, and inactive"),
    mutant(FILE, "refresh: beside other guards", "if nested != 0 || !current.is_newer_than(self.word()) {", "if nested == usize::MAX || !current.is_newer_than(self.word()) {", SEMANTICS),
    mutant(FILE, "refresh: of an orphaned slot's only guard, never", "let nested = self.nested.load(Ordering::Relaxed) & !ORPHANED;", "let nested = self.nested.load(Ordering::Relaxed);", PROGRESS),
    mutant(FILE, "refresh: steps when nothing is newer", "if nested != 0 || !current.is_newer_than(self.word()) {", "if nested != 0 {", SEMANTICS),
    mutant(FILE, "refresh: never steps", "if nested != 0 || !current.is_newer_than(self.word()) {", "if nested < usize::MAX {", SEMANTICS),
    mutant(FILE, "leaked: stays active", "self.nested.store(0, Ordering::Relaxed); self.announce(Word::NOTHING);", "self.nested.store(0, Ordering::Relaxed);", LOOM),
    equivalent(FILE, "leaked: nested guards stay counted", "self.nested.store(0, Ordering::Relaxed);", "", "the handle goes, or is the writer's: its next call that waits ends what the count leaves open"),
    mutant(WORD, "word: nothing is a version", "pub(crate) const NOTHING: Self = Self(0b100);", "pub(crate) const NOTHING: Self = Self(0b1000);", UNIT),
    mutant(WORD, "word: closed is a version", "pub(crate) const CLOSED: Self = Self(0b010);", "pub(crate) const CLOSED: Self = Self(0b1000);", UNIT),
    mutant(WORD, "word: only a bare guess names its version", "self.0 & !ACTIVE == version << BITS", "self.0 == version << BITS", UNIT),
    mutant(WORD, "word: who is active acquires", "self.0 & ACQUIRING == ACQUIRING", "self.0 & ACTIVE == ACTIVE", UNIT),
];
