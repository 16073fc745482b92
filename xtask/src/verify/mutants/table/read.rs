//! Handles, guards, the slots of threads, and values that both copies share.

use super::super::mutant::{
    ALLOCATIONS, LOOM, Mutant, SEMANTICS, SHARED, SHARED_ADDRESS, SURFACE, equivalent, mutant,
};

const READER: &str = "raw/reader.rs";
const GUARD: &str = "raw/guard.rs";
const REGISTRY: &str = "raw/registry.rs";
const LOCAL: &str = "raw/tls.rs";
const ALIASING: &str = "aliasing.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(READER, "handle: its drop leaves leaked guards active", "self.end_leaked_guards(); let registry", "let registry", LOOM),
    mutant(READER, "handle: its drop keeps the slot", "registry.deregister(self.slot.key());", "", SEMANTICS),
    mutant(READER, "handle: its drop keeps the slots of nested guards", "for slot in self.nested.get_mut() { registry.deregister(slot.key()); }", "", SEMANTICS),
    mutant(READER, "handle: leaked guards in other slots stay", "for slot in self.nested.get_mut() { slot.exit_leaked(); }", "", SEMANTICS),
    mutant(READER, "nested: in the slot of the older guard, which frees too much", "let slot = self.another_slot();", "let slot = if self.nested.borrow().is_empty() { SharedSlot::clone(&self.slot) } else { self.another_slot() };", SEMANTICS),
    mutant(READER, "nested: a slot for each", "nested.push(SharedSlot::clone(&slot));", "nested.insert(0, SharedSlot::clone(&slot)); nested.drain(1..).for_each(drop);", SEMANTICS),
    mutant(GUARD, "guard: its drop does not leave", "if !self.slot().leave() { leave_nested(self.slot, self.core); }", "let _ = leave_nested;", LOOM),
    mutant(GUARD, "guard: the last does not give back the slot", "if slot.leave_nested() {", "if slot.leave_nested() && false {", SHARED),
    mutant(GUARD, "guard: a narrowed one leaves twice", "mem::forget(self); ReadGuard { data, slot, core, narrowed: true,", "ReadGuard { data, slot, core, narrowed: true,", SEMANTICS),
    mutant(GUARD, "refresh: of a narrowed guard", "narrowed: true,", "narrowed: false,", SEMANTICS),
    mutant(GUARD, "refresh: the old data", "self.data = copy.cast();", "let _ = copy;", LOOM),
    mutant(LOCAL, "slot: of another structure", "(cached == id).then_some(slot)", "(cached != 0).then_some(slot)", SHARED),
    mutant(REGISTRY, "slot: one in use", ".filter(|slot| !slot.is_occupied());", ".filter(|slot| !slot.is_occupied() || slot.key() < usize::MAX);", SEMANTICS),
    mutant(REGISTRY, "slot: shared with guards of an older copy", ".filter(|slot| !current.is_newer_than(slot.word()));", ".filter(|slot| !current.is_newer_than(slot.word()) || slot.key() < usize::MAX);", SEMANTICS),
    mutant(REGISTRY, "slot: never shared", "free.next().or_else(|| newest.next())", "{ let _ = newest.next(); free.next() }", SHARED),
    mutant(LOCAL, "slot: entries of structures that are gone stay", "entries.retain(|entry| entry.core.strong_count() != 0);", "", ALLOCATIONS),
    mutant(LOCAL, "slot: not remembered", "entries.push(Entry { id, core, slot });", "std::mem::forget((id, core, slot));", SHARED),
    mutant(LOCAL, "slot: nobody's is not marked", "slot.orphan(); NonNull::from", "NonNull::from", SHARED),
    mutant(LOCAL, "thread's end: the cache stays", "entry.set(EMPTY);", "let _ = entry;", SHARED_ADDRESS),
    mutant(LOCAL, "thread's end: slots with guards are given back", "if !entry.slot.orphan() {", "if !entry.slot.orphan() || entry.id != 0 {", SHARED_ADDRESS),
    mutant(LOCAL, "thread's end: slots stay", "if !entry.slot.orphan() {", "if !entry.slot.orphan() && entry.id == 0 {", SHARED),
    mutant("raw/registry.rs", "structure: two of one name", "*last += 1;", "*last = 1;", SHARED),
    mutant(LOCAL, "shared: nests in an older critical section", "Err(Otherwise::Taken) => Err(None),", "Err(Otherwise::Taken) => { let copy = unsafe { slot.as_ref() }.enter_or_nest(current).ok_or(None)?; Ok((slot, copy)) }", SEMANTICS),
    equivalent(LOCAL, "shared: always the slow way", "let slot = cached(id).ok_or(None)?;", "let slot = cached(id).filter(|_| id == 0).ok_or(None)?;", "the cache only saves the search"),
    equivalent(LOCAL, "shared: a writer waits for its own guess", "reader.forget_guess(); return Aside", "return Aside", "slower only: it looks at its own guess until it makes a barrier"),
    mutant(LOCAL, "shared: a slot that could not enter stays", "if entered.is_none() && reader.is_nobodys() {", "if entered.is_none() && reader.is_nobodys() && false {", ALLOCATIONS),
    mutant(ALIASING, "aliased: a change of behaviour drops", "let this = ManuallyDrop::new(self);", "let this = self; let _ = ManuallyDrop::new(());", SURFACE),
    mutant(ALIASING, "aliased: drops against its behaviour", "if D::DO_DROP {", "if D::DO_DROP || size_of::<T>() != 0 {", SURFACE),
    mutant(ALIASING, "aliased: never drops", "if D::DO_DROP {", "if D::DO_DROP && size_of::<T>() == usize::MAX {", SURFACE),
];
