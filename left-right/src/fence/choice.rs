//! Which pair of fences the next published copy asks for.
//!
//! The heavy fence costs the writer microseconds per publish; a full fence costs a reader nanoseconds
//! per enter. So the heavy fence pays when enough is read per publish. Readers count only the sessions
//! that they fence, since they have time to count then; those of the cheap enter cost nothing extra. So
//! while readers do not fence, the writer asks them to for one publish now and then, as a sample. It
//! also times the heavy fences that it makes, whose price differs by two orders of magnitude between
//! machines. The writer looks only when it publishes; between two publishes the readers themselves can
//! ask for the light fence (see
//! [`Published::prefer_light_fence`](crate::published::Published::prefer_light_fence)), so a writer
//! that publishes a burst and then goes quiet leaves nobody with an expensive enter, and a sample
//! costs them no more than some microseconds.

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

/// After how many publishes without fences of the readers they are asked for one, to count.
const SAMPLED: u32 = if cfg!(loom) { 2 } else { 64 };

/// The same for the first sample, so that a structure that nobody reads finds out soon.
const FIRST_SAMPLED: u32 = 2;

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

/// What became of the pointer that a publish swapped out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outgoing {
    /// It asked for no fences, so the publish made this one.
    Asymmetric(HeavyFence),
    /// Its readers fenced, and counted.
    Symmetric,
    /// Its readers fenced and counted until one of them found that they were too many.
    TagTakenOff,
}

/// Chooses the pair for the next publish.
#[derive(Debug)]
pub(crate) struct Chooser {
    policy: FencePolicy,
    /// How many sessions the slots had fenced at the last publish.
    counted: usize,
    /// Sessions per publish: by the last sample, or smoothed over the last few publishes whose readers
    /// fenced.
    sessions: u64,
    /// Publishes until the next sample.
    unsampled: u32,
    /// What a heavy fence costs everybody, in nanoseconds: at once when it is dear, slowly forgotten.
    heavy: u64,
}

impl Chooser {
    pub(crate) fn new() -> Self {
        Self {
            policy: FencePolicy::Adaptive,
            counted: 0,
            // A structure starts as one that is mostly read.
            sessions: many(HEAVY_FENCE),
            unsampled: FIRST_SAMPLED,
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
            (_, FencePolicy::Adaptive) if self.is_read_little() || self.unsampled == 0 => {
                Pair::Symmetric
            }
            (_, FencePolicy::Adaptive) => Pair::Asymmetric,
        }
    }

    /// Whether fences on both sides cost less than a heavy fence.
    fn is_read_little(&self) -> bool {
        self.sessions.saturating_mul(FULL_FENCE) < self.heavy
    }

    /// Takes note of how many sessions the slots have fenced by now, and of what the publish swapped
    /// out.
    pub(crate) fn record(&mut self, fenced: usize, outgoing: Outgoing) {
        let since_last = fenced.wrapping_sub(self.counted);
        self.counted = fenced;
        match outgoing {
            Outgoing::Asymmetric(heavy) => {
                // At 0 the sample is the pointer that was swapped in just now.
                self.unsampled = self.unsampled.checked_sub(1).unwrap_or(SAMPLED);
                self.learn(price(heavy));
            }
            Outgoing::Symmetric => {
                self.forget();
                // Handles that were dropped take their counts along. That makes the difference
                // negative, seen as a huge number: nothing is known about this interval then.
                let sample = u64::try_from(since_last)
                    .ok()
                    .filter(|_| since_last < usize::MAX / 2);
                if let Some(sample) = sample {
                    self.take_sample(sample);
                }
            }
            Outgoing::TagTakenOff => {
                self.sessions = many(self.heavy);
                self.unsampled = SAMPLED;
            }
        }
    }

    /// The readers of the last copy fenced this many sessions.
    fn take_sample(&mut self, sessions: u64) {
        self.sessions = if self.is_read_little() {
            (self.sessions.saturating_mul(3).saturating_add(sessions)) / 4
        } else {
            // The first one after a while: what was known before is old.
            sessions
        };
        self.unsampled = SAMPLED;
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

/// So many sessions per publish that a heavy fence of this price is well worth it.
fn many(heavy: u64) -> u64 {
    2 * heavy / FULL_FENCE
}

/// What a heavy fence has cost everybody.
fn price(HeavyFence { took, interval }: HeavyFence) -> u64 {
    let (took, interval) = (nanoseconds(took), nanoseconds(interval));
    let busy = took.min(interval) as f64 / interval.max(1) as f64;
    (took as f64 * (1.0 + INTERRUPTIONS * busy)) as u64
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

    /// What a publish meets with.
    #[derive(Clone, Copy)]
    struct Load {
        /// Sessions until the next publish.
        sessions: usize,
        /// After so many fenced ones a reader takes the tag off.
        patience: usize,
        /// How long a heavy fence takes, and how long a publish is after the one before.
        heavy: (u64, u64),
    }

    /// Reads that a fence of 10 µs, once in a while, is worth, and ones that it is not.
    const MANY: Load = Load {
        sessions: 10_000,
        patience: 6_000,
        heavy: (10_000, 1_000_000),
    };
    const FEW: Load = Load {
        sessions: 10,
        ..MANY
    };

    /// A chooser, and the readers and publishes around it.
    struct Pairs {
        chooser: Chooser,
        /// What the published pointer asks for.
        pair: Pair,
        fenced: usize,
    }

    impl Pairs {
        fn new() -> Self {
            let chooser = Chooser::new();
            Self {
                pair: chooser.pair(),
                chooser,
                fenced: 0,
            }
        }

        /// One publish; what it asks its readers for.
        fn publish(&mut self, load: Load) -> Pair {
            let out = std::mem::replace(&mut self.pair, self.chooser.pair());
            let outgoing = match out {
                Pair::Asymmetric => Outgoing::Asymmetric(HeavyFence {
                    took: Duration::from_nanos(load.heavy.0),
                    interval: Duration::from_nanos(load.heavy.1),
                }),
                Pair::Symmetric if load.sessions > load.patience => {
                    self.fenced = self.fenced.wrapping_add(load.patience);
                    Outgoing::TagTakenOff
                }
                Pair::Symmetric | Pair::AlwaysSymmetric => {
                    self.fenced = self.fenced.wrapping_add(load.sessions);
                    Outgoing::Symmetric
                }
            };
            self.chooser.record(self.fenced, outgoing);
            self.pair
        }

        /// How many of many publishes asked for this pair.
        fn asked_for(&mut self, pair: Pair, load: Load) -> usize {
            let asked = (0..1_000).filter(|_| self.publish(load) == expected(pair));
            asked.count()
        }
    }

    #[test]
    fn starts_asymmetric() {
        assert_eq!(Chooser::new().pair(), expected(Pair::Asymmetric));
    }

    #[test]
    fn publishes_without_reads_turn_symmetric_and_reads_turn_back() {
        let mut pairs = Pairs::new();
        assert!(pairs.asked_for(Pair::Symmetric, FEW) > 990);
        assert!(pairs.asked_for(Pair::Asymmetric, MANY) > 950);
        assert!(pairs.asked_for(Pair::Symmetric, FEW) > 900);
    }

    #[test]
    fn samples_are_few() {
        if expected(Pair::Asymmetric) == Pair::Asymmetric {
            let mut pairs = Pairs::new();
            pairs.asked_for(Pair::Asymmetric, MANY);
            let samples = pairs.asked_for(Pair::Symmetric, MANY);
            assert!((1..=20).contains(&samples), "{samples}");
        }
    }

    #[test]
    fn reads_that_no_reader_finds_too_many_are_counted() {
        let load = |sessions| Load {
            sessions,
            patience: usize::MAX,
            ..MANY
        };
        let mut pairs = Pairs::new();
        pairs.asked_for(Pair::Asymmetric, MANY);
        assert!(pairs.asked_for(Pair::Asymmetric, load(3_000)) > 950);
        assert!(pairs.asked_for(Pair::Symmetric, load(1_000)) > 900);
        assert!(pairs.asked_for(Pair::Asymmetric, load(10_000)) > 900);
    }

    #[test]
    fn one_slow_publish_among_fast_ones_changes_nothing() {
        let mut pairs = Pairs::new();
        pairs.asked_for(Pair::Symmetric, FEW);
        let load = Load {
            sessions: 3_000,
            ..FEW
        };
        pairs.publish(load);
        assert_eq!(pairs.publish(FEW), expected(Pair::Symmetric));
    }

    #[test]
    fn a_heavy_fence_that_was_interrupted_is_not_the_rule() {
        let load = Load {
            sessions: 5_000,
            ..MANY
        };
        let mut pairs = Pairs::new();
        pairs.asked_for(Pair::Asymmetric, load);
        while pairs.publish(load) != expected(Pair::Asymmetric) {}
        let interrupted = Load {
            heavy: (5_000_000, 5_100_000),
            ..load
        };
        pairs.publish(interrupted);
        assert!(pairs.asked_for(Pair::Asymmetric, load) > 950);
    }

    #[test]
    fn a_price_that_was_high_is_asked_again() {
        let load = |heavy| Load {
            sessions: 5_000,
            heavy,
            ..MANY
        };
        let mut pairs = Pairs::new();
        let dear = load((100_000, 1_000_000));
        assert!(pairs.asked_for(Pair::Symmetric, dear) > 900);
        let cheap = load((10_000, 1_000_000));
        pairs.asked_for(Pair::Asymmetric, cheap);
        assert!(pairs.asked_for(Pair::Asymmetric, cheap) > 900);
    }

    #[test]
    fn a_slow_fence_does_not_matter_to_a_writer_that_has_time() {
        let load = |heavy| Load {
            sessions: 5_000,
            heavy,
            ..MANY
        };
        let mut pairs = Pairs::new();
        let rare = load((20_000, 2_000_000));
        assert!(pairs.asked_for(Pair::Asymmetric, rare) > 900);
        let often = load((20_000, 25_000));
        assert!(pairs.asked_for(Pair::Symmetric, often) > 900);
    }

    #[test]
    fn dropped_handles_are_not_taken_for_reads() {
        let mut pairs = Pairs::new();
        pairs.fenced = 1_000_000;
        pairs.asked_for(Pair::Symmetric, FEW);
        pairs.fenced = 10;
        pairs.publish(FEW);
        assert_eq!(pairs.publish(FEW), expected(Pair::Symmetric));
    }

    #[test]
    fn a_policy_overrides_the_load() {
        let mut pairs = Pairs::new();
        pairs.chooser.set_policy(FencePolicy::WriteMostly);
        assert_eq!(pairs.chooser.pair(), Pair::AlwaysSymmetric);
        pairs.chooser.set_policy(FencePolicy::ReadMostly);
        assert_eq!(pairs.asked_for(Pair::Asymmetric, FEW), 1_000);
    }
}
