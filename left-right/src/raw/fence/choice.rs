//! Which pair of fences the next published copy asks for.
//!
//! With fences on both sides each enter costs its reader some nanoseconds. Without, an enter costs none,
//! and a publish may cost the writer time: a reader that reads all the time moves on to the new copy by
//! itself, within some hundred nanoseconds, and one that has not read since the publish before costs
//! nothing; but one that has, and then paused, costs a heavy fence, of microseconds. Which of the two is
//! less depends on the load. So the writer counts what it does ask for, and now and then asks for the other
//! for one publish, as a sample.
//!
//! Readers count only the critical sections that they fence, since they have time to count then; those of the cheap
//! enter cost nothing extra. The writer looks only when it publishes; between two publishes the readers
//! themselves can ask for the light fence (see
//! [`Current::prefer_light_fence`](crate::raw::current::Current::prefer_light_fence)), so a writer
//! that publishes a burst and then goes quiet leaves nobody with an expensive enter, and a sample costs
//! a reader some tens of microseconds at most.

#![forbid(unsafe_code)]

use std::time::Duration;

use super::{FenceStrategy, fence_strategy};

/// What a full fence costs a reader, in nanoseconds, on current x86 machines.
const FULL_FENCE: u64 = 5;

/// What a publish without fences of the readers is taken to cost before one was timed, in nanoseconds.
const ASSUMED: u64 = 5_000;

/// How many times its own time a wait for readers costs a writer that makes one after another, on top of
/// that time: it has other work waiting, and each heavy fence interrupts every running thread of the
/// process. A writer that is mostly idle loses nothing.
const INTERRUPTIONS: f64 = 3.0;

/// After how many publishes of one kind there is one of the other, to count what that costs.
const SAMPLED: u32 = if cfg!(loom) { 2 } else { 64 };

/// The same for the first sample, so that a structure that nobody reads finds out soon.
const FIRST_SAMPLED: u32 = 2;

/// What costs less than this, in nanoseconds, is good enough: no samples of anything else.
const CHEAP: u64 = if cfg!(loom) { 0 } else { 150 };

/// Which fences a structure uses, set with
/// [`WriteHandle::set_fence_policy`](crate::WriteHandle::set_fence_policy).
///
/// The default suits nearly everybody. It makes no difference where [`fence_strategy`] is
/// [`FenceStrategy::Fences`].
///
/// ```
/// use left_right::doctest::Count;
/// use left_right::FencePolicy;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// assert_eq!(FencePolicy::default(), FencePolicy::Adaptive);
/// writer.set_fence_policy(FencePolicy::WriteMostly);
/// writer.append(1).publish();
/// assert_eq!(reader.enter().unwrap().0, 1);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FencePolicy {
    /// Follow the load: no fence in an enter, but for the first one after a publish, while waiting for the readers
    /// costs the writer little; fences on both sides while it does not, since readers pause all the time.
    #[default]
    Adaptive,
    /// No fence in an enter, but for the first one after a publish: the cheapest one. A publish costs a
    /// process-wide barrier, of microseconds, which interrupts every running thread of the process, unless all
    /// readers move on to the new copy by themselves or stay idle.
    ReadMostly,
    /// Always fences on both sides: no system call in a publish, but for the first one after this
    /// was chosen; an enter costs some nanoseconds more. For writers that must not interrupt threads that have nothing to do with the data.
    WriteMostly,
}

/// The pair of fences that a published pointer asks its readers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fences {
    /// Light for readers, heavy for the writer that swaps this pointer out.
    Asymmetric,
    /// Full on both sides, until a reader asks for the light fence.
    Symmetric,
    /// Full on both sides, whatever readers would like.
    AlwaysSymmetric,
}

/// What became of a pointer that was swapped out.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outgoing {
    /// It asked for no fences, and this is what its readers have cost the writer, if anything.
    Asymmetric(Option<Cost>),
    /// Its readers fenced, and counted.
    Symmetric,
    /// Its readers fenced and counted until one of them found that they were too many.
    TagTakenOff,
}

/// A wait for readers that had not fenced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) took: Duration,
    /// From the end of the wait before this one to the end of this one.
    pub(crate) interval: Duration,
}

/// Chooses the pair for the next publish.
#[derive(Debug)]
pub(crate) struct Chooser {
    policy: FencePolicy,
    /// How many critical sections the slots had fenced when it last heard of them.
    counted: usize,
    /// What a publish costs, in nanoseconds, if readers do not fence, and if they do: smoothed over the
    /// last few, or the last sample.
    asymmetric: u64,
    symmetric: u64,
    /// Publishes until the next sample.
    unsampled: u32,
}

impl Chooser {
    pub(crate) fn new() -> Self {
        Self {
            policy: FencePolicy::Adaptive,
            counted: 0,
            asymmetric: ASSUMED,
            // A structure starts as one that is mostly read.
            symmetric: dear(ASSUMED),
            unsampled: FIRST_SAMPLED,
        }
    }

    pub(crate) fn set_policy(&mut self, policy: FencePolicy) {
        self.policy = policy;
    }

    /// The pair for the pointer that is published next.
    #[inline]
    pub(crate) fn fences(&mut self) -> Fences {
        match (fence_strategy(), self.policy) {
            (FenceStrategy::Fences, _) | (_, FencePolicy::WriteMostly) => {
                return Fences::AlwaysSymmetric;
            }
            (_, FencePolicy::ReadMostly) => return Fences::Asymmetric,
            (_, FencePolicy::Adaptive) => {}
        }
        let (best, cost, other) = match self.asymmetric <= self.symmetric {
            true => (Fences::Asymmetric, self.asymmetric, Fences::Symmetric),
            false => (Fences::Symmetric, self.symmetric, Fences::Asymmetric),
        };
        if cost <= CHEAP {
            return best;
        }
        match self.unsampled.checked_sub(1) {
            Some(left) => {
                self.unsampled = left;
                best
            }
            None => {
                self.unsampled = SAMPLED;
                other
            }
        }
    }

    /// Takes note of how many critical sections the slots have fenced by now, and of what has become of the
    /// pointer that was swapped out.
    #[inline]
    pub(crate) fn note(&mut self, fenced: usize, outgoing: Outgoing) {
        let since_last = fenced.wrapping_sub(self.counted);
        self.counted = fenced;
        let is_symmetric_best = self.symmetric < self.asymmetric;
        match outgoing {
            Outgoing::Asymmetric(cost) => {
                let cost = cost.map_or(0, nanoseconds_of);
                self.asymmetric = learn(self.asymmetric, cost, is_symmetric_best);
            }
            // A reader that went while the slots were counted may have been counted twice: what follows
            // seems to be less than nothing, and says nothing.
            Outgoing::Symmetric if since_last > usize::MAX / 2 => {}
            Outgoing::Symmetric => {
                let cost = (since_last as u64).saturating_mul(FULL_FENCE);
                self.symmetric = learn(self.symmetric, cost, !is_symmetric_best);
            }
            Outgoing::TagTakenOff => self.symmetric = self.symmetric.max(dear(self.asymmetric)),
        }
    }
}

/// What is known about a cost after one more publish. A sample after a while replaces what was known;
/// one among others counts a quarter, and less if it is out of all proportion, as when the writer was
/// descheduled in the middle.
fn learn(known: u64, cost: u64, is_sample: bool) -> u64 {
    if is_sample {
        cost
    } else {
        (3 * known + cost.min(4 * known + ASSUMED)) / 4
    }
}

/// More than a publish is worth that costs this much.
fn dear(cost: u64) -> u64 {
    4 * cost + ASSUMED
}

/// What a wait has cost everybody.
fn nanoseconds_of(Cost { took, interval }: Cost) -> u64 {
    let (took, interval) = (nanoseconds(took), nanoseconds(interval));
    let busy = took.min(interval) as f64 / interval.max(1) as f64;
    (took as f64 * (1.0 + INTERRUPTIONS * busy)) as u64
}

fn nanoseconds(duration: Duration) -> u64 {
    // Caps at an hour, so that sums and products of a few cannot overflow.
    duration.min(Duration::from_secs(3600)).as_nanos() as u64
}

#[cfg(all(test, not(loom)))]
mod tests;
