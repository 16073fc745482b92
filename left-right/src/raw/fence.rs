//! The light and the heavy fence, and who decides which pair a publish relies on.
//!
//! A reader announces itself (a store) and then loads the published pointer; the writer swaps the
//! pointer and then reads the readers' announcements (loads). Each side needs its store to be
//! visible before its load is made, or both could miss each other. Two pairs of fences give that:
//!
//! | pair | reader, at each enter | writer, before it takes a copy back |
//! |---|---|---|
//! | asymmetric | [`light`]: a compiler fence, no instruction | [`heavy`]: the kernel makes every running thread of the process fence |
//! | symmetric | [`full`]: `fence(SeqCst)`, some nanoseconds | [`full`] |
//!
//! The published pointer itself tells readers which pair is in force: its lowest bit set means
//! "fence, then load again" (see [`Current`](super::current::Current)). Where the operating
//! system offers no heavy fence the bit is always set. Where it is not set, a reader that enters
//! something new fences all the same, so that the writer needs the heavy fence only for readers that
//! have been in the copy in question and not elsewhere since (see `GracePeriod::scan`).

use std::sync::OnceLock;

use crate::sync::{Ordering, fence};

// `left_right_real_fences` forces fences on both sides, for tests and for tools that cannot see
// what a system call does to other threads (ThreadSanitizer).
#[cfg_attr(loom, path = "fence/modelled.rs")]
#[cfg_attr(
    all(target_os = "linux", not(any(loom, miri, left_right_real_fences))),
    path = "fence/membarrier.rs"
)]
#[cfg_attr(
    all(windows, not(any(loom, miri, left_right_real_fences))),
    path = "fence/flush.rs",
    allow(unsafe_code) // A call of the system.
)]
#[cfg_attr(
    not(any(
        loom,
        all(
            any(target_os = "linux", windows),
            not(any(miri, left_right_real_fences))
        )
    )),
    path = "fence/none.rs"
)]
mod system;

mod choice;
mod strategy;
pub use choice::FencePolicy;
pub(crate) use choice::{Chooser, Cost, Fences, Outgoing};
pub use strategy::FenceStrategy;

/// Which fences this process can use: decided once, when the first handle is made.
///
/// With [`FenceStrategy::Fences`] everything works the same; entering costs some nanoseconds more.
/// A structure may prefer fences on both sides even where the system offers better, see
/// [`FencePolicy`].
///
/// ```
/// println!("left-right uses {}", left_right::fence_strategy());
/// ```
pub fn fence_strategy() -> FenceStrategy {
    static DECIDED: OnceLock<FenceStrategy> = OnceLock::new();
    *DECIDED.get_or_init(|| decide(system::register))
}

/// Asks the system for its heavy fence; without it, fences on both sides.
fn decide(register: impl FnOnce() -> Option<FenceStrategy>) -> FenceStrategy {
    register().unwrap_or(FenceStrategy::Fences)
}

/// The reader's side of the asymmetric pair: keeps the compiler from moving the load of the
/// pointer above the announcement. The processor is dealt with by [`heavy`].
#[inline(always)]
pub(crate) fn light() {
    system::light();
}

/// The writer's side of the asymmetric pair.
///
/// Every thread of the process has, at some point during this call, executed a full fence. For a
/// reader between its announcement and its load of the pointer that means:
/// - if its fence came before the load, the load finds the pointer swapped in before this call;
/// - if its fence came after the load, it came after the announcement too, and the scans that
///   follow this call see that the reader is active.
pub(crate) fn heavy() {
    system::heavy();
}

/// Either side of the symmetric pair.
///
/// All such fences stand in one total order. For a reader's and a writer's:
/// - if the writer's is first, the reader's load after its own finds the swapped pointer;
/// - if the reader's is first, the writer's loads after its own see the announcement.
#[inline]
pub(crate) fn full() {
    fence(Ordering::SeqCst);
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn refused_registration_means_fences_on_both_sides() {
        assert_eq!(decide(|| None), FenceStrategy::Fences);
    }

    #[test]
    fn granted_registration_is_used() {
        assert_eq!(
            decide(|| Some(FenceStrategy::Membarrier)),
            FenceStrategy::Membarrier
        );
    }

    #[test]
    fn strategies_say_who_pays() {
        use FenceStrategy::{Fences, FlushProcessWriteBuffers, Membarrier};

        let light = |strategy: FenceStrategy| strategy.to_string().contains("readers pay no fence");
        assert!(light(Membarrier) && light(FlushProcessWriteBuffers) && !light(Fences));
    }

    #[test]
    fn the_decision_stays() {
        assert_eq!(fence_strategy(), fence_strategy());
    }
}
