//! Who owns which copy: publish, replace, close, freeze.

use super::super::Mutant;
use super::{LOOM, PANICS, PROGRESS, SEMANTICS, UNIT, equivalent, mutant};

const FILE: &str = "raw/copies.rs";
const STATE: &str = "raw/state.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FILE, "publish: the copies keep their roles", "std::mem::swap(&mut copies.published, &mut copies.stale);", "", LOOM),
    mutant(FILE, "publish: the grace period does not begin", "copies.grace.begin(vacated, relied);", "let _ = (vacated, relied);", LOOM),
    mutant(FILE, "publish: waits for readers of the wrong copy", "let address = pointer_to(copies.stale).addr().get();", "let address = pointer_to(copies.published).addr().get();", LOOM),
    mutant(FILE, "publish: waits for readers of either copy", "let vacated = Vacated::Record { address, version };", "let _ = (address, version); let vacated = Vacated::All;", SEMANTICS),
    mutant(FILE, "publish: reports the wrong version", "let version = version_of(copies.stale);", "let version = copies.version;", SEMANTICS),
    mutant(FILE, "readers: versions of one copy only", "let record = records.find(|record| pointer_to(*record).addr().get() == address)?;", "let record = records.next().filter(|record| pointer_to(*record).addr().get() == address)?;", SEMANTICS),
    mutant(FILE, "publish: no new version number", "copies.version += 1;", "", LOOM),
    mutant(FILE, "publish: the copy keeps its version number", "fresh.header.version = copies.version;", "let _ = fresh;", LOOM),
    mutant(FILE, "reclaim: does not wait", "let departed = self.grace.wait(patience)?;", "let departed = GracePeriod::default().wait(Patience::Never)?;", LOOM),
    mutant(FILE, "replace: copies with known readers count as in doubt", "self.abandoned.iter().filter(in_doubt).count();", "self.abandoned.iter().filter(|it| in_doubt(it) || true).count();", PROGRESS),
    mutant(FILE, "end: the writer's going is not noted", "core.has_no_writer.store(true, Ordering::Release);", "let _ = core;", SEMANTICS),
    equivalent(FILE, "end: the writer's going is noted with Relaxed", "core.has_no_writer.store(true, Ordering::Release);", "core.has_no_writer.store(true, Ordering::Relaxed);", "it settles, with a fence, between its last swap and its end, so whoever may be in what it left fences or has moved on; nobody should have to know that"),
    equivalent(STATE, "end: the writer's going is seen with Relaxed", "self.core.has_no_writer.load(Ordering::Acquire)", "self.core.has_no_writer.load(Ordering::Relaxed)", "it settles, with a fence, between its last swap and its end, so whoever may be in what it left fences or has moved on; nobody should have to know that"),
    mutant(FILE, "choice: readers that took the tag off are not heard", "(Relied::OnHeavy, _) => Outgoing::TagTakenOff,", "(Relied::OnHeavy, _) => Outgoing::Symmetric,", UNIT),
    mutant(FILE, "replace: without limit", "if copies_in_doubt > MOST_IN_DOUBT {", "if copies_in_doubt == usize::MAX {", UNIT),
    mutant(FILE, "replace: the readers of the abandoned copy are forgotten", "grace: std::mem::take(&mut self.grace),", "grace: { self.grace = GracePeriod::default(); GracePeriod::default() },", LOOM),
    mutant(FILE, "replace: a copy is freed under its readers", "if abandoned.grace.wait(Patience::Never).is_ok() {", "if abandoned.grace.wait(Patience::Never).is_ok() || index < 9 {", LOOM),
    mutant(FILE, "replace: no copy is freed", "if abandoned.grace.wait(Patience::Never).is_ok() {", "if abandoned.grace.wait(Patience::Never).is_ok() && index > 9 {", LOOM),
    mutant(FILE, "close: the pointer stays", "let relied = self.share.core.current.close();", "let relied = Relied::OnHeavy;", LOOM),
    mutant(FILE, "close: does not look again", "self.grace.begin(Vacated::All, relied); self.grace .settle(&self.share.core.registry, Patience::Never);", "let _ = relied; self.settle(Patience::Never);", LOOM),
    mutant(FILE, "close: looks before the swap", "let relied = self.share.core.current.close(); self.grace.begin(Vacated::All, relied); self.grace .settle(&self.share.core.registry, Patience::Never);", "self.grace.begin(Vacated::All, Relied::OnFull); self.grace.settle(&self.share.core.registry, Patience::Never); self.share.core.current.close();", LOOM),
    mutant(FILE, "close: waits for readers of the stale copy only", "self.grace.begin(Vacated::All, relied);", "self.grace.begin(Vacated::Record { address: self.stale.addr().get(), version: 0 }, relied);", LOOM),
    mutant(FILE, "close: does not wait", "let _departed: Departed = self.grace.wait(Patience::Forever).expect(ENDLESS);", "", LOOM),
    mutant(FILE, "close: abandoned copies are leaked", "drop_stale(unsafe { into_data(abandoned.record) });", "let _ = (abandoned.record, drop_stale);", PROGRESS),
    equivalent(FILE, "freeze: readers go on fencing", "core.current.set_last(pointer_to(self.published));", "let _ = core;", "slower only: no swap follows, whatever the tag says"),
    mutant(FILE, "freeze: the stale copy is freed under its readers", "let free_now = sound && self.grace.wait(Patience::Never).is_ok();", "let free_now = sound;", LOOM),
    mutant(FILE, "freeze: a damaged copy is dropped", "let free_now = sound && self.grace.wait(Patience::Never).is_ok();", "let free_now = self.grace.wait(Patience::Never).is_ok();", PROGRESS),
    mutant(FILE, "freeze: a damaged copy with readers is dropped", "if sound && !free_now {", "if !free_now {", PROGRESS),
    mutant(FILE, "freeze: a stale copy that is dropped is left, too", "if sound && !free_now {", "if sound {", SEMANTICS),
    mutant(FILE, "freeze: the stale copy is leaked", "drop_stale(unsafe { into_data(self.stale) });", "let _ = drop_stale;", SEMANTICS),
    mutant(FILE, "freeze: a stale copy with readers is leaked", "kept.push(left(self.stale, drop_stale));", "let _ = self.stale;", SEMANTICS),
    mutant(FILE, "freeze: abandoned copies are leaked", "kept.extend(abandoned);", "abandoned.for_each(drop);", SEMANTICS),
    mutant(FILE, "freeze: the published copy is leaked", "kept.push(left(self.published, drop_last));", "let _ = drop_last;", SEMANTICS),
    mutant(STATE, "freeze: the newest copy is dropped first", "for Left { record, drop_with } in unlocked(&mut self.left).drain(..) {", "for Left { record, drop_with } in unlocked(&mut self.left).drain(..).rev() {", PROGRESS),
    mutant(STATE, "freeze: a drop that panics comes out of the last handle", "swallow(|| drop_with(data));", "let _ = || swallow(|| ()); drop_with(data);", PANICS),
];
