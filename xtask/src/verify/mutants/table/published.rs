//! The pointer that readers load, its tag, and the swap.

use super::super::{Check, Mutant};
use super::{LOOM, SECCOMP, SEMANTICS, UNIT, mutant};

const FILE: &str = "published.rs";

const SWAP: &str = "let old = self.current.swap(fresh, Ordering::Release); if asks_for_fence(old) { fence::full(); Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }";
const FENCES: &str = "if asks_for_fence(old) { fence::full(); Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "enter: no light fence", "fence::light();", "", LOOM),
    mutant(FILE, "enter: loads with Relaxed", "fence::light(); self.current.load(Ordering::Acquire)", "fence::light(); self.current.load(Ordering::Relaxed)", LOOM),
    mutant(FILE, "enter, tagged: no fence", "fence::full(); self.current.load(Ordering::Acquire)", "self.current.load(Ordering::Acquire)", LOOM),
    mutant(FILE, "enter, tagged: reloads with Relaxed", "fence::full(); self.current.load(Ordering::Acquire)", "fence::full(); self.current.load(Ordering::Relaxed)", LOOM),
    mutant(FILE, "find: the tag is ignored", "let word = if fenced { self.fence_and_load() } else { word };", "", LOOM),
    mutant(FILE, "find, tagged: no reload", "let word = if fenced { self.fence_and_load() } else { word };", "if fenced { self.fence_and_load(); }", LOOM),
    mutant(FILE, "refresh: to a pointer that was taken away", "!current.is_null() && current != record.as_ptr()", "current != record.as_ptr()", SEMANTICS),
    mutant(FILE, "tag: taken off a pointer that keeps it", "tagged(record.as_ptr(), FENCE),", "self.current.load(Ordering::Relaxed),", LOOM),
    mutant(FILE, "tag: taken off by a store", "let _ = self.current.compare_exchange_weak( tagged(record.as_ptr(), FENCE), record.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "self.current.store(record.as_ptr(), Ordering::Relaxed);", LOOM),
    mutant(FILE, "tag: never taken off", "let _ = self.current.compare_exchange_weak( tagged(record.as_ptr(), FENCE), record.as_ptr(), Ordering::Relaxed, Ordering::Relaxed, );", "let _ = record;", UNIT),
    mutant(FILE, "tag: readers may take off what must stay", "Pair::AlwaysSymmetric => FENCE | ALWAYS,", "Pair::AlwaysSymmetric => FENCE,", Check::Model(&["FENCES_ONLY", "M_UNTAG_FENCES_ONLY"])),
    mutant(FILE, "tag: none where there is no heavy fence", "Pair::AlwaysSymmetric => FENCE | ALWAYS,", "Pair::AlwaysSymmetric => 0,", SECCOMP),
    mutant(FILE, "tag: none on the first pointer", "tagged(record.as_ptr(), tag(pair))), } }", "{ let _ = pair; record.as_ptr() }), } }", SECCOMP),
    mutant(FILE, "swap: Relaxed", "self.current.swap(fresh, Ordering::Release)", "self.current.swap(fresh, Ordering::Relaxed)", LOOM),
    mutant(FILE, "swap: no fence", FENCES, "if asks_for_fence(old) { Relied::OnFull } else { Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: never the heavy fence", FENCES, "fence::full(); if asks_for_fence(old) { Relied::OnFull } else { Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: no full fence", FENCES, "if asks_for_fence(old) { Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: the other fence", FENCES, "if !asks_for_fence(old) { fence::full(); Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: the fence of the new pointer", FENCES, "let _ = old; if asks_for_fence(fresh) { fence::full(); Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: the fence before it", SWAP, "if asks_for_fence(self.current.load(Ordering::Relaxed)) { fence::full(); self.current.swap(fresh, Ordering::Release); Relied::OnFull } else { fence::heavy(); self.current.swap(fresh, Ordering::Release); Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: the tag from a load before it", SWAP, "let old = self.current.load(Ordering::Relaxed); self.current.swap(fresh, Ordering::Release); if asks_for_fence(old) { fence::full(); Relied::OnFull } else { fence::heavy(); Relied::OnHeavy }", LOOM),
    mutant(FILE, "swap: always both fences, the heavy one where there is none, too", FENCES, "fence::heavy(); fence::full(); if asks_for_fence(old) { Relied::OnFull } else { Relied::OnHeavy }", SECCOMP),
    mutant(FILE, "last: Relaxed", "self.current.store(record.as_ptr(), Ordering::Release);", "self.current.store(record.as_ptr(), Ordering::Relaxed);", LOOM),
];
