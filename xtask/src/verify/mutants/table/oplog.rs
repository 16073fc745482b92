//! The log: each copy absorbs each operation once, in order, whatever panics.

use super::super::mutant::{LOOM, Mutant, PANICS, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "oplog.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "push: at the wrong end", "self.pending.push(ManuallyDrop::new(operation));", "self.pending.insert(0, ManuallyDrop::new(operation));", UNIT),
    mutant(FILE, "pending: what is published, too", "self.pending.iter().map(|operation| &**operation)", "let all = self.published.iter().chain(&self.pending).map(|operation| &**operation).collect::<Vec<_>>(); all.into_iter()", UNIT),
    mutant(FILE, "absorb: what was absorbed before, again", "let begun = self.begun;", "let begun = 0;", UNIT),
    mutant(FILE, "absorb: not what the other copy has", "self.replay(stale, published); self.give_memory_back();", "self.give_memory_back();", UNIT),
    mutant(FILE, "absorb: counted as begun after user code saw it", "self.begun = begun; stale.absorb_first(operation, published);", "stale.absorb_first(operation, published); self.begun = begun;", PANICS),
    mutant(FILE, "swapped: not noted", "mem::swap(&mut self.published, &mut self.pending); self.begun = 0;", "", UNIT),
    mutant(FILE, "swapped: what is new counts as absorbed", "mem::swap(&mut self.published, &mut self.pending); self.begun = 0;", "mem::swap(&mut self.published, &mut self.pending);", UNIT),
    mutant(FILE, "replay: in the wrong order", "for operation in self.published.drain(..) { behind", "for operation in self.published.drain(..).rev() { behind", SEMANTICS),
    mutant(FILE, "replay: what is left after a panic is dropped", "for operation in self.published.drain(..) { behind.absorb_second(ManuallyDrop::into_inner(operation), ahead);", "let all = mem::take(&mut self.published).into_iter().map(ManuallyDrop::into_inner).collect::<Vec<_>>(); for operation in all { behind.absorb_second(operation, ahead);", PANICS),
    mutant(FILE, "replay: stops before the last", "for operation in self.published.drain(..) { behind", "let last = self.published.pop(); let _ = last; for operation in self.published.drain(..) { behind", UNIT),
    mutant(FILE, "replaced: what the clone has stays in the log", "DropEach(operations.map(ManuallyDrop::into_inner)).for_each(drop);", "self.published.extend(operations);", LOOM),
    mutant(FILE, "replaced: what the clone has is leaked", "DropEach(operations.map(ManuallyDrop::into_inner)).for_each(drop);", "operations.for_each(drop);", PROGRESS),
    mutant(FILE, "replaced: a panic of one operation's drop leaks the others", "DropEach(operations.map(ManuallyDrop::into_inner)).for_each(drop);", "operations.map(ManuallyDrop::into_inner).for_each(drop);", PROGRESS),
    mutant(FILE, "discard: what was begun is leaked", "self.begun = 0; drop_each(self.published.drain(..)); drop_each(self.pending.drain(..));", "", SEMANTICS),
    mutant(FILE, "memory: kept for ever", "if capacity > SMALL && capacity / 4 > length {", "if capacity == usize::MAX && length > SMALL {", UNIT),
    equivalent(FILE, "memory: given back at once", "if capacity > SMALL && capacity / 4 > length {", "if capacity > length {", "slower only: the log allocates again and again"),
    mutant(FILE, "dropped: begun operations are dropped", "drop_each(self.pending.drain(self.begun..));", "drop_each(self.pending.drain(..));", PANICS),
    mutant("unwind.rs", "dropped: a panic of one operation's drop goes on", "self.0 .by_ref() .for_each(|value| catch_panic(|| drop(value)));", "self.0.by_ref().for_each(drop);", PANICS),
    mutant(FILE, "dropped: every operation is leaked", "drop_each(self.pending.drain(self.begun..));", "", SEMANTICS),
];
