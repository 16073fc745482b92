//! The pointer that readers load, its tag, and the swap.

use super::super::{Check, Mutant};
use super::{LOOM, SECCOMP, SEMANTICS, UNIT, mutant};

const FILE: &str = "published.rs";

const SWAP: &str = "let old = self.current.swap(fresh, Ordering::Release); if old.addr() & FENCE == 0 { fence::heavy(); } else { fence::full(); }";
const FENCES: &str = "if old.addr() & FENCE == 0 { fence::heavy(); } else { fence::full(); }";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "enter: no light fence", "fence::light();", "", LOOM),
    mutant(FILE, "enter: loads with Relaxed", "let word = self.current.load(Ordering::Acquire);", "let word = self.current.load(Ordering::Relaxed);", LOOM),
    mutant(FILE, "enter: the tag is ignored", "if word.addr() & FENCE == 0 { let record = NonNull::new(word)?;", "if word.addr() != usize::MAX { let record = NonNull::new(untagged(word))?;", LOOM),
    mutant(FILE, "enter, tagged: no fence", "fence::full(); let record", "let record", LOOM),
    mutant(FILE, "enter, tagged: no reload", "NonNull::new(untagged(self.current.load(Ordering::Acquire)))?;", "NonNull::new(untagged(word))?;", LOOM),
    mutant(FILE, "enter, tagged: reloads with Relaxed", "NonNull::new(untagged(self.current.load(Ordering::Acquire)))?;", "NonNull::new(untagged(self.current.load(Ordering::Relaxed)))?;", LOOM),
    mutant(FILE, "refresh: to a pointer that was taken away", "!current.is_null() && current != record.as_ptr()", "current != record.as_ptr()", SEMANTICS),
    mutant(FILE, "tag: taken off a pointer that keeps it", "tagged(record.as_ptr(), FENCE),", "self.current.load(Ordering::Relaxed),", LOOM),
    mutant(FILE, "tag: taken off by a store", "let _ = self.current.compare_exchange_weak( tagged(record.as_ptr(), FENCE), record.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "self.current.store(record.as_ptr(), Ordering::Relaxed);", LOOM),
    mutant(FILE, "tag: never taken off", "let _ = self.current.compare_exchange_weak( tagged(record.as_ptr(), FENCE), record.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "let _ = record;", UNIT),
    mutant(FILE, "tag: readers may take off what must stay", "Pair::AlwaysSymmetric => FENCE | ALWAYS,", "Pair::AlwaysSymmetric => FENCE,", Check::Model(&["FENCES_ONLY", "M_UNTAG_FENCES_ONLY"])),
    mutant(FILE, "tag: none where there is no heavy fence", "Pair::AlwaysSymmetric => FENCE | ALWAYS,", "Pair::AlwaysSymmetric => 0,", SECCOMP),
    mutant(FILE, "tag: none on the first pointer", "tagged(record.as_ptr(), tag(pair))), } }", "{ let _ = pair; record.as_ptr() }), } }", SECCOMP),
    mutant(FILE, "swap: Relaxed", "self.current.swap(fresh, Ordering::Release)", "self.current.swap(fresh, Ordering::Relaxed)", LOOM),
    mutant(FILE, "swap: no fence", FENCES, "let _ = old;", LOOM),
    mutant(FILE, "swap: never the heavy fence", FENCES, "let _ = old; fence::full();", LOOM),
    mutant(FILE, "swap: no full fence", FENCES, "if old.addr() & FENCE == 0 { fence::heavy(); }", LOOM),
    mutant(FILE, "swap: the other fence", FENCES, "if old.addr() & FENCE != 0 { fence::heavy(); } else { fence::full(); }", LOOM),
    mutant(FILE, "swap: the fence of the new pointer", FENCES, "if fresh.addr() & FENCE == 0 { fence::heavy(); } else { fence::full(); } let _ = old;", LOOM),
    mutant(FILE, "swap: the fence before it", SWAP, "if self.current.load(Ordering::Relaxed).addr() & FENCE == 0 { fence::heavy(); } else { fence::full(); } self.current.swap(fresh, Ordering::Release);", LOOM),
    mutant(FILE, "swap: the tag from a load before it", SWAP, "let old = self.current.load(Ordering::Relaxed); self.current.swap(fresh, Ordering::Release); if old.addr() & FENCE == 0 { fence::heavy(); } else { fence::full(); }", LOOM),
    mutant(FILE, "swap: always both fences, the heavy one where there is none, too", FENCES, "let _ = old; fence::heavy(); fence::full();", SECCOMP),
    mutant(FILE, "last: Relaxed", "self.current.store(record.as_ptr(), Ordering::Release);", "self.current.store(record.as_ptr(), Ordering::Relaxed);", LOOM),
];
