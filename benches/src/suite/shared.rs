//! Handles that threads share: what a look-up through one costs, what a write through one costs and what writers gain
//! who publish together, and when maps in which every thread reads and writes are better off without locks.

mod alone;
mod first_write;
mod look_ups;
mod together;
mod writers;

use super::plan::{Plan, Suite};
use crate::error::Error;
use crate::keys::{Key, KeySet};
use crate::open;
use crate::report::Findings;
use crate::workload;

/// Keys of a small table.
const FEW: usize = 1_000;
/// Enough that the table does not fit the first-level cache.
const KEYS: usize = 10_000;
/// Keys of a table that no cache holds.
const MANY: usize = 1_000_000;

/// The suite.
#[derive(Debug)]
pub struct SharedHandles;

impl Suite for SharedHandles {
    fn name(&self) -> &'static str {
        "shared"
    }

    fn about(&self) -> &'static str {
        "claims: handles that threads share; maps in which every thread reads and writes"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        let integers = |count: usize| KeySet::integers(count.min(plan.effort.most_keys));
        let many = integers(MANY);
        match &plan.keys {
            Some(keys) => findings(keys, keys, &many, plan),
            None => findings(&integers(FEW), &integers(KEYS), &many, plan),
        }
    }
}

fn findings<K: Key>(
    few: &KeySet<K>,
    keys: &KeySet<K>,
    many: &KeySet<u64>,
    plan: &Plan,
) -> Result<Findings, Error> {
    let effort = &plan.effort;
    let mut claims = look_ups::claims(few, effort)?;
    claims.push(writers::claim(few, effort)?);
    claims.push(alone::claim(keys, effort)?);
    let mut together = together::run(few, keys, many, plan)?;
    claims.extend(together.claims);
    together.tables.push(first_write::table(many, effort)?);
    let mut names = vec![few.name(), keys.name(), many.name()];
    names.dedup();
    Ok(Findings {
        keys: names.into_iter().map(str::to_owned).collect(),
        peers: open::notes::<K>(),
        tables: together.tables,
        claims,
        notes: [
            vec![
                "Every map has the same hasher: foldhash with a fixed seed.".to_owned(),
                "On several threads a look-up's figure is what it takes the thread that makes it; where \
                 the machine has fewer free cores than threads, waiting for one counts."
                    .to_owned(),
                "Where every thread reads and writes, each write replaces the value of a key that is there, \
                 returns the old one and is visible to all threads when it returns; every key is read back at the \
                 end. With more threads than cores, the others wait for those that run."
                    .to_owned(),
                "Before the first write after a bulk load the map is built from its entries, and made shared."
                    .to_owned(),
            ],
            together.notes,
            workload::notes(),
        ]
        .concat(),
    })
}
