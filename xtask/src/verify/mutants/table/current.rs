//! The pointer that readers load, its tag, and the swap.

use super::super::mutant::{Check, LOOM, Mutant, SECCOMP, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/current.rs";

const SWAP: &str = "let old = self.current.swap(fresh, Ordering::Release);";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "enter: no light fence", "fence::light();", "", LOOM),
    mutant(FILE, "enter: loads with Relaxed", "fence::light(); self.current.load(Ordering::Acquire)", "fence::light(); self.current.load(Ordering::Relaxed)", LOOM),
    mutant(FILE, "acquire, or enter by a tagged pointer: no fence", "fence::full(); self.current.load(Ordering::Acquire)", "self.current.load(Ordering::Acquire)", LOOM),
    mutant(FILE, "acquire: loads with Relaxed", "fence::full(); self.current.load(Ordering::Acquire)", "fence::full(); self.current.load(Ordering::Relaxed)", LOOM),
    mutant(FILE, "acquire: fences after the load", "let word = self.fence_and_load();", "let word = self.load_announced(); fence::full();", LOOM),
    mutant(FILE, "acquire: critical sections are not counted", "fenced: asks_for_fence(word),", "fenced: false,", UNIT),
    mutant(FILE, "refresh: to a pointer that was taken away", "!current.is_null() && current != instance.as_ptr()", "current != instance.as_ptr()", SEMANTICS),
    mutant(FILE, "tag: taken off a pointer that keeps it", "tagged(instance.as_ptr(), FENCE),", "self.current.load(Ordering::Relaxed),", LOOM),
    mutant(FILE, "tag: taken off by a store", "let _ = self.current.compare_exchange_weak( tagged(instance.as_ptr(), FENCE), instance.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "self.current.store(instance.as_ptr(), Ordering::Relaxed);", LOOM),
    mutant(FILE, "tag: never taken off", "let _ = self.current.compare_exchange_weak( tagged(instance.as_ptr(), FENCE), instance.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "let _ = instance;", UNIT),
    mutant(FILE, "tag: readers may take off what must stay", "Fences::AlwaysSymmetric => FENCE | ALWAYS,", "Fences::AlwaysSymmetric => FENCE,", Check::Model(&["FENCES_ONLY", "M_UNTAG_FENCES_ONLY"])),
    mutant(FILE, "tag: none where there is no heavy fence", "Fences::AlwaysSymmetric => FENCE | ALWAYS,", "Fences::AlwaysSymmetric => 0,", SECCOMP),
    mutant(FILE, "tag: none on the first pointer", "tagged(instance.as_ptr(), tag(fences))), } }", "{ let _ = fences; instance.as_ptr() }), } }", SECCOMP),
    mutant(FILE, "swap: Relaxed", SWAP, "let old = self.current.swap(fresh, Ordering::Relaxed);", LOOM),
    mutant(FILE, "swap: readers that have fenced are taken for ones that have not", "if asks_for_fence(old) { ReaderFence::Full } else { ReaderFence::Light }", "let _ = old; ReaderFence::Light", SECCOMP),
    mutant(FILE, "swap: readers that have not fenced are taken for ones that have", "if asks_for_fence(old) { ReaderFence::Full } else { ReaderFence::Light }", "let _ = old; ReaderFence::Full", LOOM),
    mutant(FILE, "swap: by the tag of the new pointer", "if asks_for_fence(old) {", "let _ = old; if asks_for_fence(fresh) {", LOOM),
    mutant(FILE, "swap: the tag from a load before it", SWAP, "let old = self.current.load(Ordering::Relaxed); self.current.swap(fresh, Ordering::Release);", LOOM),
    equivalent(FILE, "last: Relaxed", "self.current.store(instance.as_ptr(), Ordering::Release);", "self.current.store(instance.as_ptr(), Ordering::Relaxed);", "the instance was published before, and the full fence of scan() stands between; or nothing was, and the reader's handle was made after it"),
];
