//! Linux: the kernel interrupts every running thread of the process and has it fence.

#![forbid(unsafe_code)]

use std::sync::atomic::{Ordering, compiler_fence};

use rustix::thread::{MembarrierCommand, membarrier};

use super::strategy::FenceStrategy;

/// Announces to the kernel that this process will use the expedited barrier.
///
/// A microsecond or two while the process has one thread, up to 20 ms once it has several: done
/// when the first handle is made, which is usually early, and not at the first publish.
pub(super) fn register() -> Option<FenceStrategy> {
    membarrier(MembarrierCommand::RegisterPrivateExpedited).ok()?;
    // Some sandboxes answer a registration and refuse the barrier itself: ask before relying on it.
    membarrier(MembarrierCommand::PrivateExpedited).ok()?;
    Some(FenceStrategy::Membarrier)
}

#[inline(always)]
pub(super) fn light() {
    compiler_fence(Ordering::SeqCst);
}

pub(super) fn heavy() {
    if let Err(error) = membarrier(MembarrierCommand::PrivateExpedited) {
        // It worked when the process registered. Readers rely on it without a fence of their own,
        // so going on would hand out memory that they may be reading.
        eprintln!(
            "left-right: membarrier was available when the first handle was made and now fails \
             ({error}). A sandbox that forbids it must be entered before the first handle is \
             made. Aborting, because continuing could corrupt memory."
        );
        std::process::abort();
    }
}
