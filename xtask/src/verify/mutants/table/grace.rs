//! The grace period.

use super::super::mutant::{LOOM, Mutant, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/grace.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "left: when inactive, not when changed", "if word == self.word { return false; }", "if word.is_active() { return false; }", UNIT),
    mutant(FILE, "left: always", "if word == self.word { return false; }", "", LOOM),
    mutant(FILE, "left: never", "if word == self.word { return false; }", "if word == word { return false; }", SEMANTICS),
    mutant(FILE, "left: also who has found what it has to leave", "if may_have_found_it && !word.is_acquiring() && retired.may_hold(word, barrier) { self.word = word; return false; }", "let _ = (may_have_found_it, retired);", LOOM),
    mutant(FILE, "left: who has found what it has to leave is not known to be there", "self.word = word; return false;", "return false;", UNIT),
    mutant(FILE, "left: not who acquires again", "&& !word.is_acquiring() && retired.may_hold(word, barrier)", "&& retired.may_hold(word, barrier)", UNIT),
    mutant(FILE, "left: who has not acquired and leaves, while the barrier is pending", "self.word.is_acquiring() || barrier == Barrier::Pending;", "self.word.is_acquiring();", UNIT),
    equivalent(FILE, "left: who moves within what it has to leave, after the barrier", "self.word.is_acquiring() || barrier == Barrier::Pending;", "self.word.is_acquiring() || barrier == Barrier::Pending || barrier == Barrier::Done;", "with a clear barrier a blocker that does not search names what it has to leave; where that is one instance, another word that does is the same word; where it is all, only a search leads from one instance to another, and after the close it finds none"),
    mutant(FILE, "retired: held by who is inactive, too", "instance == address && (word.is_active() || barrier == Barrier::Pending)", "instance == address", UNIT),
    mutant(FILE, "retired: while the barrier is pending, not held by who is inactive", "instance == address && (word.is_active() || barrier == Barrier::Pending)", "instance == address && word.is_active()", LOOM),
    mutant(FILE, "retired: held by readers of other instances", "instance == address && (word.is_active()", "(instance == address || address != 0) && (word.is_active()", UNIT),
    mutant(FILE, "retired: held by nobody who is known", "instance == address && (word.is_active()", "instance == address && address == 0 && (word.is_active()", LOOM),
    mutant(FILE, "retired: not held by who acquires", "(_, None) => word.is_active(),", "(_, None) => false,", LOOM),
    mutant(FILE, "retired: when all have to leave altogether, not held by who is known", "(Self::All, Some(_)) => word.is_active() || barrier == Barrier::Pending,", "(Self::All, Some(_)) => false,", LOOM),
    mutant(FILE, "retired: when all have to leave altogether, not held by who is inactive while the barrier is pending", "(Self::All, Some(_)) => word.is_active() || barrier == Barrier::Pending,", "(Self::All, Some(_)) => word.is_active(),", LOOM),
    mutant(FILE, "begin: the copy to leave is that of the swap before", "self.retired = retired; self.stalled_since = None;", "if let Retired::All = self.retired { self.retired = retired; } self.stalled_since = None;", LOOM),
    mutant(FILE, "begin: what is owed for the swap before is forgotten", "self.owed = match (self.owed, reader_fence) { (Some(ReaderFence::Light), _) | (_, ReaderFence::Light) => Some(ReaderFence::Light), (_, ReaderFence::Full) => Some(ReaderFence::Full), };", "self.owed = Some(reader_fence);", UNIT),
    mutant(FILE, "scan: no full fence", "fence::full(); let barrier", "let barrier", LOOM),
    mutant(FILE, "scan: takes the barrier for done", "ReaderFence::Light => Barrier::Pending,", "ReaderFence::Light => Barrier::Done,", LOOM),
    mutant(FILE, "scan: no heavy fence", "fence::heavy(); self.read_slots(", "self.read_slots(", LOOM),
    mutant(FILE, "scan: a full fence in place of the heavy one", "fence::heavy(); self.read_slots(", "fence::full(); self.read_slots(", LOOM),
    mutant(FILE, "scan: does not read the slots again after the heavy fence", "fence::heavy(); self.read_slots(registry, Barrier::Done);", "fence::heavy();", LOOM),
    mutant(FILE, "scan: the heavy fence where it is not needed", "if reader_fence == ReaderFence::Light && !self.found.blockers.is_empty() {", "if reader_fence == ReaderFence::Light {", UNIT),
    mutant(FILE, "scan: the heavy fence for readers that have fenced", "if reader_fence == ReaderFence::Light && !self.found.blockers.is_empty() {", "if !self.found.blockers.is_empty() {", UNIT),
    mutant(FILE, "scan: readers have moved on whatever they say", "if self.found.blockers.is_empty() { return true; } } for", "if self.found.blockers.len() < usize::MAX { return true; } } for", LOOM),
    equivalent(FILE, "scan: never gives readers a moment", "for _ in 0..loads {", "for _ in 0..0 * loads {", "slower only: each publish beside readers at work makes a heavy fence"),
    mutant(FILE, "scan: always gives readers a moment", "if slots().any(|slot| slot.idle() > 0) {", "if slots().any(|slot| slot.idle() > IDLE) {", UNIT),
    mutant(FILE, "scan: does not learn who is idle", "self.participants.slot(blocker.index).set_idle(IDLE);", "let _ = (blocker, IDLE);", UNIT),
    mutant(FILE, "scan: who is idle stays so", "slots().for_each(|slot| slot.set_idle(slot.idle().saturating_sub(1)));", "", UNIT),
    mutant(FILE, "scan: a call that must not wait gives readers a moment", "Wait::Poll => return false,", "Wait::Poll => 32,", UNIT),
    mutant(FILE, "wait: for what is not scanned", "assert!(self.owed.is_none(), \"the owed fence is made before a wait\");", "", UNIT),
    mutant(FILE, "slots: keeps the blockers of earlier scans", "self.blockers.clear();", "", UNIT),
    mutant(FILE, "wait: not at all", "self.prune(Barrier::Done); if self.found.blockers.is_empty() {", "self.prune(Barrier::Done); if self.found.blockers.len() < usize::MAX {", LOOM),
    mutant(FILE, "wait: for one reader to leave", "self.prune(Barrier::Done); if self.found.blockers.is_empty() {", "let before = self.found.blockers.len(); self.prune(Barrier::Done); if self.found.blockers.is_empty() || self.found.blockers.len() < before {", LOOM),
    mutant(FILE, "wait: does not prune again", "loop { self.prune(Barrier::Done);", "self.prune(Barrier::Done); loop {", SEMANTICS),
    equivalent(FILE, "wait: no moment before the blockers are read again", "for _ in 0..MOMENT {", "for _ in 0..0 * MOMENT {", "slower only: a reader at work loses its slot's cache line to each look"),
    mutant(FILE, "wait: a call that must not wait does", "Wait::Spin | Wait::Poll => { self.note_stall(); return Err(StillThere); }", "Wait::Spin | Wait::Poll => None,", SEMANTICS),
    mutant(FILE, "wait: past its deadline", "if left.is_zero() {", "if left == Duration::MAX {", SEMANTICS),
    mutant(FILE, "wait: nobody notices that it is for itself", "self.assert_not_waiting_for_itself(); None", "None", PROGRESS),
    mutant("raw/backoff.rs", "wait: without sleep", "if self.is_long() { let sleep", "if self.sleep == Duration::ZERO { let sleep", SEMANTICS),
];
