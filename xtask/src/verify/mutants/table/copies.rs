//! Who owns which copy: publish, replace, close, freeze.

use super::super::mutant::{LOOM, Mutant, PANICS, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/copies.rs";
const STATE: &str = "raw/state.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "publish: the copies keep their roles", "std::mem::swap(&mut copies.published, &mut copies.stale);", "", LOOM),
    mutant(FILE, "publish: the grace period does not begin", "copies.grace.begin(retired);", "let _ = retired;", LOOM),
    mutant(FILE, "publish: waits for readers of the wrong copy", "let retired = Retired::Version(copies.version);", "let retired = Retired::Version(copies.version + 1);", LOOM),
    mutant(FILE, "publish: waits for readers of either copy", "let retired = Retired::Version(copies.version);", "let retired = Retired::All;", SEMANTICS),
    mutant(FILE, "publish: no new version number", "copies.version += 1;", "", LOOM),
    mutant(FILE, "replace: readers go on finding the copy that is left", "self.share .core .current .replace(self.version + 1, fresh.cast());", "let _ = &self.share;", SEMANTICS),
    mutant(FILE, "reclaim: does not wait", "let quiesced = self.grace.wait(wait)?;", "let quiesced = GracePeriod::default().wait(Wait::Poll)?;", LOOM),
    mutant(FILE, "replace: copies whose readers are all known count, too", "graces.filter(|grace| grace.has_acquiring_reader());", "graces.filter(|grace| grace.has_acquiring_reader() || true);", PROGRESS),
    mutant(FILE, "end: the writer's going is not noted", "core.has_no_writer.store(true, Ordering::Release);", "let _ = core;", SEMANTICS),
    equivalent(FILE, "end: the writer's going is noted with Relaxed", "core.has_no_writer.store(true, Ordering::Release);", "core.has_no_writer.store(true, Ordering::Relaxed);", "it scans, with a fence, between its last swap and its end, so whoever may be in what it left fences or has moved on; nobody should have to know that"),
    equivalent(STATE, "end: the writer's going is seen with Relaxed", "self.core.has_no_writer.load(Ordering::Acquire)", "self.core.has_no_writer.load(Ordering::Relaxed)", "it scans, with a fence, between its last swap and its end, so whoever may be in what it left fences or has moved on; nobody should have to know that"),
    mutant(FILE, "replace: without limit", "if unresolved.count() > MOST_UNRESOLVED {", "if unresolved.count() == usize::MAX {", UNIT),
    mutant(FILE, "replace: the readers of the deferred copy are forgotten", "grace: std::mem::take(&mut self.grace),", "grace: { self.grace = GracePeriod::default(); GracePeriod::default() },", LOOM),
    mutant(FILE, "replace: a copy is freed under its readers", "if deferred.grace.wait(Wait::Poll).is_ok() {", "if deferred.grace.wait(Wait::Poll).is_ok() || index < 9 {", LOOM),
    mutant(FILE, "replace: no copy is freed", "if deferred.grace.wait(Wait::Poll).is_ok() {", "if deferred.grace.wait(Wait::Poll).is_ok() && index > 9 {", LOOM),
    mutant(FILE, "close: the pointer stays", "core.current.close();", "", LOOM),
    mutant(FILE, "close: does not scan", "self.grace.begin(Retired::All); self.grace.scan(&core.registry);", "self.grace.scan(&core.registry);", LOOM),
    mutant(FILE, "close: scans before the swap", "core.current.close();", "self.grace.begin(Retired::All); self.grace.scan(&core.registry); core.current.close(); let _ = self.grace.wait(Wait::Poll); #[cfg(any())]", LOOM),
    mutant(FILE, "close: waits for readers of the stale copy only", "self.grace.begin(Retired::All);", "self.grace.begin(Retired::Version(self.version.wrapping_sub(1)));", LOOM),
    mutant(FILE, "close: does not wait", "let _quiesced: Quiesced = self.grace.wait(Wait::Forever).expect(ENDLESS);", "", LOOM),
    mutant(FILE, "close: deferred copies are leaked", "drop_stale(unsafe { into_box(deferred.copy) });", "let _ = (deferred.copy, drop_stale);", PROGRESS),
    mutant(FILE, "freeze: the stale copy is freed under its readers", "let free_now = sound && self.grace.wait(Wait::Poll).is_ok();", "let free_now = sound;", LOOM),
    mutant(FILE, "freeze: a damaged copy is dropped", "let free_now = sound && self.grace.wait(Wait::Poll).is_ok();", "let free_now = self.grace.wait(Wait::Poll).is_ok();", PROGRESS),
    mutant(FILE, "freeze: a damaged copy with readers is dropped", "if sound && !free_now {", "if !free_now {", PROGRESS),
    mutant(FILE, "freeze: a stale copy that is dropped is left, too", "if sound && !free_now {", "if sound {", SEMANTICS),
    mutant(FILE, "freeze: the stale copy is leaked", "drop_stale(unsafe { into_box(self.stale) });", "let _ = drop_stale;", SEMANTICS),
    mutant(FILE, "freeze: a stale copy with readers is leaked", "orphans.push(orphan(self.stale, drop_stale));", "let _ = self.stale;", SEMANTICS),
    mutant(FILE, "freeze: deferred copies are leaked", "orphans.extend(deferred);", "deferred.for_each(drop);", PROGRESS),
    mutant(FILE, "freeze: the published copy is leaked", "orphans.push(orphan(self.published, drop_last));", "let _ = drop_last;", SEMANTICS),
    mutant(STATE, "freeze: the newest copy is dropped first", "unlocked(&mut self.orphans).drain(..) {", "unlocked(&mut self.orphans).drain(..).rev() {", PROGRESS),
    mutant(STATE, "freeze: a drop that panics comes out of the last handle", "catch_panic(|| drop_with(data));", "let _ = || catch_panic(|| ()); drop_with(data);", PANICS),
];
