//! How readers and writer are ordered on this system.

#![forbid(unsafe_code)]

use std::fmt;

/// How a publish makes sure that it sees every reader, as far as the operating system goes.
///
/// Returned by [`fence_strategy`](crate::fence_strategy).
///
/// ```
/// use left_right::{FenceStrategy, fence_strategy};
/// let strategy = fence_strategy();
/// if strategy == FenceStrategy::Fences {
///     println!("entering costs some nanoseconds more here: {strategy}");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FenceStrategy {
    /// Linux: `membarrier(PRIVATE_EXPEDITED)` on the writer's side, nothing on the readers'.
    Membarrier,
    /// Windows: `FlushProcessWriteBuffers` on the writer's side, nothing on the readers'.
    FlushProcessWriteBuffers,
    /// `fence(SeqCst)` on both sides: everywhere else, and where the system call is not to be
    /// had, for example in a sandbox that forbids it.
    Fences,
}

impl fmt::Display for FenceStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Membarrier => "membarrier (readers pay no fence)",
            Self::FlushProcessWriteBuffers => "FlushProcessWriteBuffers (readers pay no fence)",
            Self::Fences => "fences on both sides (the system offers no process-wide barrier)",
        })
    }
}
