//! The claims about reading and publishing at the same time, and about what a stalled reader costs.

mod stall;

use std::time::Duration;

use super::plan::{Effort, Plan, Suite};
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::figure::Figure;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peers::{Dash, EvmapCore, LeftRight, Papaya};
use crate::primitive::{Ours, Primitive, Registry};
use crate::report::Findings;
use crate::schedule::{Trial, interleave};
use crate::subject::{Of, Subject};
use crate::workload::pace::Pace;
use crate::workload::{self, Workload};

const KEYS: usize = 10_000;
const PERIOD: Duration = Duration::from_micros(100);

/// The suite.
#[derive(Debug)]
pub struct Mixed;

impl Suite for Mixed {
    fn name(&self) -> &'static str {
        "mixed"
    }

    fn about(&self) -> &'static str {
        "claims: reads beside a writer, handles and CPU time while a reader stalls"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        let effort = &plan.effort;
        let (name, mut claims) = match &plan.keys {
            Some(keys) => (keys.name().to_owned(), beside(keys, effort)?),
            None => {
                let keys = KeySet::integers(KEYS.min(effort.most_keys));
                (keys.name().to_owned(), beside(&keys, effort)?)
            }
        };
        claims.extend(stalled(effort)?);
        Ok(Findings {
            keys: vec![name],
            claims,
            notes: [
                vec![
                "Every map has the same hasher: foldhash with a fixed seed.".to_owned(),
                "Handles are made, cloned and dropped one at a time, each one timed; the figure is the \
                 99.9th percentile of a stall, and its median is taken over the stalls. With left-right \
                 0.11 the same inside the guard is a deadlock and is not tried."
                    .to_owned(),
                ],
                workload::notes(),
            ]
            .concat(),
            ..Findings::default()
        })
    }
}

fn pace(batch: usize, period: Option<Duration>) -> Workload {
    Workload::Beside(Pace { batch, period })
}

/// One reader beside one writer, and the same reader alone.
fn beside<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let order = Order::new(keys, 1);
    let core = Of::<EvmapCore<K, CommonHasher>>::new();
    let left_right = Of::<LeftRight<K, CommonHasher>>::new();
    let papaya = Of::<Papaya<K, CommonHasher>>::new();
    let dash = Of::<Dash<K, CommonHasher>>::new();
    let alone = Workload::Reads {
        threads: 1,
        held: false,
    };
    let paced = pace(1, Some(PERIOD));
    let (each, hundred) = (pace(1, None), pace(100, None));
    let sides: [(&dyn Subject<K>, Workload); 9] = [
        (&core, paced),
        (&left_right, paced),
        (&papaya, paced),
        (&dash, paced),
        (&core, alone),
        (&core, each),
        (&left_right, each),
        (&core, hundred),
        (&left_right, hundred),
    ];
    let mut trials: Vec<Trial<'_>> = sides
        .iter()
        .map(|(subject, workload)| {
            let name = format!("{}: {}", subject.name(), workload.name());
            let order = &order;
            Trial::new(name, move || {
                subject.run(workload, keys, order, effort.slice)
            })
        })
        .collect();
    let figures: Vec<Vec<Figure>> = interleave(&mut trials, effort.rounds)?
        .into_iter()
        .map(|figures| {
            let millions = figures
                .iter()
                .map(|it| it.map(|per_second| per_second / 1e6));
            millions.collect()
        })
        .collect();
    let claim = |side: usize, figure: usize, other: usize, limit: f64| {
        let what = sides[side].1.figures()[figure];
        let (rival, pace) = (&sides[other], sides[side].1.column());
        let beside = ["a writer", "a reader"][figure];
        let alone = if rival.1 == alone { ", no writer" } else { "" };
        Claim::ratio(
            format!("{what} beside {beside}, {pace}"),
            "M/s",
            figures[side][figure].clone(),
            (
                &format!("{}{alone}", rival.0.name()),
                figures[other][figure].clone(),
            ),
            Target::AtLeast(limit),
        )
    };
    Ok(vec![
        claim(0, 0, 1, 4.0),
        claim(0, 0, 2, 3.0),
        claim(0, 0, 3, 3.0),
        claim(0, 0, 4, 0.95),
        claim(5, 1, 6, 1.0),
        claim(5, 0, 6, 2.0),
        claim(7, 1, 8, 1.2),
        claim(7, 0, 8, 1.0),
    ])
}

/// Handles, and the writer's CPU time, while a publish waits for a reader.
fn stalled(effort: &Effort) -> Result<Vec<Claim>, Error> {
    let stall = effort.stall;
    let mut trials = [
        Trial::new("left-right: handles during a stall", || {
            stall::handles_outside::<Ours>(stall)
        }),
        Trial::new("left-right 0.11: handles during a stall", || {
            stall::handles_outside::<Registry>(stall)
        }),
        Trial::new("left-right: handles inside the stalling guard", || {
            stall::handles_inside::<Ours>(stall)
        }),
        Trial::new("left-right: CPU time of a waiting writer", || {
            stall::cpu_share::<Ours>(stall)
        }),
        Trial::new("left-right 0.11: CPU time of a waiting writer", || {
            stall::cpu_share::<Registry>(stall)
        }),
    ];
    let figures = interleave(&mut trials, effort.stalls)?;
    let [outside, registry, inside, cpu, registry_cpu] = &figures[..] else {
        unreachable!("as many results as trials");
    };
    let mut claims = Vec::new();
    for (at, what) in stall::HANDLE_FIGURES.iter().enumerate() {
        claims.push(Claim::absolute(
            format!("{what} a handle, publish stalled {stall:?} (p99.9)"),
            "\u{b5}s",
            outside[at].clone(),
            Some((Registry::NAME, registry[at].clone())),
            Target::Below(10.0),
        ));
    }
    for (at, what) in stall::HANDLE_FIGURES.iter().enumerate() {
        claims.push(Claim::absolute(
            format!("{what} a handle inside the stalling guard (p99.9)"),
            "\u{b5}s",
            inside[at].clone(),
            None,
            Target::Below(10.0),
        ));
    }
    claims.push(Claim::absolute(
        format!("CPU of a writer stalled {stall:?}"),
        "% core",
        cpu[0].clone(),
        Some((Registry::NAME, registry_cpu[0].clone())),
        Target::Below(2.0),
    ));
    Ok(claims)
}
