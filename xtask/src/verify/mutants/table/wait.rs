//! The grace period.

use super::super::Mutant;
use super::{LOOM, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/grace.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "left: when outside, not when changed", "if word == self.word { return false; }", "if word.is_inside() { return false; }", UNIT),
    mutant(FILE, "left: always", "if word == self.word { return false; }", "", LOOM),
    mutant(FILE, "left: never", "if word == self.word { return false; }", "if word == word { return false; }", SEMANTICS),
    mutant(FILE, "left: also who has found what it has to leave", "if may_have_found_it && !word.is_searching() && vacated.may_hold(word, sight) { self.word = word; return false; }", "let _ = (may_have_found_it, vacated);", LOOM),
    mutant(FILE, "left: who has found what it has to leave is not known to be there", "self.word = word; return false;", "return false;", UNIT),
    mutant(FILE, "left: not who searches again", "&& !word.is_searching() && vacated.may_hold(word, sight)", "&& vacated.may_hold(word, sight)", UNIT),
    mutant(FILE, "left: who has not searched and leaves, in a dim sight", "self.word.is_searching() || sight == Sight::Dim;", "self.word.is_searching();", UNIT),
    equivalent(FILE, "left: who moves within what it has to leave, in a clear sight", "self.word.is_searching() || sight == Sight::Dim;", "self.word.is_searching() || sight == Sight::Dim || sight == Sight::Clear;", "with a clear sight a straggler that does not search names what it has to leave; where that is one record, another word that does is the same word; where it is all, only a search leads from one record to another, and after the close it finds none"),
    mutant(FILE, "vacated: held by who is outside, too", "record == address && (word.is_inside() || sight == Sight::Dim)", "record == address", UNIT),
    mutant(FILE, "vacated: in a dim sight, not held by who is outside", "record == address && (word.is_inside() || sight == Sight::Dim)", "record == address && word.is_inside()", LOOM),
    mutant(FILE, "vacated: held by readers of other records", "record == address && (word.is_inside()", "(record == address || address != 0) && (word.is_inside()", UNIT),
    mutant(FILE, "vacated: held by nobody who is known", "record == address && (word.is_inside()", "record == address && address == 0 && (word.is_inside()", LOOM),
    mutant(FILE, "vacated: not held by who searches", "(_, None) => word.is_inside(),", "(_, None) => false,", LOOM),
    mutant(FILE, "vacated: when all have to leave altogether, not held by who is known", "(Self::All, Some(_)) => word.is_inside() || sight == Sight::Dim,", "(Self::All, Some(_)) => false,", LOOM),
    mutant(FILE, "vacated: when all have to leave altogether, not held by who is outside in a dim sight", "(Self::All, Some(_)) => word.is_inside() || sight == Sight::Dim,", "(Self::All, Some(_)) => word.is_inside(),", LOOM),
    mutant(FILE, "begin: the copy to leave is that of the swap before", "self.vacated = vacated; self.stalled_since = None;", "if let Vacated::All = self.vacated { self.vacated = vacated; } self.stalled_since = None;", LOOM),
    mutant(FILE, "begin: what is owed for the swap before is forgotten", "self.owed = match (self.owed, relied) { (Some(Relied::OnHeavy), _) | (_, Relied::OnHeavy) => Some(Relied::OnHeavy), (_, Relied::OnFull) => Some(Relied::OnFull), };", "self.owed = Some(relied);", UNIT),
    mutant(FILE, "settle: no full fence", "fence::full(); let sight", "let sight", LOOM),
    mutant(FILE, "settle: sees clearly at once", "Relied::OnHeavy => Sight::Dim,", "Relied::OnHeavy => Sight::Clear,", LOOM),
    mutant(FILE, "settle: no heavy fence", "fence::heavy(); self.look(", "self.look(", LOOM),
    mutant(FILE, "settle: a full fence in place of the heavy one", "fence::heavy(); self.look(", "fence::full(); self.look(", LOOM),
    mutant(FILE, "settle: does not look again after the heavy fence", "fence::heavy(); self.look(registry, Sight::Clear);", "fence::heavy();", LOOM),
    mutant(FILE, "settle: the heavy fence where it is not needed", "if relied == Relied::OnHeavy && !self.found.stragglers.is_empty() {", "if relied == Relied::OnHeavy {", UNIT),
    mutant(FILE, "settle: the heavy fence for readers that have fenced", "if relied == Relied::OnHeavy && !self.found.stragglers.is_empty() {", "if !self.found.stragglers.is_empty() {", UNIT),
    mutant(FILE, "settle: readers have moved on whatever they say", "if self.found.stragglers.is_empty() { return true; } } for", "if self.found.stragglers.len() < usize::MAX { return true; } } for", LOOM),
    equivalent(FILE, "settle: never gives readers a moment", "for _ in 0..looks {", "for _ in 0..0 * looks {", "slower only: each publish beside readers at work makes a heavy fence"),
    mutant(FILE, "settle: always gives readers a moment", "if slots().any(|slot| slot.idle() > 0) {", "if slots().any(|slot| slot.idle() > IDLE) {", UNIT),
    mutant(FILE, "settle: does not learn who is idle", "self.roster.slot(straggler.index).set_idle(IDLE);", "let _ = (straggler, IDLE);", UNIT),
    mutant(FILE, "settle: who is idle stays so", "slots().for_each(|slot| slot.set_idle(slot.idle().saturating_sub(1)));", "", UNIT),
    mutant(FILE, "settle: a call that must not wait gives readers a moment", "Patience::Never => return false,", "Patience::Never => 32,", UNIT),
    mutant(FILE, "wait: for what is not settled", "assert!(self.owed.is_none(), \"what is owed is settled before a wait\");", "", UNIT),
    mutant(FILE, "look: keeps the stragglers of earlier looks", "self.stragglers.clear();", "", UNIT),
    mutant(FILE, "wait: not at all", "self.prune(Sight::Clear); if self.found.stragglers.is_empty() {", "self.prune(Sight::Clear); if self.found.stragglers.len() < usize::MAX {", LOOM),
    mutant(FILE, "wait: for one reader to leave", "self.prune(Sight::Clear); if self.found.stragglers.is_empty() {", "let before = self.found.stragglers.len(); self.prune(Sight::Clear); if self.found.stragglers.is_empty() || self.found.stragglers.len() < before {", LOOM),
    mutant(FILE, "wait: does not look again", "loop { self.prune(Sight::Clear);", "self.prune(Sight::Clear); loop {", SEMANTICS),
    equivalent(FILE, "wait: no moment before the second look", "for _ in 0..MOMENT {", "for _ in 0..0 * MOMENT {", "slower only: a reader at work loses its slot's cache line to each look"),
    mutant(FILE, "wait: a call that must not wait does", "Patience::Briefly | Patience::Never => { self.note_stall(); return Err(StillThere); }", "Patience::Briefly | Patience::Never => None,", SEMANTICS),
    mutant(FILE, "wait: past its deadline", "if left.is_zero() {", "if left == Duration::MAX {", SEMANTICS),
    mutant(FILE, "wait: nobody notices that it is for itself", "self.assert_not_waiting_for_itself(); None", "None", PROGRESS),
    mutant("raw/backoff.rs", "wait: without sleep", "if self.is_long() { let sleep", "if self.sleep == Duration::ZERO { let sleep", SEMANTICS),
];
