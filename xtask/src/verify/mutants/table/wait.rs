//! The grace period.

use super::super::Mutant;
use super::{LOOM, PROGRESS, SEMANTICS, mutant};

const FILE: &str = "wait.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "left: when outside, not when changed", "roster.slot(self.index).session_seen() != self.session", "roster.slot(self.index).session_seen() & 1 == 0", SEMANTICS),
    mutant(FILE, "left: always", "roster.slot(self.index).session_seen() != self.session", "{ let _ = roster; self.session != 0 }", LOOM),
    mutant(FILE, "left: never", "roster.slot(self.index).session_seen() != self.session", "{ let _ = roster; self.session == 0 }", SEMANTICS),
    mutant(FILE, "elsewhere: also a reader that has not found a record", ".is_some_and(|record| record.addr().get() != vacated)", ".is_none_or(|record| record.addr().get() != vacated)", LOOM),
    mutant(FILE, "elsewhere: everybody", ".is_some_and(|record| record.addr().get() != vacated)", ".is_some_and(|record| record.addr().get() != vacated || vacated != 0)", LOOM),
    mutant(FILE, "elsewhere: nobody", "&& (*vacated == 0 || !straggler.is_elsewhere(roster, *vacated))", "&& { let _ = Straggler::is_elsewhere; *vacated < usize::MAX }", SEMANTICS),
    mutant(FILE, "elsewhere: counts when all have to leave altogether", "&& (*vacated == 0 || !straggler.is_elsewhere(roster, *vacated))", "&& !straggler.is_elsewhere(roster, *vacated)", LOOM),
    mutant(FILE, "begin: the copy to leave is that of the swap before", "self.vacated = vacated; self.stalled_since = None;", "if self.vacated == 0 { self.vacated = vacated; } self.stalled_since = None;", LOOM),
    mutant(FILE, "wait: not at all", "self.prune(); if self.stragglers.is_empty() {", "self.prune(); if self.stragglers.len() < usize::MAX {", LOOM),
    mutant(FILE, "wait: for one reader to leave", "self.prune(); if self.stragglers.is_empty() {", "let before = self.stragglers.len(); self.prune(); if self.stragglers.is_empty() || self.stragglers.len() < before {", LOOM),
    mutant(FILE, "wait: does not look again", "loop { self.prune();", "self.prune(); loop {", SEMANTICS),
    mutant(FILE, "wait: a call that must not wait does", "Patience::Briefly | Patience::Never => { self.note_stall(); return Err(StillThere); }", "Patience::Briefly | Patience::Never => None,", SEMANTICS),
    mutant(FILE, "wait: past its deadline", "if left.is_zero() {", "if left == Duration::MAX {", SEMANTICS),
    mutant(FILE, "wait: nobody notices that it is for itself", "self.assert_not_waiting_for_itself(); None", "None", PROGRESS),
    mutant("pause.rs", "wait: without sleep", "if self.is_long() { let sleep", "if self.sleep == Duration::ZERO { let sleep", SEMANTICS),
];
