//! Every thread reads and writes: beside the best of the other maps, with keys that differ in popularity, and with so
//! many keys that no cache holds them.

mod break_even;
mod goals;
mod mix;
mod outcome;
mod work;

use std::thread;

use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::report::{Row, Table};
use crate::suite::plan::{Effort, Plan};
use break_even::BreakEven;
use mix::Mix;
use outcome::Outcome;
use work::measure;

/// One operation in so many is a write: 0.1 %, 1 %, 2 %, 5 %, 10 %, 20 %.
const SHARES: [usize; 6] = [1_000, 100, 50, 20, 10, 5];

/// Threads, also on machines with fewer cores.
const THREADS: [usize; 3] = [1, 2, 4];

/// Threads besides, on machines with as many cores.
const CORES: usize = 16;

/// Threads where keys differ in popularity: as many as the two cores that every machine of ours has.
const PAIR: usize = 2;

/// How much more popular some keys are.
const EXPONENT: f64 = 0.99;

/// The shares that are claims there, and how far ahead of each other map ours has to be.
const POPULAR: [(usize, f64); 2] = [(1_000, 1.25), (50, 1.0)];

/// How much shorter the slices are where nothing is claimed.
const SHORTER: u32 = 2;

/// What this part of the suite has found.
#[derive(Default)]
pub(super) struct Together {
    pub(super) claims: Vec<Claim>,
    pub(super) tables: Vec<Table>,
    pub(super) notes: Vec<String>,
}

impl Together {
    /// A table and the break-even for each number of threads.
    fn add(&mut self, outcomes: &[Outcome], keys: &str) {
        for outcomes in outcomes.chunks(SHARES.len()) {
            let of = format!("{}, {keys}", outcomes[0].mix.crowd());
            let leads: Vec<_> = outcomes
                .iter()
                .map(|it| (it.mix.percent(), it.lead()))
                .collect();
            self.notes.push(format!(
                "Break-even of SharedMap and the best of the other maps, {of}: {} writes.",
                BreakEven::of(&leads)
            ));
            self.tables.push(table(&of, outcomes));
        }
    }
}

fn table(of: &str, outcomes: &[Outcome]) -> Table {
    let title = format!("Every thread reads and writes: {of}");
    let mut table = Table::new(title, "millions per second");
    let names = outcomes[0].speeds.iter().map(|(name, _)| *name);
    table.rows = names.map(Row::new).collect();
    for Outcome { mix, speeds } in outcomes {
        let column = format!("{} % writes", mix.percent());
        let figures = speeds.iter().map(|(_, speed)| Some(speed.clone()));
        table.add_column(column, figures.collect());
    }
    table
}

/// Every share on so many threads.
fn mixes(threads: &[usize]) -> Vec<Mix> {
    let mixes = |&threads| SHARES.map(|share| Mix { threads, share });
    threads.iter().flat_map(mixes).collect()
}

fn crowds() -> Vec<usize> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let more = Some(CORES).filter(|it| cores >= *it);
    THREADS.into_iter().chain(more).collect()
}

/// With keys of two kinds and numbers: the popular ones are among `few`.
pub(super) fn run<K: Key>(
    few: &KeySet<K>,
    keys: &KeySet<K>,
    many: &KeySet<u64>,
    plan: &Plan,
) -> Result<Together, Error> {
    let mut found = Together::default();
    let Effort { slice, rounds, .. } = plan.effort;

    let uniform = Order::new(keys, 1);
    let outcomes = measure(keys, &uniform, &mixes(&crowds()), 1, slice, rounds)?;
    found.add(&outcomes, &format!("uniform, {}", keys.name()));
    found.claims = goals::claims(&outcomes, keys.name(), plan.line_round_trip);

    let zipf = Order::zipf(few, EXPONENT, 1);
    let outcomes = measure(few, &zipf, &mixes(&[PAIR]), 1, slice, rounds)?;
    let popular = format!("Zipf {EXPONENT}, {}", few.name());
    found.add(&outcomes, &popular);
    found.claims.extend(ahead_of_each(&outcomes, &popular));

    let mixes = mixes(&crowds());
    let Effort { slice, rounds, .. } = plan.effort.on(many.len());
    let slice = slice / SHORTER;
    let uniform = Order::new(many, 1);
    let outcomes = measure(many, &uniform, &mixes, mixes.len(), slice, rounds)?;
    found.add(&outcomes, &format!("uniform, {}", many.name()));
    found.notes.push(goals::note());
    found.notes.push(format!(
        "With {} a map is built once per round and does all of that one after another, in slices of {slice:?}; there \
         are {rounds} rounds.",
        many.name()
    ));
    Ok(found)
}

/// The claims about keys that differ in popularity.
fn ahead_of_each(outcomes: &[Outcome], keys: &str) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (share, limit) in POPULAR {
        for outcome in outcomes.iter().filter(|it| it.mix.share == share) {
            claims.extend(outcome.others().iter().map(|(name, theirs)| {
                Claim::ratio(
                    format!("{}, {keys}", outcome.mix),
                    "M/s",
                    outcome.ours().clone(),
                    (name, theirs.clone()),
                    Target::AtLeast(limit),
                )
            }));
        }
    }
    claims
}
