//! The fences, who may rely on them, and the registry of those who do.

use super::super::mutant::{
    Check, LOOM, Mutant, REGISTRATION, SECCOMP, SEMANTICS, UNIT, equivalent, mutant,
};

const FENCE: &str = "raw/fence.rs";
const MEMBARRIER: &str = "raw/fence/membarrier.rs";
const REGISTRY: &str = "raw/registry.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(FENCE, "full fence: none", "fence(Ordering::SeqCst);", "", LOOM),
    mutant(FENCE, "full fence: AcqRel", "fence(Ordering::SeqCst);", "fence(Ordering::AcqRel);", LOOM),
    mutant(FENCE, "heavy fence: a full one", "system::heavy();", "full();", LOOM),
    mutant(FENCE, "after a swap: nothing, where accesses that are SeqCst are not enough", "#[cfg(any(loom, not(target_has_atomic = \"64\")))] full();", "", LOOM),
    equivalent(FENCE, "light fence: a full one, and the heavy fence has no partner", "system::light();", "full();", "the reader's full fence pairs with the swap and the first look of the scan: dear, and right"),
    mutant(FENCE, "guesses where there is no barrier", "DECIDED.get().is_some_and(|it| *it != FenceStrategy::Fences)", "DECIDED.get().is_none_or(|it| *it == FenceStrategy::Fences) || DECIDED.get().is_some()", SECCOMP),
    mutant(FENCE, "readers that go without a barrier never have it decided", "if times % ASKS == 0 && DECIDED.get().is_none() {", "if times % ASKS == 1 - 1 && DECIDED.get().is_some() {", UNIT),
    mutant(FENCE, "the first structure never decides", "if system::is_cheap_to_register() {", "if system::is_cheap_to_register() && cfg!(loom) {", REGISTRATION),
    mutant(FENCE, "the first structure decides where that is dear", "if system::is_cheap_to_register() {", "if system::is_cheap_to_register() || !cfg!(loom) {", REGISTRATION),
    mutant(MEMBARRIER, "registering is cheap in a process with threads", "num_threads::is_single_threaded() == Some(true)", "num_threads::is_single_threaded().is_some()", REGISTRATION),
    mutant(FENCE, "a refused registration is taken for a granted one", "register().unwrap_or(FenceStrategy::Fences)", "register().unwrap_or(FenceStrategy::Membarrier)", UNIT),
    mutant(FENCE, "a granted registration is not used", "register().unwrap_or(FenceStrategy::Fences)", "{ let _ = register(); FenceStrategy::Fences }", UNIT),
    mutant(MEMBARRIER, "membarrier: not called", "if let Err(error) = barrier().or_else(|_| barrier()) {", "let _ = barrier; if let Err(error) = Ok::<(), &str>(()) {", Check::Model(&["NO_CLOSE", "M_NO_MEMBARRIER"])),
    mutant(MEMBARRIER, "membarrier: no compiler fence in the reader", "compiler_fence(Ordering::SeqCst);", "let _ = || compiler_fence(Ordering::SeqCst);", Check::Model(&["NO_CLOSE", "M_NO_LIGHT_FENCE"])),
    mutant(MEMBARRIER, "membarrier: not registered for", "membarrier(MembarrierCommand::RegisterPrivateExpedited).ok()?;", "", REGISTRATION),
    mutant(MEMBARRIER, "membarrier: registered for, not tried", "membarrier(MembarrierCommand::PrivateExpedited).ok()?;", "", SECCOMP),
    mutant(MEMBARRIER, "membarrier: goes on when refused", "std::process::abort();", "", SECCOMP),
    mutant(REGISTRY, "participants: who comes or goes is not counted", "self.changes.store(changes, Ordering::Relaxed);", "let _ = changes;", LOOM),
    mutant(REGISTRY, "participants: called once", "if changes != participants.changes || changes == usize::MAX {", "if participants.changes == 0 {", LOOM),
    mutant(REGISTRY, "register: the slot is not inserted", "let key = self.change().insert(Arc::clone(&slot)); slot.set_key(key);", "", LOOM),
    mutant(REGISTRY, "register: the slot does not know its key", "slot.set_key(key);", "let _ = key;", SEMANTICS),
    mutant(REGISTRY, "deregister: the slot stays", "let removed = slots.try_remove(key);", "let removed = slots.get(key).cloned();", SEMANTICS),
    equivalent("sync.rs", "a lock that is poisoned panics", "mutex.lock().unwrap_or_else(PoisonError::into_inner)", "{ let _ = PoisonError::<()>::into_inner; mutex.lock().unwrap() }", "nothing that can panic runs under a lock (invariant 8): this is a second line of defence"),
    equivalent("raw/fence/none.rs", "no system call: the heavy fence does nothing", "fence(Ordering::SeqCst);", "", "not called where there is no heavy fence: nobody guesses (Spin, FENCES_ONLY)"),
];
