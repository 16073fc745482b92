//! Which pair of fences the next published copy asks for.
//!
//! The heavy fence costs the writer microseconds per publish; a full fence costs a reader nanoseconds
//! per enter. So the heavy fence pays when enough is read per publish. The slots' counters tell the
//! writer how much that is, and it times the heavy fences that it makes, whose price differs by two
//! orders of magnitude between machines. The writer looks only when
//! it publishes; between two publishes the readers themselves can ask for the light fence (see
//! [`Published::prefer_light_fence`](crate::published::Published::prefer_light_fence)), so a writer
//! that publishes a burst and then goes quiet leaves nobody with an expensive enter.

use std::time::Duration;

use super::{FenceStrategy, fence_strategy};

/// What a full fence costs a reader, in nanoseconds: 4 to 6 on current x86 machines.
const FULL_FENCE: u64 = 5;

/// What a heavy fence is taken to cost before one was timed, in nanoseconds. Loom gets a number that it
/// can reach.
const HEAVY_FENCE: u64 = if cfg!(loom) { 10 } else { 20_000 };

/// How many times its own time a heavy fence costs a writer that makes one after another, on top of
/// that time: it has other work waiting, and each interrupts every running thread of the process. A
/// writer that is mostly idle loses nothing.
const INTERRUPTIONS: f64 = 3.0;

/// The least price that a heavy fence is tried for again.
const CHEAPEST: u64 = if cfg!(loom) { 10 } else { 4_000 };

/// Which fences a structure uses, set with
/// [`WriteHandle::set_fence_policy`](crate::WriteHandle::set_fence_policy).
///
/// The default suits nearly everybody. It makes no difference where [`fence_strategy`] is
/// [`FenceStrategy::Fences`].
///
/// ```
/// # #[derive(Clone, Default)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// use left_right::FencePolicy;
///
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// assert_eq!(FencePolicy::default(), FencePolicy::Adaptive);
/// writer.set_fence_policy(FencePolicy::WriteMostly);
/// writer.append(1).publish();
/// assert_eq!(reader.enter().unwrap().0, 1);
/// ```
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
    sessions: u64,
    /// What a heavy fence costs everybody, in nanoseconds: at once when it is dear, slowly forgotten.
    heavy: u64,
}

impl Chooser {
    pub(crate) fn new() -> Self {
        Self {
            policy: FencePolicy::Adaptive,
            counted: 0,
            // A structure starts as one that is mostly read.
            sessions: 2 * HEAVY_FENCE / FULL_FENCE,
            heavy: HEAVY_FENCE,
        }
    }

    pub(crate) fn set_policy(&mut self, policy: FencePolicy) {
        self.policy = policy;
    }

    pub(crate) fn pair(&self) -> Pair {
        match (fence_strategy(), self.policy) {
            (FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => Pair::AlwaysSymmetric,
            (_, FencePolicy::ReadMostly) => Pair::Asymmetric,
            (_, FencePolicy::Adaptive) if self.sessions * FULL_FENCE < self.heavy => {
                Pair::Symmetric
            }
            (_, FencePolicy::Adaptive) => Pair::Asymmetric,
        }
    }

    /// Takes note of what the slots have counted by now, and of the heavy fence of this publish, if
    /// there was one: how long it took, and how long ago the one before it ended.
    pub(crate) fn record(&mut self, counted: usize, heavy: Option<HeavyFence>) {
        let since_last = counted.wrapping_sub(self.counted) / 2;
        self.counted = counted;
        // Handles that were dropped take their counts along. That makes the difference negative,
        // seen as a huge number: nothing is known about this interval then.
        let Some(mut sessions) = u64::try_from(since_last)
            .ok()
            .filter(|_| since_last < usize::MAX / 4)
        else {
            return;
        };
        if let Some(HeavyFence { took, interval }) = heavy {
            let (took, interval) = (nanoseconds(took), nanoseconds(interval));
            let busy = took.min(interval) as f64 / interval.max(1) as f64;
            self.learn((took as f64 * (1.0 + INTERRUPTIONS * busy)) as u64);
            // Readers go on while the writer is in the heavy fence. Without it there would be
            // less time between two publishes and so fewer sessions.
            sessions = (sessions as f64 * (1.0 - busy)) as u64;
        } else {
            self.forget();
        }
        self.sessions = (self.sessions.saturating_mul(3).saturating_add(sessions)) / 4;
    }

    /// A heavy fence had this price. Rises fast and falls slowly, since the price jumps; but one that
    /// took long because the writer was descheduled in it says little, so it doubles at most.
    fn learn(&mut self, price: u64) {
        let slowly = self.heavy - self.heavy / 8;
        self.heavy = price.min(2 * self.heavy).max(slowly);
    }

    /// What was learnt about heavy fences grows old while none is made: tries one now and then.
    fn forget(&mut self) {
        self.heavy = (self.heavy - self.heavy / 256).max(CHEAPEST);
    }
}

/// A heavy fence that a publish has made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeavyFence {
    pub(crate) took: Duration,
    /// From the end of the heavy fence before this one to the end of this one.
    pub(crate) interval: Duration,
}

fn nanoseconds(duration: Duration) -> u64 {
    // Caps at an hour, so that sums and products of a few cannot overflow.
    duration.min(Duration::from_secs(3600)).as_nanos() as u64
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// What the load should lead to on this system.
    fn expected(pair: Pair) -> Pair {
        match fence_strategy() {
            FenceStrategy::Fences => Pair::AlwaysSymmetric,
            _ => pair,
        }
    }

    fn heavy(took: u64, interval: u64) -> Option<HeavyFence> {
        Some(HeavyFence {
            took: Duration::from_nanos(took),
            interval: Duration::from_nanos(interval),
        })
    }

    /// A chooser and the sessions that it hears of.
    struct Load {
        chooser: Chooser,
        counted: usize,
    }

    impl Load {
        fn new() -> Self {
            Self {
                chooser: Chooser::new(),
                counted: 0,
            }
        }

        /// Many publishes with this many sessions each; what they lead to.
        fn publishes(&mut self, sessions: usize, heavy: Option<HeavyFence>) -> Pair {
            for _ in 0..100 {
                self.counted += 2 * sessions;
                self.chooser.record(self.counted, heavy);
            }
            self.chooser.pair()
        }
    }

    #[test]
    fn starts_asymmetric() {
        assert_eq!(Chooser::new().pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn publishes_without_reads_turn_symmetric_and_reads_turn_back() {
        let mut load = Load::new();
        assert_eq!(load.publishes(0, None), expected(Pair::Symmetric));
        assert_eq!(load.publishes(10_000, None), expected(Pair::Asymmetric));
        assert_eq!(load.publishes(0, None), expected(Pair::Symmetric));
    }

    #[test]
    fn a_heavy_fence_that_was_interrupted_is_not_the_rule() {
        let mut load = Load::new();
        load.publishes(20_000, heavy(5_000, 100_000));
        load.counted += 2 * 20_000;
        load.chooser
            .record(load.counted, heavy(5_000_000, 5_100_000));
        assert_eq!(load.chooser.pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn a_price_that_was_high_is_asked_again() {
        let mut load = Load::new();
        let fence = heavy(100_000, 200_000);
        assert_eq!(load.publishes(10_000, fence), expected(Pair::Symmetric));
        for _ in 0..10 {
            load.publishes(10_000, None);
        }
        assert_eq!(load.chooser.pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn a_slow_fence_does_not_matter_to_a_writer_that_has_time() {
        let mut load = Load::new();
        let rare = heavy(20_000, 200_000);
        assert_eq!(load.publishes(10_000, rare), expected(Pair::Asymmetric));
        let often = heavy(20_000, 25_000);
        assert_eq!(load.publishes(10_000, often), expected(Pair::Symmetric));
    }

    #[test]
    fn reads_that_only_the_heavy_fence_leaves_time_for_do_not_count() {
        let mut load = Load::new();
        // 15 µs between two publishes, of which 13 are the fence: the reads in them are its own
        // doing.
        let pair = load.publishes(20_000, heavy(13_000, 15_000));
        assert_eq!(pair, expected(Pair::Symmetric));
        // As many reads without the fence are worth one.
        assert_eq!(load.publishes(20_000, None), expected(Pair::Asymmetric));
    }

    #[test]
    fn a_heavy_fence_that_is_cheap_is_used_sooner() {
        let mut load = Load::new();
        let pair = load.publishes(200, heavy(13_000, 1_000_000));
        assert_eq!(pair, expected(Pair::Symmetric));
        let pair = load.publishes(200, heavy(200, 1_000_000));
        assert_eq!(pair, expected(Pair::Asymmetric));
    }

    #[test]
    fn a_publish_now_and_then_stays_asymmetric() {
        let pair = Load::new().publishes(30_000, heavy(13_000, 100_000));
        assert_eq!(pair, expected(Pair::Asymmetric));
    }

    #[test]
    fn dropped_handles_are_not_taken_for_reads() {
        let mut load = Load::new();
        load.counted = 1_000_000;
        assert_eq!(load.publishes(0, None), expected(Pair::Symmetric));
        load.chooser.record(10, None);
        assert_eq!(load.chooser.pair(), expected(Pair::Symmetric));
    }

    #[test]
    fn a_policy_overrides_the_load() {
        let mut load = Load::new();
        load.chooser.set_policy(FencePolicy::WriteMostly);
        assert_eq!(load.chooser.pair(), Pair::AlwaysSymmetric);
        load.chooser.set_policy(FencePolicy::ReadMostly);
        assert_eq!(load.publishes(0, None), expected(Pair::Asymmetric));
    }
}
