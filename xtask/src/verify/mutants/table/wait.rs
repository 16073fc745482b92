//! The grace period.

use super::super::Mutant;
use super::{LOOM, PROGRESS, SEMANTICS, UNIT, mutant};

const FILE: &str = "wait.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "left: when outside, not when changed", "if word == self.word { return false; }", "if word.is_inside() { return false; }", UNIT),
    mutant(FILE, "left: always", "if word == self.word { return false; }", "", LOOM),
    mutant(FILE, "left: never", "if word == self.word { return false; }", "if word == word { return false; }", SEMANTICS),
    mutant(FILE, "left: also who has found what it has to leave", "if self.word.is_searching() && !word.is_searching() && vacated.may_hold(word) { self.word = word; return false; }", "let _ = vacated;", LOOM),
    mutant(FILE, "left: who has found what it has to leave is not known to be there", "self.word = word; return false;", "return false;", UNIT),
    mutant(FILE, "left: not who searches again", "&& !word.is_searching() && vacated.may_hold(word)", "&& vacated.may_hold(word)", UNIT),
    mutant(FILE, "vacated: held by who is outside, too", "word.is_inside() && match", "match", SEMANTICS),
    mutant(FILE, "vacated: held by readers of other records", "(Self::Record { address, .. }, Some(record)) => record == address,", "(Self::Record { address, .. }, Some(record)) => record == address || address != 0,", SEMANTICS),
    mutant(FILE, "vacated: held by nobody who is known", "(Self::Record { address, .. }, Some(record)) => record == address,", "(Self::Record { address, .. }, Some(record)) => record == address && address == 0,", LOOM),
    mutant(FILE, "vacated: not held by who searches", "(Self::All, _) | (_, None) => true,", "(Self::All, _) => true, (_, None) => false,", LOOM),
    mutant(FILE, "vacated: when all have to leave altogether, not held by who is known", "(Self::All, _) | (_, None) => true,", "(Self::All, Some(_)) => false, (_, None) => true,", LOOM),
    mutant(FILE, "begin: the copy to leave is that of the swap before", "self.vacated = vacated; self.stalled_since = None;", "if let Vacated::All = self.vacated { self.vacated = vacated; } self.stalled_since = None;", LOOM),
    mutant(FILE, "wait: not at all", "self.prune(); if self.stragglers.is_empty() {", "self.prune(); if self.stragglers.len() < usize::MAX {", LOOM),
    mutant(FILE, "wait: for one reader to leave", "self.prune(); if self.stragglers.is_empty() {", "let before = self.stragglers.len(); self.prune(); if self.stragglers.is_empty() || self.stragglers.len() < before {", LOOM),
    mutant(FILE, "wait: does not look again", "loop { self.prune();", "self.prune(); loop {", SEMANTICS),
    mutant(FILE, "wait: a call that must not wait does", "Patience::Briefly | Patience::Never => { self.note_stall(); return Err(StillThere); }", "Patience::Briefly | Patience::Never => None,", SEMANTICS),
    mutant(FILE, "wait: past its deadline", "if left.is_zero() {", "if left == Duration::MAX {", SEMANTICS),
    mutant(FILE, "wait: nobody notices that it is for itself", "self.assert_not_waiting_for_itself(); None", "None", PROGRESS),
    mutant("pause.rs", "wait: without sleep", "if self.is_long() { let sleep", "if self.sleep == Duration::ZERO { let sleep", SEMANTICS),
];
