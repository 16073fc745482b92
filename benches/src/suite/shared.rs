//! Handles that threads share: what a look-up through one costs, what writers gain who publish
//! together, and when maps in which every thread reads and writes are better off without locks.

mod look_ups;
mod together;
mod writers;

use super::plan::{Effort, Plan, Suite};
use crate::error::Error;
use crate::keys::{Key, KeySet};
use crate::open;
use crate::report::Findings;
use crate::workload;

const KEYS: usize = 1_000;

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
        match &plan.keys {
            Some(keys) => findings(keys, &plan.effort),
            None => findings(
                &KeySet::integers(KEYS.min(plan.effort.most_keys)),
                &plan.effort,
            ),
        }
    }
}

fn findings<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Findings, Error> {
    let mut claims = look_ups::claims(keys, effort)?;
    claims.push(writers::claim(keys, effort)?);
    let together = together::run(keys, effort)?;
    claims.extend(together.claims);
    Ok(Findings {
        keys: vec![keys.name().to_owned()],
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
                 returns the old one and is visible to all threads when it returns; a thread's last \
                 operations are read back by it at the end."
                    .to_owned(),
            ],
            together.notes,
            workload::notes(),
        ]
        .concat(),
    })
}
