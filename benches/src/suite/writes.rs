//! The claims about publishing, against `left-right` 0.11: alone, beside readers of every pace, and beside readers
//! that do nothing.

mod alone;
mod beside;
mod crowd;
mod idle;
mod sides;
pub mod start;

use super::plan::{Effort, Plan, Suite};
use crate::claim::Claim;
use crate::error::Error;
use crate::keys::{Key, KeySet};
use crate::report::Findings;
use crate::workload;

const KEYS: usize = 10_000;

/// The suite.
#[derive(Debug)]
pub struct Writes;

impl Suite for Writes {
    fn name(&self) -> &'static str {
        "writes"
    }

    fn about(&self) -> &'static str {
        "claims: publishes alone and beside readers, against left-right 0.11"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        let effort = &plan.effort;
        let (name, mut claims) = match &plan.keys {
            Some(keys) => (keys.name().to_owned(), of_maps(keys, effort)?),
            None => {
                let keys = KeySet::integers(KEYS.min(effort.most_keys));
                (keys.name().to_owned(), of_maps(&keys, effort)?)
            }
        };
        claims.extend(idle::claims(effort)?);
        claims.push(start::claim(effort)?);
        Ok(Findings {
            keys: vec![name],
            claims,
            notes: [notes(), workload::notes()].concat(),
            ..Findings::default()
        })
    }
}

fn of_maps<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let claims = [
        alone::claims(keys, effort)?,
        beside::claims(keys, effort)?,
        crowd::claims(keys, effort)?,
    ];
    Ok(claims.concat())
}

fn notes() -> Vec<String> {
    vec![
        "left-right and left-right 0.11 are the same code around hashbrown; every map has the same hasher: \
         foldhash with a fixed seed."
            .to_owned(),
        format!(
            "Readers that yield inside their guards are twice as many as the cores; a repetition with them \
             takes {} times as long as the others.",
            crowd::SLICES
        ),
        "Idle readers: one more thread computes meanwhile, so that a barrier would cost something.".to_owned(),
        "A start is that of a process of its own for each repetition.".to_owned(),
        "What a writer uses of a core while it waits for a stalled reader is in the suite mixed.".to_owned(),
    ]
}
