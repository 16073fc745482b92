//! Which pair of fences the next published copy asks for.
//!
//! The heavy fence costs the writer microseconds per publish, and interrupts the readers; a full
//! fence costs a reader nanoseconds per enter. So the heavy fence pays when enough is read per
//! publish, and the slots' counters tell the writer how much that is. The writer looks only when
//! it publishes; between two publishes the readers themselves can ask for the light fence (see
//! [`Published::prefer_light_fence`](crate::copies::Published::prefer_light_fence)), so a writer
//! that publishes a burst and then goes quiet leaves nobody with an expensive enter.

use super::{FenceStrategy, fence_strategy};

/// How many sessions per publish make the heavy fence worth its price.
///
/// Measured on a two-core virtual machine: the barrier costs the writer about 2 µs and the
/// interrupted reader about as much, a full fence 4 to 5 ns per session, so they break even
/// between 400 and 1,000 sessions. Loom gets a number that it can reach.
const WORTH_A_HEAVY_FENCE: usize = if cfg!(loom) { 2 } else { 1000 };

/// Which fences a structure uses, set with
/// [`WriteHandle::set_fence_policy`](crate::WriteHandle::set_fence_policy).
///
/// The default suits nearly everybody. It makes no difference where [`fence_strategy`] is
/// [`FenceStrategy::Fences`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FencePolicy {
    /// Follow the load: a process-wide barrier in each publish while readers enter often between
    /// two publishes, fences on both sides while they do not.
    #[default]
    Adaptive,
    /// Always a process-wide barrier in the publish: the cheapest enter. A publish costs
    /// microseconds and interrupts every running thread of the process.
    ReadMostly,
    /// Always fences on both sides: no system call in a publish, but for the first one after this
    /// was chosen; an enter costs some nanoseconds more. For writers that must not interrupt threads that have nothing to do with the data.
    WriteMostly,
}

/// The pair of fences that a published pointer asks its readers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    /// Light for readers, heavy for the writer that swaps this pointer out.
    Asymmetric,
    /// Full on both sides, until a reader asks for the light fence.
    Symmetric,
    /// Full on both sides, whatever readers would like.
    AlwaysSymmetric,
}

/// Chooses the pair for the next publish.
#[derive(Debug)]
pub(crate) struct Chooser {
    policy: FencePolicy,
    /// What the slots had counted at the last publish: two per session.
    counted: usize,
    /// Sessions per publish, smoothed over the last few.
    sessions: usize,
}

impl Chooser {
    pub(crate) fn new() -> Self {
        Self {
            policy: FencePolicy::Adaptive,
            counted: 0,
            // A structure starts as one that is mostly read.
            sessions: 2 * WORTH_A_HEAVY_FENCE,
        }
    }

    pub(crate) fn set_policy(&mut self, policy: FencePolicy) {
        self.policy = policy;
    }

    pub(crate) fn pair(&self) -> Pair {
        match (fence_strategy(), self.policy) {
            (FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => Pair::AlwaysSymmetric,
            (_, FencePolicy::ReadMostly) => Pair::Asymmetric,
            (_, FencePolicy::Adaptive) if self.sessions < WORTH_A_HEAVY_FENCE => Pair::Symmetric,
            (_, FencePolicy::Adaptive) => Pair::Asymmetric,
        }
    }

    /// Takes note of what the slots have counted by now.
    pub(crate) fn record(&mut self, counted: usize) {
        let since_last = counted.wrapping_sub(self.counted) / 2;
        self.counted = counted;
        // Handles that were dropped take their counts along. That makes the difference negative,
        // seen as a huge number: nothing is known about this interval then.
        if since_last < usize::MAX / 4 {
            self.sessions = (self.sessions.saturating_mul(3).saturating_add(since_last)) / 4;
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn adaptive() -> Chooser {
        let mut chooser = Chooser::new();
        chooser.set_policy(FencePolicy::Adaptive);
        chooser
    }

    /// What the load should lead to on this system.
    fn expected(pair: Pair) -> Pair {
        match fence_strategy() {
            FenceStrategy::Fences => Pair::AlwaysSymmetric,
            _ => pair,
        }
    }

    #[test]
    fn starts_asymmetric() {
        assert_eq!(adaptive().pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn publishes_without_reads_turn_symmetric_and_reads_turn_back() {
        let mut chooser = adaptive();
        for _ in 0..20 {
            chooser.record(0);
        }
        assert_eq!(chooser.pair(), expected(Pair::Symmetric));
        let mut counted = 0;
        for _ in 0..20 {
            counted += 4 * WORTH_A_HEAVY_FENCE;
            chooser.record(counted);
        }
        assert_eq!(chooser.pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn dropped_handles_are_not_taken_for_reads() {
        let mut chooser = adaptive();
        for _ in 0..20 {
            chooser.record(1_000_000);
        }
        assert_eq!(chooser.pair(), expected(Pair::Symmetric));
        chooser.record(10);
        assert_eq!(chooser.pair(), expected(Pair::Symmetric));
    }

    #[test]
    fn a_policy_overrides_the_load() {
        let mut chooser = adaptive();
        chooser.set_policy(FencePolicy::WriteMostly);
        assert_eq!(chooser.pair(), Pair::AlwaysSymmetric);
        chooser.set_policy(FencePolicy::ReadMostly);
        for _ in 0..20 {
            chooser.record(0);
        }
        assert_eq!(chooser.pair(), expected(Pair::Asymmetric));
    }
}
