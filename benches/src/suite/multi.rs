//! Maps from a key to many values: `evmap-multi` beside what it comes from and what people build instead.

use std::num::Wrapping;

use super::plan::{Effort, Plan, Suite};
use crate::bags::work::{INSERTS, Kind, PUBLISH, Task};
use crate::bags::{Bags, Dash, Evmap, Locked, Multi, Plain};
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::figure::Figure;
use crate::keys::{KeySet, thousands};
use crate::report::{Findings, PeerNote, Row, Table};
use crate::schedule::{Trial, interleave};

/// The suite.
#[derive(Debug)]
pub struct MultiValue;

impl Suite for MultiValue {
    fn name(&self) -> &'static str {
        "multi"
    }

    fn about(&self) -> &'static str {
        "claims: the multi-value map against evmap 11, and vectors in dashmap and RwLock"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        plan.only_integers(self.name())?;
        measure(&plan.effort)
    }
}

/// A task, what our share of `evmap` 11's time may be, and how it is called.
struct Column {
    name: String,
    task: Task,
    most_time: f64,
}

fn columns(effort: &Effort) -> Vec<Column> {
    let small = |count: usize| count.min(effort.most_keys);
    let column = |name: String, keys: usize, size: usize, kind: Kind, most_time: f64| Column {
        name,
        task: Task {
            keys: KeySet::integers(small(keys)),
            size,
            kind,
        },
        most_time,
    };
    let large = [10_000, 100_000].map(small);
    let bag = |size: usize| match size {
        1 => "1 value per key".to_owned(),
        _ => format!("{} values per key", thousands(size)),
    };
    let mut columns = vec![
        column(
            format!("get_one, {}", bag(1)),
            1_000,
            1,
            Kind::GetOne,
            1.0 / 6.0,
        ),
        column(
            format!("get_one, {}", bag(8)),
            1_000,
            8,
            Kind::GetOne,
            1.0 / 6.0,
        ),
        column(format!("iterate, {}", bag(8)), 1_000, 8, Kind::Iterate, 1.0),
        column(
            format!("iterate, {}", bag(large[0])),
            4,
            large[0],
            Kind::Iterate,
            1.0,
        ),
        column(
            format!("insert, publish every {PUBLISH}"),
            10_000,
            1,
            Kind::Insert,
            1.0 / 1.2,
        ),
    ];
    // Some thousand removals each: the scans of a vector take their time.
    for (keys, size, share) in [(4, large[0], 4), (1, large[1], 10)] {
        columns.push(column(
            format!("remove_value, {}", bag(size)),
            keys,
            size,
            Kind::Remove(keys * size / share),
            1.0,
        ));
    }
    columns
}

type Run = fn(&Task, &Effort) -> Result<Vec<f64>, Error>;

/// A map: its name, how it is driven, and one repetition of a task.
type Side = (&'static str, &'static str, Run);

fn side<One: Bags, All: Bags>() -> Side {
    fn run<One: Bags, All: Bags>(task: &Task, effort: &Effort) -> Result<Vec<f64>, Error> {
        match task.run::<One, All>(effort.slice) {
            Ok(rate) => Ok(vec![rate]),
            Err(mismatch) => Err(mismatch.at(All::NAME, &format!("{:?}", task.kind))),
        }
    }
    (All::NAME, All::HOW, run::<One, All>)
}

/// The values of maps that are asked for one, and of all others.
type V = Wrapping<i64>;
type W = Wrapping<u64>;

fn measure(effort: &Effort) -> Result<Findings, Error> {
    let sides = [
        side::<Multi<V>, Multi<W>>(),
        side::<Evmap<V>, Evmap<W>>(),
        side::<Dash<V>, Dash<W>>(),
        side::<Locked<V>, Locked<W>>(),
        side::<Plain<V>, Plain<W>>(),
    ];
    let columns = columns(effort);
    let mut trials = Vec::new();
    for Column { name, task, .. } in &columns {
        for (map, _, run) in sides {
            trials.push(Trial::new(format!("{map}: {name}"), move || {
                run(task, effort)
            }));
        }
    }
    let mut figures = interleave(&mut trials, effort.rounds)?
        .into_iter()
        .map(|mut figures| figures.remove(0));

    let mut tables = ["Reading bags", "Writing bags"].map(|title| {
        let mut table = Table::new(title, "millions of values per second");
        table.rows = sides.iter().map(|(name, ..)| Row::new(*name)).collect();
        table
    });
    let [reading, writing] = &mut tables;
    let mut claims = Vec::new();
    for column in &columns {
        let speeds: Vec<Figure> = figures.by_ref().take(sides.len()).collect();
        claims.push(claim(column, &speeds));
        let millions = |it: &Figure| Some(it.map(|per_second| per_second / 1e6));
        let table = match column.task.kind {
            Kind::GetOne | Kind::Iterate => &mut *reading,
            Kind::Insert | Kind::Remove(_) => &mut *writing,
        };
        table.add_column(column.name.clone(), speeds.iter().map(millions).collect());
    }
    Ok(Findings {
        keys: vec![
            "1,000, 4 or 1 u64 keys, 10,000 for inserts; bags of distinct values of 8 bytes"
                .to_owned(),
        ],
        peers: sides
            .iter()
            .map(|(name, how, _)| PeerNote::new(*name, *how))
            .collect(),
        tables: tables.into(),
        claims,
        notes: vec![
            "Every map has the same hasher: foldhash with a fixed seed. Look-ups take and give back \
             whatever guard the map needs, one per bag."
                .to_owned(),
            format!(
                "Inserts: each key has one value and gets {INSERTS} more; removals: a quarter of the \
                 values, of the largest bag a tenth; both in shuffled order, {PUBLISH} per publish. All \
                 bags are added up afterwards."
            ),
        ],
    })
}

/// Against `evmap` 11, the second side: writes by their rate, reads by their time, and those beside the
/// floor, the last side.
fn claim(column: &Column, speeds: &[Figure]) -> Claim {
    let of = |side: usize| match column.task.kind {
        Kind::Insert => speeds[side].map(|per_second| per_second / 1e6),
        _ => speeds[side].map(|per_second| 1e9 / per_second),
    };
    let (unit, target) = match column.task.kind {
        Kind::Insert => ("M/s", Target::AtLeast(1.0 / column.most_time)),
        _ => ("ns", Target::AtMost(column.most_time)),
    };
    let rival = (Evmap::<W>::NAME, of(1));
    let claim = Claim::ratio(column.name.clone(), unit, of(0), rival, target);
    match column.task.kind {
        Kind::GetOne => claim.above_floor(&of(speeds.len() - 1)),
        _ => claim,
    }
}
