//! Linux: the kernel interrupts every running thread of the process and has it fence.

#![forbid(unsafe_code)]

use std::{
    io::{self, Write as _},
    sync::atomic::{Ordering, compiler_fence},
};

use rustix::thread::{MembarrierCommand, membarrier};

use super::strategy::FenceStrategy;

/// Announces to the kernel that this process will use the expedited barrier.
///
/// A microsecond or two while the process has one thread, up to 20 ms once it has several.
pub(super) fn register() -> Option<FenceStrategy> {
    membarrier(MembarrierCommand::RegisterPrivateExpedited).ok()?;
    // Some sandboxes answer a registration and refuse the barrier itself: ask before relying on it.
    membarrier(MembarrierCommand::PrivateExpedited).ok()?;
    Some(FenceStrategy::Membarrier)
}

/// Whether the process has one thread.
pub(super) fn is_cheap_to_register() -> bool {
    num_threads::is_single_threaded() == Some(true)
}

#[inline(always)]
pub(super) fn light() {
    compiler_fence(Ordering::SeqCst);
}

pub(super) fn heavy() {
    let barrier = || membarrier(MembarrierCommand::PrivateExpedited);
    // The kernel may lack memory for a moment.
    if let Err(error) = barrier().or_else(|_| barrier()) {
        // It worked when the process registered. Readers rely on it without a fence of their own,
        // so going on would hand out memory that they may be reading.
        let _ = writeln!(
            io::stderr(),
            "left-right: membarrier worked when this process registered for it and now fails \
             ({error}). A sandbox that forbids it must be entered before that: see `fence_strategy`. \
             Aborting, because continuing could corrupt memory."
        );
        std::process::abort();
    }
}
