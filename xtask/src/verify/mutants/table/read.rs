//! Handles, guards, the slots of threads, and values that both copies share.

use super::super::mutant::{
    ALLOCATIONS, LOOM, Mutant, SEMANTICS, SHARED, SHARED_ADDRESS, SURFACE, equivalent, mutant,
};

const READ: &str = "read.rs";
const GUARD: &str = "raw/guard.rs";
const LOCAL: &str = "raw/tls.rs";
const ALIASING: &str = "aliasing.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(READ, "handle: its drop leaves leaked guards active", "self.end_leaked_guards(); self.share.core.registry.deregister(self.slot.key());", "self.share.core.registry.deregister(self.slot.key());", LOOM),
    mutant(READ, "handle: its drop keeps the slot", "self.end_leaked_guards(); self.share.core.registry.deregister(self.slot.key());", "self.end_leaked_guards();", SEMANTICS),
    mutant(GUARD, "guard: its drop does not leave", "if !self.slot().leave() { leave_nested(self.slot, self.core); }", "let _ = leave_nested;", LOOM),
    mutant(GUARD, "guard: the last does not give back the slot", "if slot.leave_nested() {", "if slot.leave_nested() && false {", SHARED),
    mutant(GUARD, "guard: a narrowed one leaves twice", "mem::forget(self); ReadGuard { data, slot, core, narrowed: true,", "ReadGuard { data, slot, core, narrowed: true,", SEMANTICS),
    mutant(GUARD, "refresh: of a narrowed guard", "narrowed: true,", "narrowed: false,", SEMANTICS),
    mutant(GUARD, "refresh: the old data", "self.data = data_ptr::<T>(instance);", "let _ = instance;", LOOM),
    mutant(LOCAL, "slot: of another structure", "(cached == id).then_some(slot)", "(cached != 0).then_some(slot)", SHARED),
    mutant(LOCAL, "slot: one in use", ".find(|entry| !entry.slot.is_occupied())", ".find(|entry| entry.id == id)", SEMANTICS),
    mutant(LOCAL, "slot: shared with guards of an older copy", "of_structure().find(|entry| !core.current.differs_from(entry.slot.instance()))", "of_structure().next()", SEMANTICS),
    mutant(LOCAL, "slot: never shared", "of_structure().find(|entry| !core.current.differs_from(entry.slot.instance()))", "of_structure().find(|entry| entry.id != id)", SHARED),
    mutant(LOCAL, "slot: entries of structures that are gone stay", "entries.retain(|entry| entry.core.strong_count() != 0);", "", ALLOCATIONS),
    mutant(LOCAL, "slot: not remembered", "entries.push(Entry { id, core, slot });", "std::mem::forget((id, core, slot));", SHARED),
    mutant(LOCAL, "slot: nobody's is not marked", "slot.orphan(); NonNull::from", "NonNull::from", SHARED),
    mutant(LOCAL, "thread's end: the cache stays", "entry.set(EMPTY);", "let _ = entry;", SHARED_ADDRESS),
    mutant(LOCAL, "thread's end: slots with guards are given back", "if !entry.slot.orphan() {", "if !entry.slot.orphan() || entry.id != 0 {", SHARED_ADDRESS),
    mutant(LOCAL, "thread's end: slots stay", "if !entry.slot.orphan() {", "if !entry.slot.orphan() && entry.id == 0 {", SHARED),
    mutant("raw/registry.rs", "structure: two of one name", "*last += 1;", "*last = 1;", SHARED),
    mutant(LOCAL, "shared: nests in an older critical section", "if !word.is_active() { return (slot, word); }", "let _ = Word::is_active; return (slot, word);", SEMANTICS),
    equivalent(LOCAL, "shared: always the slow way", "if let Some(slot) = cached(*id) {", "if let Some(slot) = cached(*id).filter(|_| *id == 0) {", "the cache only saves the search"),
    mutant(GUARD, "shared: a slot that could not enter stays", "if slot.is_nobodys() {", "if slot.is_nobodys() && false {", ALLOCATIONS),
    mutant(ALIASING, "aliased: a change of behaviour drops", "let this = ManuallyDrop::new(self);", "let this = self; let _ = ManuallyDrop::new(());", SURFACE),
    mutant(ALIASING, "aliased: drops against its behaviour", "if D::DO_DROP {", "if D::DO_DROP || size_of::<T>() != 0 {", SURFACE),
    mutant(ALIASING, "aliased: never drops", "if D::DO_DROP {", "if D::DO_DROP && size_of::<T>() == usize::MAX {", SURFACE),
];
