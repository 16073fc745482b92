//! The log: each copy absorbs each operation once, in order, whatever panics.

use super::super::Mutant;
use super::{LOOM, PANICS, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "oplog.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "push: at the wrong end", "self.operations.push_back(operation);", "self.operations.push_front(operation);", UNIT),
    mutant(FILE, "pending: what is published, too", "Front::Published(seen) => self.operations.range(seen..),", "Front::Published(_) => self.operations.iter(),", UNIT),
    mutant(FILE, "absorb: what was absorbed before, again", "self.operations.range_mut(ahead..).zip(ahead + 1..)", "self.operations.range_mut(..).zip(ahead + 1..)", UNIT),
    mutant(FILE, "absorb: not what the other copy has", "self.replay(stale, published); self.give_memory_back(); 0", "self.give_memory_back(); 0", UNIT),
    mutant(FILE, "absorb: counted as begun after user code saw it", "self.front = Front::Stale(begun); stale.absorb_first(operation, published);", "stale.absorb_first(operation, published); self.front = Front::Stale(begun);", PANICS),
    equivalent(FILE, "absorb: the log counts as the published copy's when nothing is new", "self.front = Front::Stale(ahead);", "", "a count of none means the same on either side"),
    mutant(FILE, "swapped: not noted", "self.front = match self.front { Front::Stale(seen) => Front::Published(seen), Front::Published(seen) => Front::Stale(seen), };", "", UNIT),
    mutant(FILE, "replay: in the wrong order", ".pop_front() .expect(\"the front of the log is part of the log\");", ".pop_back().expect(\"the front of the log is part of the log\");", SEMANTICS),
    mutant(FILE, "replay: the operation stays counted while user code has it", "self.front = Front::Published(count - 1); let operation = self .operations .pop_front() .expect(\"the front of the log is part of the log\"); behind.absorb_second(operation, ahead);", "let operation = self.operations.pop_front().expect(\"the front of the log is part of the log\"); behind.absorb_second(operation, ahead); self.front = Front::Published(count - 1);", PANICS),
    mutant(FILE, "replay: stops before the last", "while let Front::Published(count @ 1..) = self.front { self.front = Front::Published(count - 1); let operation", "while let Front::Published(count @ 2..) = self.front { self.front = Front::Published(count - 1); let operation", UNIT),
    mutant(FILE, "replaced: what the clone has stays in the log", "drop(self.operations.drain(..count));", "let _ = count;", LOOM),
    mutant(FILE, "replaced: what the clone has is leaked", "drop(self.operations.drain(..count));", "self.operations.drain(..count).for_each(mem::forget);", PROGRESS),
    mutant(FILE, "replaced: counted until it is dropped", "self.front = Front::Published(0); drop(self.operations.drain(..count));", "drop(self.operations.drain(..count)); self.front = Front::Published(0);", PROGRESS),
    mutant(FILE, "discard: what was begun is leaked", "self.front = Front::Published(0); self.drop_all();", "", SEMANTICS),
    mutant(FILE, "memory: kept for ever", "if capacity > SMALL && capacity / 4 > length {", "if capacity == usize::MAX && length > SMALL {", UNIT),
    equivalent(FILE, "memory: given back at once", "if capacity > SMALL && capacity / 4 > length {", "if capacity > length {", "slower only: the log allocates again and again"),
    mutant(FILE, "dropped: begun operations are dropped", "self.operations.drain(..begun).for_each(mem::forget);", "self.operations.drain(..begun).for_each(drop);", PANICS),
    mutant(FILE, "dropped: a panic of one operation's drop goes on", "swallow(|| drop(operation));", "let _ = || swallow(|| ()); drop(operation);", PANICS),
    mutant(FILE, "dropped: every operation is leaked", "self.operations.drain(..begun).for_each(mem::forget);", "let _ = begun; self.operations.drain(..).for_each(mem::forget);", SEMANTICS),
];
