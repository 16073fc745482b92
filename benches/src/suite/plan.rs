//! What a suite is, what the caller asked of it, and how much time it may take.

use std::fmt::Debug;
use std::time::Duration;

use crate::error::Error;
use crate::keys::KeySet;
use crate::report::Findings;

/// A set of measurements that are made together.
pub trait Suite: Debug + Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// What it is for, in a line.
    fn about(&self) -> &'static str;

    /// How the figures are made.
    fn method(&self, effort: &Effort) -> Vec<String> {
        vec![
            format!(
                "Each figure is the median of {} rounds of {:?} (waits for a stalled reader: {} of {:?}) with \
                 the median absolute deviation in per cent; report.json has every sample.",
                effort.rounds, effort.slice, effort.stalls, effort.stall
            ),
            "Rounds are interleaved: each round runs every measurement once and begins with another one, so \
             that drift of the machine hits all alike."
                .to_owned(),
        ]
    }

    /// Makes the measurements.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if the plan asks for what this suite does not offer, [`Error::Wrong`] if a
    /// peer answered wrongly.
    fn run(&self, plan: &Plan) -> Result<Findings, Error>;
}

/// What the caller asked for.
#[derive(Debug)]
pub struct Plan {
    /// The keys of a file instead of generated ones.
    pub keys: Option<KeySet<String>>,
    /// How long and how often.
    pub effort: Effort,
    /// Only the peers whose names contain this, and `evmap-core`.
    pub filter: Option<String>,
    /// Each peer with its own default hasher.
    pub native_hashers: bool,
    /// How long a cache line takes from one thread to another and back, in nanoseconds, if that could be measured.
    pub line_round_trip: Option<f64>,
}

impl Plan {
    /// Refuses a file of keys.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if one was given.
    pub fn only_integers(&self, suite: &str) -> Result<(), Error> {
        match self.keys {
            None => Ok(()),
            Some(_) => Err(Error::Usage(format!(
                "--keys has no meaning for suite `{suite}`, which generates its keys"
            ))),
        }
    }

    /// Refuses the options that only the comparison has.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] if one of them was given.
    pub fn only_defaults(&self, suite: &str) -> Result<(), Error> {
        let given = match (&self.filter, self.native_hashers) {
            (Some(_), _) => "--filter",
            (None, true) => "--native-hasher",
            (None, false) => return Ok(()),
        };
        Err(Error::Usage(format!(
            "{given} works with the default comparison only: suite `{suite}` has its peers and hasher fixed"
        )))
    }
}

/// How much time the figures may take.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Repetitions of each measurement.
    pub rounds: usize,
    /// The time that one repetition works.
    pub slice: Duration,
    /// The most keys that are generated.
    pub most_keys: usize,
    /// Repetitions of the measurements that wait for a stalled reader.
    pub stalls: usize,
    /// How long a reader stalls.
    pub stall: Duration,
    /// Whether the figures are only there to see that everything works.
    pub smoke: bool,
}

/// Building and verifying a map of more keys than this takes longer than the measurement itself.
const MANY_KEYS: usize = 50_000;

impl Effort {
    /// The same in about the same time, if this many keys were given.
    #[must_use]
    pub fn on(self, keys: usize) -> Self {
        let rounds = match keys > MANY_KEYS {
            true => self.rounds.min(7),
            false => self.rounds,
        };
        Self { rounds, ..self }
    }

    /// For figures that mean something.
    pub const FULL: Self = Self {
        // Many short ones: what else runs on the machine then spoils some samples and spares the median.
        rounds: 15,
        slice: Duration::from_millis(50),
        most_keys: usize::MAX,
        stalls: 3,
        stall: Duration::from_secs(1),
        smoke: false,
    };

    /// For seeing that everything works.
    pub const QUICK: Self = Self {
        rounds: 2,
        slice: Duration::from_millis(2),
        most_keys: 1_000,
        stalls: 1,
        stall: Duration::from_millis(50),
        smoke: true,
    };
}
