//! The steps of a publish and of an end, and the poison.

use super::super::mutant::{LOOM, Mutant, PANICS, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "writer.rs";
const HANDLE: &str = "write.rs";
const END: &str = "write.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "poison: calls go on", "if self.phase == Phase::Poisoned { panic!(\"{Poisoned}\"); }", "", PANICS),
    mutant(FILE, "poison: not set before the first load", "self.phase = Phase::Poisoned; stale.absorb_second(operation, published);", "stale.absorb_second(operation, published);", PANICS),
    mutant(FILE, "poison: not cleared after the first load", "self.phase = Phase::Loading { dirty: true }; } else {", "} else {", SEMANTICS),
    mutant(FILE, "poison: not set before the log is applied", "let phase = mem::replace(&mut self.phase, Phase::Poisoned);", "let phase = self.phase;", PANICS),
    mutant(FILE, "poison: the damaged copy is dropped by take", "mem::forget(damaged);", "drop(damaged);", PROGRESS),
    mutant(FILE, "append: not noted as pending", "self.phase = Phase::Loading { dirty: true }; } else {", "self.phase = Phase::Loading { dirty: false }; } else {", SEMANTICS),
    mutant(FILE, "append: into the log before the first publish", "if let Phase::Loading { .. } = self.phase {", "if self.phase == Phase::Poisoned {", SEMANTICS),
    mutant(FILE, "prepare: deferred copies are not freed", "self.copies.free_deferred(T::drop_first);", "", LOOM),
    mutant(FILE, "prepare: the copies are not synchronised", "stale.sync_with(published); self.log.bring_up_to_date(stale, published);", "self.log.bring_up_to_date(stale, published);", SEMANTICS),
    mutant(FILE, "prepare: nothing is applied after the synchronisation", "stale.sync_with(published); self.log.bring_up_to_date(stale, published);", "stale.sync_with(published);", SEMANTICS),
    mutant(FILE, "prepare: synchronised again and again", "self.log.bring_up_to_date(stale, published); Phase::Logging } Phase::Logging => {", "self.log.bring_up_to_date(stale, published); Phase::Unsynchronised } Phase::Logging => {", SEMANTICS),
    mutant(FILE, "publish: the first does not end the loading", "Phase::Loading { .. } => *self.phase = Phase::Unsynchronised,", "Phase::Loading { .. } => (),", SEMANTICS),
    mutant(FILE, "publish: the log does not learn of the swap", "_ => self.log.copies_swapped(),", "_ => (),", LOOM),
    mutant(FILE, "publish: without applying the log", "self.prepare(wait)?.publish();", "self.copies.reclaim(wait)?.publish();", LOOM),
    equivalent(FILE, "replace: the clone is synchronised again", "if self.phase == Phase::Unsynchronised { self.phase = Phase::Logging; }", "", "slower only: it is made equal to what it was cloned from"),
    mutant(FILE, "replace: also a copy that nobody is in", "if self.copies.reclaim(Wait::Poll).is_ok() {", "if self.log.len() == usize::MAX {", UNIT),
    mutant(FILE, "replace: the clone absorbs what it has", "self.log.drop_published(); true", "true", LOOM),
    mutant(HANDLE, "leaked guards: hang the writer's calls", "fn writer_to_wait(&mut self) -> &mut Writer<T, O> { self.reader.end_leaked_guards();", "fn writer_to_wait(&mut self) -> &mut Writer<T, O> {", SEMANTICS),
    mutant(END, "leaked guards: hang take", "self.reader.end_leaked_guards(); let writer = self.writer.take()", "let writer = self.writer.take()", SEMANTICS),
    equivalent(END, "leaked guards: hang freeze", "self.reader.end_leaked_guards(); self.writer.take().expect(PRESENT).freeze();", "self.writer.take().expect(PRESENT).freeze();", "they are of the published copy, since each publish ends them; a freeze waits for readers of the other"),
    mutant(END, "leaked guards: hang drop", "self.reader.end_leaked_guards(); catch_panic(", "catch_panic(", PROGRESS),
    mutant(FILE, "poison: a writer that goes closes what is damaged", "if self.phase != Phase::Poisoned { T::drop_second(self.close()); }", "T::drop_second(self.close());", PANICS),
    mutant(FILE, "poison: the log of a damaged pair is dropped", ".leave_to_readers(sound, T::drop_first, T::drop_second); if sound { self.log.discard(); }", ".leave_to_readers(sound, T::drop_first, T::drop_second); self.log.discard();", PROGRESS),
    mutant(FILE, "poison: a freeze says that the copy is whole", "pub(crate) fn freeze(mut self) where T: Send, { let sound = self.phase != Phase::Poisoned;", "pub(crate) fn freeze(mut self) where T: Send, { let sound = true;", PANICS),
    mutant(FILE, "poison: the last handle is told that the copy is whole", ".leave_to_readers(sound, T::drop_first, T::drop_second);", ".leave_to_readers(true, T::drop_first, T::drop_second);", PROGRESS),
    mutant(FILE, "close: pending operations are lost", "if self.has_pending() { self.publish(Wait::Forever).expect(ENDLESS); }", "", SEMANTICS),
    mutant(FILE, "close: the older copy is not brought up to date", "if self.log.len() != 0 { self.prepare(Wait::Forever).map(drop).expect(ENDLESS); }", "", SEMANTICS),
    mutant(FILE, "close: the older copy is leaked", "T::drop_first(stale); ManuallyDrop", "let _ = ManuallyDrop::new(stale); ManuallyDrop", SEMANTICS),
    mutant(FILE, "close: a panic in the first drop drops the second copy", "let published = ManuallyDrop::new(published); T::drop_first(stale); ManuallyDrop::into_inner(published)", "T::drop_first(stale); let _ = ManuallyDrop::new(()); published", PROGRESS),
    mutant(FILE, "close: the newest copy is leaked", "T::drop_second(self.close());", "mem::forget(self.close());", SEMANTICS),
    mutant(FILE, "freeze on drop: the log is leaked", ".leave_to_readers(sound, T::drop_first, T::drop_second); if sound { self.log.discard(); }", ".leave_to_readers(sound, T::drop_first, T::drop_second);", SEMANTICS),
    mutant(FILE, "freeze: the log is leaked", "if sound { self.log.discard(); } } }", "} }", SEMANTICS),
    mutant(FILE, "freeze: the stale copy is not brought up to date", "self.log.replay(stale, published);", "let _ = (stale, published);", SEMANTICS),
    mutant(FILE, "freeze: what only the stale copy has is not dropped", "let drop_stale = if shares_nothing {", "let drop_stale = if shares_nothing && !sound {", PANICS),
    mutant(END, "owned: not remembered", "writer.end = Writer::leave_data;", "let _: fn(Writer<T, O>) = Writer::leave_data;", SEMANTICS),
    mutant("unwind.rs", "a panic comes out of drop", "if let Err(payload) = catch_unwind(AssertUnwindSafe(user_code)) {", "user_code(); if let Err(payload) = catch_unwind(AssertUnwindSafe(|| ())) {", PANICS),
    mutant("unwind.rs", "a panic's payload is dropped without care", "if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) { mem::forget(again); }", "let _ = |payload: ()| mem::forget(payload); drop(payload);", PROGRESS),
    mutant("taken.rs", "what is taken is leaked", "T::drop_second(data);", "std::mem::forget(data);", SEMANTICS),
];
