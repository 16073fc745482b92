//! No heavy fence: unknown systems, and tools that could not see one (Miri, ThreadSanitizer).

#![forbid(unsafe_code)]

use super::strategy::FenceStrategy;
use crate::sync::{Ordering, fence};

pub(super) fn register() -> Option<FenceStrategy> {
    None
}

/// Never relied on: without a heavy fence, every published pointer asks readers for a full one.
#[inline(always)]
pub(super) fn light() {}

/// Never called: every published pointer asks for a full fence, so every swap uses one.
pub(super) fn heavy() {
    fence(Ordering::SeqCst);
}
