//! The grace period.

use super::super::mutant::{LOOM, Mutant, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/grace.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "stays: nobody", "!has_acquired_since && retired.may_hold(self.word, barrier)", "!has_acquired_since && retired.may_hold(self.word, barrier) && false", LOOM),
    mutant(FILE, "stays: whose word has not changed", "!has_acquired_since && retired.may_hold(self.word, barrier)", "!has_acquired_since && self.word == before && retired.may_hold(self.word, barrier)", LOOM),
    mutant(FILE, "stays: who acquires again, too", "!has_acquired_since && retired.may_hold(self.word, barrier)", "retired.may_hold(self.word, barrier) || has_acquired_since", UNIT),
    mutant(FILE, "stays: not who acquires, though the number is the same", "self.word.is_acquiring() && self.word != before;", "{ let _ = before; self.word.is_acquiring() };", LOOM),
    mutant(FILE, "stays: what the slot says now is not remembered", "std::mem::replace(&mut self.word, slot.seen());", "self.word; let now = slot.seen(); if now.is_acquiring() && now != before { return false; } if !retired.may_hold(now, barrier) { return false; }", UNIT),
    mutant(FILE, "retired: held by who is inactive, too", "is_named && (word.is_active() || barrier == Barrier::Pending) || word.is_acquiring()", "is_named || word.is_acquiring()", UNIT),
    mutant(FILE, "retired: while the barrier is pending, not held by who is inactive", "is_named && (word.is_active() || barrier == Barrier::Pending) || word.is_acquiring()", "is_named && word.is_active() || word.is_acquiring()", LOOM),
    mutant(FILE, "retired: held by readers of other versions", "Self::Version(version) => word.names(version),", "Self::Version(version) => word.names(version) || word.version().is_some(),", UNIT),
    mutant(FILE, "retired: held by nobody who is known", "Self::Version(version) => word.names(version),", "Self::Version(version) => word.names(version) && false,", LOOM),
    mutant(FILE, "retired: not held by who acquires", "barrier == Barrier::Pending) || word.is_acquiring()", "barrier == Barrier::Pending)", LOOM),
    mutant(FILE, "retired: when all have to leave altogether, not held by who is known", "Self::All => word.version().is_some(),", "Self::All => false,", LOOM),
    mutant(FILE, "begin: the copy to leave is that of the swap before", "self.retired = retired; self.is_scan_owed = true;", "if let Retired::All = self.retired { self.retired = retired; } self.is_scan_owed = true;", LOOM),
    mutant(FILE, "begin: no scan is owed", "self.retired = retired; self.is_scan_owed = true;", "self.retired = retired;", LOOM),
    mutant(FILE, "begin: still stalled for the swap before", "self.stalled_since = None; #[cfg", "#[cfg", UNIT),
    mutant(FILE, "scan: the barrier of the swap before counts", "self.barrier = Barrier::Pending; self.blockers.clear();", "self.blockers.clear();", UNIT),
    mutant(FILE, "scan: keeps the blockers of earlier scans", "self.barrier = Barrier::Pending; self.blockers.clear();", "self.barrier = Barrier::Pending;", UNIT),
    mutant(FILE, "scan: again and again", "self.is_scan_owed = false;", "", UNIT),
    mutant(FILE, "scan: no fence", "fence::after_swap();", "", LOOM),
    mutant(FILE, "scan: takes the barrier for made", "if self.retired.may_hold(word, Barrier::Pending) { self.blockers", "if self.retired.may_hold(word, Barrier::Made) { self.blockers", LOOM),
    mutant(FILE, "scan: misses all but one reader", "in self.participants.iter().enumerate() {", "in self.participants.iter().enumerate().take(1) {", LOOM),
    mutant(FILE, "scan: takes everybody for a blocker", "if self.retired.may_hold(word, Barrier::Pending) { self.blockers", "if self.retired.may_hold(word, Barrier::Pending) || index < usize::MAX { self.blockers", UNIT),
    mutant(FILE, "barrier: not made", "fence::heavy();", "", LOOM),
    mutant(FILE, "barrier: a full fence in its place", "fence::heavy();", "fence::full();", LOOM),
    mutant(FILE, "barrier: what was seen before it is believed after it", "self.barrier = Barrier::Made; }", "self.barrier = Barrier::Made; self.blockers.retain(|it| it.word.is_active()); }", LOOM),
    mutant(FILE, "barrier: made for readers that are active", "if self.barrier == Barrier::Pending && blockers.any(|it| !it.word.is_active()) {", "if self.barrier == Barrier::Pending && blockers.any(|it| it.word.is_active()) {", UNIT),
    mutant(FILE, "barrier: nobody is told", "slot.tell(); } } fence::heavy();", "} } fence::heavy();", UNIT),
    mutant(FILE, "barrier: everybody is told", "if !word.is_active() && self.retired.may_hold(word, Barrier::Pending) {", "if word != Word::CLOSED {", UNIT),
    equivalent(FILE, "guess: its reader is not told before the barrier", "if looks == COSTLY { slot.tell(); }", "let _ = COSTLY;", "slower only: a reader that takes its time costs a barrier before it is told"),
    equivalent(FILE, "guess: costs a barrier at once", "if looks == MOMENT || is_poll {", "if looks <= MOMENT {", "slower only: each publish beside readers at work makes a barrier"),
    mutant(FILE, "guess: a call that must not wait does", "if looks == MOMENT || is_poll {", "if looks == MOMENT.max(u32::MAX * u32::from(is_poll)) {", SEMANTICS),
    mutant(FILE, "wait: for what is not scanned", "assert!(!self.is_scan_owed, \"the slots are read before a wait\");", "", UNIT),
    mutant(FILE, "wait: not at all", "if self.blockers.is_empty() { return Ok(Quiesced(())); }", "if self.blockers.len() < usize::MAX { return Ok(Quiesced(())); }", LOOM),
    mutant(FILE, "wait: for one reader to leave", "self.blockers.pop(); looks = 0;", "self.blockers.clear(); looks = 0;", LOOM),
    equivalent(FILE, "wait: no moment before the blockers are read again", "if !is_poll { spin_loop(); }", "", "slower only: a reader at work loses its slot's cache line to each look"),
    mutant(FILE, "wait: a call that must not wait does", "Wait::Spin | Wait::Poll => return self.give_up(),", "Wait::Spin | Wait::Poll => None,", SEMANTICS),
    mutant(FILE, "wait: past its deadline", "if left.is_zero() {", "if left == Duration::MAX {", SEMANTICS),
    mutant(FILE, "wait: given up for good, whoever is there", "self.note_stall(); Err(StillThere) }", "Ok(self.blockers.clear()) }", LOOM),
    mutant(FILE, "wait: for a guard of its own that has gone since", "word.is_active() && self.retired.may_hold(word, self.barrier) && slot", "slot", SEMANTICS),
    mutant(FILE, "wait: nobody notices that it is for itself", "self.assert_not_waiting_for_itself(); None", "None", PROGRESS),
    mutant("raw/backoff.rs", "wait: without sleep", "self.in_vain >= Self::PATIENCE || self.pauses >= Self::MANY", "self.in_vain >= Duration::MAX", SEMANTICS),
];
