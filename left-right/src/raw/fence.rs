//! The light and the heavy fence, and who may rely on them.
//!
//! A reader announces itself (a store) and then loads the current version; the writer swaps that and
//! then reads the readers' announcements (loads). Each side needs its store to be visible before its load is made, or
//! both could miss each other. There are two ways to that:
//!
//! | pair | reader | writer |
//! |---|---|---|
//! | asymmetric | [`light`]: a compiler fence, no instruction | [`heavy`]: the kernel makes every running thread of the process fence |
//! | symmetric | [`full`]: `fence(SeqCst)`, some nanoseconds | a swap and loads that are SeqCst |
//!
//! Which pair it is, is each reader's own affair. A reader that left a guess enters with the light fence, and the
//! writer that needs its copy must see it move on, or make the heavy one. A reader without a guess acquires, with a full
//! fence, and costs the writer nothing. Where the system has no heavy fence nobody guesses, and as long as the process
//! is not registered for it.
//!
//! Registering takes a microsecond while the process has one thread, and up to 20 ms once it has several. So the first
//! structure asks for it if that is cheap. Else readers acquire, until one of them has done so some thousand times and
//! has a thread ask.

use std::{
    sync::{Once, OnceLock, atomic::AtomicBool},
    thread,
};

use crate::sync::{Ordering, fence};

// `left_right_real_fences` forces fences on both sides, for tests and for tools that cannot see
// what a system call does to other threads (ThreadSanitizer).
#[cfg_attr(all(loom, not(left_right_real_fences)), path = "fence/modelled.rs")]
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
    any(
        miri,
        left_right_real_fences,
        not(any(loom, target_os = "linux", windows))
    ),
    path = "fence/none.rs"
)]
mod system;

mod strategy;
pub use strategy::FenceStrategy;

static DECIDED: OnceLock<FenceStrategy> = OnceLock::new();

/// How often a reader finds its copy with a fence before it asks for the barrier.
const ASKS: u64 = 4096;

/// Which fences this process uses, decided once.
///
/// The first structure decides if the process has one thread then, or if it costs nothing. Else this call does, or the
/// readers do, after some thousand reads, on a thread of their own: it takes up to 20 ms, since the kernel waits for all
/// running threads. A program that starts threads first can call it early, and have reads at their full speed from the
/// first one on; so should one that enters a sandbox which forbids new threads or `membarrier`. With
/// [`FenceStrategy::Fences`] everything works the same; entering costs some nanoseconds more.
///
/// ```
/// println!("left-right uses {}", left_right::fence_strategy());
/// ```
pub fn fence_strategy() -> FenceStrategy {
    *DECIDED.get_or_init(|| decide(system::register))
}

/// Decides if that is cheap, for the first structure of the process.
pub(crate) fn prepare() {
    static ASKED: Once = Once::new();
    ASKED.call_once(|| {
        if system::is_cheap_to_register() {
            fence_strategy();
        }
    });
}

/// Whether the heavy fence can be relied on, so that readers may guess. Once it is `true` it stays so.
#[inline]
pub(crate) fn has_barrier() -> bool {
    DECIDED.get().is_some_and(|it| *it != FenceStrategy::Fences)
}

/// Takes note that a reader has done without, for the `times`th time; now and then, has it decided.
pub(crate) fn miss_barrier(times: u64) {
    if times % ASKS == 0 && DECIDED.get().is_none() {
        ask();
    }
}

/// Has a thread decide, since readers do not wait.
#[cold]
fn ask() {
    static ASKED: AtomicBool = AtomicBool::new(false);
    // Relaxed: only that it is done once.
    if !ASKED.swap(true, Ordering::Relaxed) {
        let asker = thread::Builder::new().name("left-right-fence".into());
        // Without a thread it goes on with fences.
        let _ = asker.spawn(fence_strategy);
    }
}

/// Asks the system for its heavy fence; without it, fences on both sides.
fn decide(register: impl FnOnce() -> Option<FenceStrategy>) -> FenceStrategy {
    register().unwrap_or(FenceStrategy::Fences)
}

/// The reader's side of the asymmetric pair: keeps the compiler from moving the load of the
/// version above the announcement. The processor is dealt with by [`heavy`].
#[inline(always)]
pub(crate) fn light() {
    system::light();
}

/// The writer's side of the asymmetric pair.
///
/// Every thread of the process has, at some point during this call, executed a full fence. For a
/// reader between its announcement and its load of the version that means:
/// - if its fence came before the load, the load finds the version swapped in before this call;
/// - if its fence came after the load, it came after the announcement too, and whatever the writer
///   reads after this call is that announcement or later.
pub(crate) fn heavy() {
    system::heavy();
}

/// The reader's side of the symmetric pair.
///
/// It stands in one total order with the writer's swap and with the writer's load of the slot, which comes after that:
/// - if the fence is before the load, the load returns the announcement or a later word;
/// - if it is after the load, and so after the swap, the reader finds what is current.
#[inline]
pub(crate) fn full() {
    fence(Ordering::SeqCst);
}

/// Stands between a swap and the scan that follows it.
///
/// Both are SeqCst, which is enough: whatever load of a slot comes after the swap in the total order sees what a reader
/// announced before a full fence that comes earlier in that order. Loom takes SeqCst accesses for AcqRel, so it gets the
/// fence, and so do machines whose words of 64 bits are made of smaller ones.
#[inline(always)]
pub(crate) fn after_swap() {
    #[cfg(any(loom, not(target_has_atomic = "64")))]
    full();
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
    fn readers_that_go_without_for_long_have_it_decided() {
        for times in 1..=ASKS {
            miss_barrier(times);
        }
        while DECIDED.get().is_none() {
            thread::yield_now();
        }
        assert_eq!(has_barrier(), fence_strategy() != FenceStrategy::Fences);
    }

    #[test]
    fn the_decision_stays() {
        assert_eq!(fence_strategy(), fence_strategy());
    }
}
