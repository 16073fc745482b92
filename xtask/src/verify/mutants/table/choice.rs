//! The fences, who chooses them, and the registry that the choice is read from.

use super::super::mutant::{Check, LOOM, Mutant, SECCOMP, SEMANTICS, UNIT, equivalent, mutant};

const FENCE: &str = "raw/fence.rs";
const CHOICE: &str = "raw/fence/choice.rs";
const MEMBARRIER: &str = "raw/fence/membarrier.rs";
const REGISTRY: &str = "raw/registry.rs";
const GRACE: &str = "raw/grace.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FENCE, "full fence: none", "fence(Ordering::SeqCst);", "", LOOM),
    mutant(FENCE, "full fence: AcqRel", "fence(Ordering::SeqCst);", "fence(Ordering::AcqRel);", LOOM),
    mutant(FENCE, "heavy fence: a full one", "system::heavy();", "full();", LOOM),
    equivalent(FENCE, "light fence: a full one, and the heavy fence has no partner", "system::light();", "full();", "the reader's full fence pairs with the one that `scan` makes before its first look: dear, and right"),
    mutant(FENCE, "a refused registration is taken for a granted one", "register().unwrap_or(FenceStrategy::Fences)", "register().unwrap_or(FenceStrategy::Membarrier)", UNIT),
    mutant(FENCE, "a granted registration is not used", "register().unwrap_or(FenceStrategy::Fences)", "{ let _ = register(); FenceStrategy::Fences }", UNIT),
    mutant(MEMBARRIER, "membarrier: not called", "if let Err(error) = membarrier(MembarrierCommand::PrivateExpedited) {", "if let Err(error) = Ok::<(), &str>(()) {", Check::Model(&["NO_CLOSE", "M_NO_MEMBARRIER"])),
    mutant(MEMBARRIER, "membarrier: no compiler fence in the reader", "compiler_fence(Ordering::SeqCst);", "let _ = || compiler_fence(Ordering::SeqCst);", Check::Model(&["NO_CLOSE", "M_NO_LIGHT_FENCE"])),
    mutant(MEMBARRIER, "membarrier: not registered for", "membarrier(MembarrierCommand::RegisterPrivateExpedited).ok()?;", "", SECCOMP),
    mutant(MEMBARRIER, "membarrier: registered for, not tried", "membarrier(MembarrierCommand::PrivateExpedited).ok()?;", "", SECCOMP),
    mutant(MEMBARRIER, "membarrier: goes on when refused", "std::process::abort();", "", SECCOMP),
    mutant(CHOICE, "choice: a policy of fences lets readers take the tag off", "(FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => { return Fences::AlwaysSymmetric; }", "(FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => return Fences::Symmetric,", UNIT),
    mutant(CHOICE, "choice: relies on a heavy fence that is not there", "(FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => { return Fences::AlwaysSymmetric; }", "(_, FencePolicy::WriteMostly) => return Fences::AlwaysSymmetric,", SECCOMP),
    mutant(CHOICE, "choice: the other way round", "match self.asymmetric <= self.symmetric {", "match self.asymmetric > self.symmetric {", UNIT),
    mutant(CHOICE, "choice: takes no samples", "self.unsampled = SAMPLED; other", "self.unsampled = SAMPLED; let _ = other; best", UNIT),
    mutant(CHOICE, "choice: nothing but samples", "self.unsampled = SAMPLED; other", "other", UNIT),
    mutant(CHOICE, "choice: samples where nothing can be won", "if cost <= CHEAP {", "if cost < CHEAP - CHEAP {", UNIT),
    mutant(CHOICE, "choice: what readers say by taking the tag off is not heard", "Outgoing::TagTakenOff => self.symmetric = self.symmetric.max(dear(self.asymmetric)),", "Outgoing::TagTakenOff => {}", UNIT),
    mutant(CHOICE, "choice: a sample counts as little as one of many publishes", "if is_sample {", "if is_sample && cost == u64::MAX {", UNIT),
    mutant(CHOICE, "choice: one publish counts as much as a sample", "if is_sample {", "if is_sample || cost != u64::MAX {", UNIT),
    mutant(CHOICE, "choice: one that was interrupted is the rule", "cost.min(4 * known + ASSUMED)", "cost", UNIT),
    mutant(CHOICE, "choice: a policy is ignored", "self.policy = policy;", "let _ = policy;", UNIT),
    mutant(CHOICE, "choice: forgets what it has counted", "self.counted = fenced;", "", UNIT),
    mutant(CHOICE, "choice: takes a count that falls for reads", "Outgoing::Symmetric if since_last > usize::MAX / 2 => {}", "", UNIT),
    mutant(CHOICE, "choice: does not learn what waits cost", "let cost = cost.map_or(0, nanoseconds_of);", "let cost = cost.map_or(0, |cost| nanoseconds_of(cost) * 0);", UNIT),
    mutant(CHOICE, "choice: each wait costs as if the writer did nothing else", "(took as f64 * (1.0 + INTERRUPTIONS * busy)) as u64", "(took as f64 * (1.0 + INTERRUPTIONS + 0.0 * busy)) as u64", UNIT),
    mutant(REGISTRY, "deregister: the count of fenced critical sections goes along", "let fenced = others.wrapping_add(slot.fenced_entries());", "let fenced = others; let _ = slot;", UNIT),
    mutant(GRACE, "slots: misses all but one reader", "in participants.iter().enumerate() {", "in participants.iter().enumerate().take(1) {", LOOM),
    mutant(GRACE, "slots: takes everybody for active", "if retired.may_hold(word, barrier) && (word.is_active() || !slot.is_quiescent()) {", "let _ = slot.is_quiescent(); if retired.may_hold(word, barrier) || index < usize::MAX {", SEMANTICS),
    mutant(GRACE, "slots: takes nobody for active", "if retired.may_hold(word, barrier) && (word.is_active() || !slot.is_quiescent()) {", "let _ = slot.is_quiescent(); if retired.may_hold(word, barrier) && index == usize::MAX {", LOOM),
    mutant(GRACE, "slots: takes nobody for active whose slot is its own thread's", "(word.is_active() || !slot.is_quiescent())", "!slot.is_quiescent()", SEMANTICS),
    mutant(GRACE, "slots: this thread may be entering meanwhile", "(word.is_active() || !slot.is_quiescent())", "{ let _ = slot.is_quiescent(); true }", UNIT),
    mutant(GRACE, "slots: counts no critical sections", "fenced = fenced.wrapping_add(slot.fenced_entries());", "let _ = slot.fenced_entries();", UNIT),
    mutant(REGISTRY, "participants: who comes or goes is not counted", "self.changes.store(changes, Ordering::Relaxed);", "let _ = changes;", LOOM),
    mutant(REGISTRY, "participants: called once", "if changes != participants.changes || changes == usize::MAX {", "if participants.changes == 0 {", LOOM),
    mutant(REGISTRY, "register: the slot is not inserted", "let key = self.change().insert(Arc::clone(&slot)); slot.set_key(key);", "", LOOM),
    mutant(REGISTRY, "register: the slot does not know its key", "slot.set_key(key);", "let _ = key;", SEMANTICS),
    mutant(REGISTRY, "deregister: the slot stays", "let removed = slots.try_remove(key);", "let removed = slots.get(key).cloned();", SEMANTICS),
    equivalent("sync.rs", "a lock that is poisoned panics", "mutex.lock().unwrap_or_else(PoisonError::into_inner)", "{ let _ = PoisonError::<()>::into_inner; mutex.lock().unwrap() }", "nothing that can panic runs under a lock (invariant 8): this is a second line of defence"),
    equivalent("raw/fence/none.rs", "no system call: the heavy fence does nothing", "fence(Ordering::SeqCst);", "", "not called where there is no heavy fence: every pointer has the tag (Spin, FENCES_ONLY)"),
];
