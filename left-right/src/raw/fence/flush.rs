//! Windows: the kernel interrupts every processor that runs a thread of the process.

use std::sync::atomic::{Ordering, compiler_fence};

use windows_sys::Win32::System::Threading::FlushProcessWriteBuffers;

use super::strategy::FenceStrategy;

/// The call exists on every Windows that Rust supports and cannot fail.
pub(super) fn register() -> Option<FenceStrategy> {
    Some(FenceStrategy::FlushProcessWriteBuffers)
}

pub(super) fn is_cheap_to_register() -> bool {
    true
}

#[inline(always)]
pub(super) fn light() {
    compiler_fence(Ordering::SeqCst);
}

pub(super) fn heavy() {
    // SAFETY: the function has no preconditions.
    unsafe { FlushProcessWriteBuffers() };
}
