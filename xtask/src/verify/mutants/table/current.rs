//! The version that readers load, where its copy is, and the swap.

use super::super::mutant::{LOOM, Mutant, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/current.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "enter: no light fence", "fence::light();", "", LOOM),
    mutant(FILE, "acquire: no fence", "fence::full(); self.find()", "self.find()", LOOM),
    mutant(FILE, "acquire: fences after the load", "fence::full(); self.find()", "let found = self.find(); fence::full(); found", LOOM),
    mutant(FILE, "load: Relaxed", "Word(self.version.load(Ordering::Acquire))", "Word(self.version.load(Ordering::Relaxed))", LOOM),
    mutant(FILE, "find: does not look whether the version is current still", "if current == found {", "if current == found || current != Word::CLOSED {", LOOM),
    mutant(FILE, "find: the copy of the other version", "let index = found.version()? % 2;", "let index = (found.version()? + 1) % 2;", LOOM),
    mutant(FILE, "refresh: to what was taken away", "current.active() != active && current != Word::CLOSED", "current.active() != active", UNIT),
    mutant(FILE, "refresh: never", "current.active() != active && current != Word::CLOSED", "current.active() != active && current == Word::CLOSED", UNIT),
    mutant(FILE, "replace: the copy that is current", "let index = version % 2;", "let index = (version + 1) % 2;", UNIT),
    equivalent(FILE, "replace: Relaxed", "store(fresh.as_ptr(), Ordering::Release);", "store(fresh.as_ptr(), Ordering::Relaxed);", "under loom, whose fence after a swap makes a release of it, and in buffers that keep the order of stores; elsewhere it carries the swap before it"),
    mutant(FILE, "find: Relaxed", "self.copies[index as usize].load(Ordering::Acquire);", "self.copies[index as usize].load(Ordering::Relaxed);", LOOM),
    mutant(FILE, "swap: Relaxed", "self.version.swap(version.0, Ordering::SeqCst);", "self.version.swap(version.0, Ordering::Relaxed);", LOOM),
    equivalent(FILE, "swap: Release", "self.version.swap(version.0, Ordering::SeqCst);", "self.version.swap(version.0, Ordering::Release);", "under loom, which takes SeqCst accesses for AcqRel, and on x86, where every swap is a full barrier; elsewhere the total order needs it (Spin, WEAK with M_NO_WRITER_FENCE)"),
    mutant(FILE, "close: not at all", "self.store(Word::CLOSED);", "", SEMANTICS),
];
