//! The generations of an instance.

use super::super::mutant::{Mutant, UNIT, mutant};

const FILE: &str = "raw/instance.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "generation: of other instances, too", "(address ^ other) & !(GENERATION | FLAGS) == 0;", "(address ^ other) & !(GENERATION | FLAGS) != usize::MAX;", UNIT),
    mutant(FILE, "generation: what slots name is not added", "self.0 |= 1 << generation.0;", "let _ = generation;", UNIT),
    mutant(FILE, "generation: the next, named or not", ".find(is_free)", ".find(|it| is_free(it) || it.0 < u32::MAX)", UNIT),
    mutant(FILE, "generation: stays in the address of the instance", "!(GENERATION | FLAGS); let instance", "!FLAGS; let instance", UNIT),
    mutant("raw/copies.rs", "publish: in the same generation again", "fresh.header.generation = copies.grace.named().next_free(fresh.header.generation);", "let _ = copies.grace.named();", UNIT),
    mutant("raw/grace.rs", "slots: names of the scan before", "self.named = Generations::default();", "", UNIT),
    mutant("raw/grace.rs", "slots: names of quiescent slots count", "if !slot.is_quiescent() {", "{", UNIT),
];
