//! No heavy fence: unknown systems, and tools that could not see one (Miri, ThreadSanitizer).

#![forbid(unsafe_code)]

use super::strategy::FenceStrategy;
use crate::sync::{Ordering, fence};

pub(super) fn register() -> Option<FenceStrategy> {
    None
}

pub(super) fn is_cheap_to_register() -> bool {
    true
}

/// Never relied on: without a heavy fence no reader guesses.
#[inline(always)]
pub(super) fn light() {}

/// Never called: nobody guesses.
pub(super) fn heavy() {
    fence(Ordering::SeqCst);
}
