//! What a map is asked to do, one kind of work per file, each compiled for each map.

mod beside;
mod compute;
mod counted;
mod crowd;
pub mod pace;
pub mod pause;
mod paused;
mod race;
mod reads;
mod writes;

pub use compute::compute;
pub use counted::{beside_another, side_by_side};
pub use race::{Lane, Running, Work, race};
pub use reads::lap;

use std::time::Duration;

use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::Peer;
use crate::workload::pace::Pace;
use crate::workload::pause::Pause;

/// One kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// Nobody writes; each thread looks up keys, with a guard per look-up or one held throughout.
    Reads {
        /// Reading threads.
        threads: usize,
        /// Whether each thread holds one guard.
        held: bool,
    },
    /// One thread reads and one writes.
    Beside(Pace),
    /// One thread looks keys up one at a time and pauses after each; one publishes every write.
    Paused(Pause),
    /// Each reading thread yields inside each of its guards; one thread publishes every write.
    Crowd {
        /// Reading threads.
        readers: usize,
        /// Whether one more thread does nothing but compute.
        computing: bool,
    },
    /// One thread writes, nobody reads.
    Writes {
        /// Writes that become visible together.
        batch: usize,
    },
}

impl Workload {
    /// What is measured, in a few words.
    #[must_use]
    pub fn name(&self) -> String {
        match *self {
            Self::Reads { .. } => format!("read, {}", self.column()),
            Self::Beside(Pace { batch, period }) => {
                let publish = each(batch);
                match period {
                    Some(period) => format!("read beside publish {publish}, one per {period:?}"),
                    None => format!("read beside publish {publish}, no pause"),
                }
            }
            Self::Paused(pause) => {
                format!("read beside publish every write, {pause} after each look-up")
            }
            Self::Crowd { .. } => format!("publish beside {}", self.column()),
            Self::Writes { batch } => format!("write, publish {}", each(batch)),
        }
    }

    /// The same for the head of a column, in a table that says what kind of work it is.
    #[must_use]
    pub fn column(&self) -> String {
        match *self {
            Self::Reads { threads, held } => {
                let plural = if threads == 1 { "" } else { "s" };
                let guard = if held { ", guard held" } else { "" };
                format!("{threads} thread{plural}{guard}")
            }
            Self::Beside(Pace { batch, period }) => match period {
                Some(period) => format!("one per {period:?}"),
                None => format!("{}, no pause", each(batch)),
            },
            Self::Paused(pause) => format!("reader {pause} after each"),
            Self::Crowd { readers, computing } => {
                let computing = if computing {
                    ", one thread computes"
                } else {
                    ""
                };
                format!("{readers} readers that yield inside{computing}")
            }
            Self::Writes { batch } => each(batch),
        }
    }

    /// The figures that a run of it gives, in their order: operations per second.
    #[must_use]
    pub fn figures(&self) -> &'static [&'static str] {
        match self {
            Self::Reads { .. } => &["reads"],
            Self::Beside(_) | Self::Paused(_) => &["reads", "writes"],
            Self::Crowd { .. } | Self::Writes { .. } => &["writes"],
        }
    }

    /// Builds a map, verifies it, works for `duration`, verifies it again.
    ///
    /// Gives as many operations per second as [`figures`](Self::figures) names, or none if this map
    /// cannot do this work.
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if any answer was wrong.
    pub fn run<K: Key, P: Peer<K>>(
        &self,
        keys: &KeySet<K>,
        order: &Order<K>,
        duration: Duration,
    ) -> Result<Vec<f64>, Mismatch> {
        match *self {
            Self::Reads { threads, held } => {
                reads::run::<K, P>(keys, order, threads, held, duration)
            }
            Self::Beside(_) | Self::Paused(_) | Self::Crowd { .. } if !P::SHARED => Ok(Vec::new()),
            Self::Beside(pace) => beside::run::<K, P>(keys, order, pace, duration),
            Self::Paused(pause) => paused::run::<K, P>(keys, order, pause, duration),
            Self::Crowd { readers, computing } => {
                crowd::run::<K, P>(keys, order, readers, computing, duration)
            }
            Self::Writes { batch } => writes::run::<K, P>(keys, order, batch, duration),
        }
    }
}

/// How this work is done and what it favours, for the reports of the suites that have it done.
#[must_use]
pub fn notes() -> Vec<String> {
    [
        "Each repetition builds its map anew with its full capacity and reads every key once and one \
         absent key before the clock starts. A writer's map is read back in full afterwards.",
        "Keys are read in shuffled order from an array in that order; every look-up's value is masked and \
         added up, and each 4,096 look-ups are compared with the known sum. All this costs less than 0.3 \
         ns per look-up, on every side. Each map's look-up has one loop and no other caller, so that the \
         compiler can inline it whole, as far as the crate allows.",
        "A claim's ratio is the median of the rounds' ratios, so it need not be that of the two medians \
         shown: a machine that changes its pace during a run does so for both sides of a round.",
        "A writer with a period spins until it is due, on a core of its own if there is one.",
        "Values are u64, there is one writer at most, and no key is inserted or removed while figures are \
         made: that favours maps that keep two copies, and hides what they cost in memory and with \
         writers on every thread.",
    ]
    .map(str::to_owned)
    .into()
}

fn each(batch: usize) -> String {
    match batch {
        1 => "every write".to_owned(),
        _ => format!("every {batch} writes"),
    }
}
