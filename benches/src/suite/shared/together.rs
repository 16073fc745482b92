//! Every thread reads and writes.

use std::time::Duration;

use crate::claim::{Claim, Target};
use crate::error::{Error, Mismatch};
use crate::figure::Figure;
use crate::keys::{Key, KeySet};
use crate::open::turns::{Turns, check};
use crate::open::{Dash, Open, Ours, Papaya, Scc};
use crate::order::{BATCH, Order};
use crate::report::{Row, Table};
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;
use crate::workload::{Lane, Work, race};

/// How popular the keys are.
const SKEWS: [(&str, Option<f64>); 2] = [("uniform", None), ("Zipf 0.99", Some(0.99))];

/// One operation in so many is a write: 0.1 %, 1 %, 2 %, 5 %, 10 %, 20 %.
const SHARES: [usize; 6] = [1_000, 100, 50, 20, 10, 5];

/// The shares that are claims, and how far ahead of each other map ours has to be.
const CLAIMS: [(usize, &str, f64); 2] = [(1_000, "99.9 % reads", 1.25), (50, "98 % reads", 1.0)];

/// Threads: as many as the two cores that every machine of ours has.
const THREADS: usize = 2;

/// What this part of the suite has found.
pub(super) struct Together {
    pub(super) claims: Vec<Claim>,
    pub(super) tables: Vec<Table>,
    pub(super) notes: Vec<String>,
}

type Run<K> = fn(&KeySet<K>, &Order<K>, usize, Duration) -> Result<f64, Mismatch>;

/// The maps, ours first.
fn maps<K: Key>() -> [(&'static str, Run<K>); 4] {
    [
        (Ours::<K>::NAME, run_one::<K, Ours<K>>),
        (Dash::<K>::NAME, run_one::<K, Dash<K>>),
        (Papaya::<K>::NAME, run_one::<K, Papaya<K>>),
        (Scc::<K>::NAME, run_one::<K, Scc<K>>),
    ]
}

pub(super) fn run<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Together, Error> {
    let maps = maps::<K>();
    let orders = SKEWS.map(|(_, exponent)| match exponent {
        None => Order::new(keys, 1),
        Some(exponent) => Order::zipf(keys, exponent, 1),
    });
    let mut trials = Vec::new();
    for ((skew, _), order) in SKEWS.iter().zip(&orders) {
        for share in SHARES {
            for (name, run) in maps {
                let trial = format!("{name}: one write in {share}, {skew}");
                trials.push(Trial::new(trial, move || {
                    let rate = run(keys, order, share, effort.slice);
                    let rate = rate.map_err(|it| it.at(name, "every thread reads and writes"));
                    Ok(vec![rate?])
                }));
            }
        }
    }
    let figures = interleave(&mut trials, effort.rounds)?;
    let mut figures = figures.into_iter().map(|mut series| series.remove(0));
    let mut found = Together {
        claims: Vec::new(),
        tables: Vec::new(),
        notes: Vec::new(),
    };
    for (skew, _) in SKEWS {
        let by_share = SHARES.map(|share| {
            (
                share,
                maps.map(|_| {
                    let figure = figures.next().expect("each trial has one figure");
                    figure.map(|per_second| per_second / 1e6)
                }),
            )
        });
        found
            .claims
            .extend(claims(skew, &by_share, &maps.map(|it| it.0)));
        found
            .tables
            .push(table(skew, &by_share, &maps.map(|it| it.0)));
        found.notes.push(break_even(skew, &by_share));
    }
    Ok(found)
}

type ByShare = [(usize, [Figure; 4]); SHARES.len()];

fn claims(skew: &str, by_share: &ByShare, names: &[&str; 4]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (share, what, limit) in CLAIMS {
        let (_, figures) = by_share
            .iter()
            .find(|it| it.0 == share)
            .expect("it is measured");
        let [ours, others @ ..] = figures;
        for (other, name) in others.iter().zip(&names[1..]) {
            claims.push(Claim::ratio(
                format!("{what}, {THREADS} threads, {skew}"),
                "M/s",
                ours.clone(),
                (name, other.clone()),
                Target::AtLeast(limit),
            ));
        }
    }
    claims
}

fn table(skew: &str, by_share: &ByShare, names: &[&str; 4]) -> Table {
    let title = format!("Every one of {THREADS} threads reads and writes, {skew}");
    let mut table = Table::new(title, "millions per second");
    table.rows = names.iter().map(|name| Row::new(*name)).collect();
    for (share, figures) in by_share {
        let column = format!("{} % writes", 100.0 / *share as f64);
        table.add_column(column, figures.iter().cloned().map(Some).collect());
    }
    table
}

/// From which share of writes on another map is faster.
fn break_even(skew: &str, by_share: &ByShare) -> String {
    let is_behind = |(_, figures): &&(usize, [Figure; 4])| {
        let [ours, others @ ..] = figures;
        others.iter().any(|other| other.median > ours.median)
    };
    match by_share.iter().find(is_behind) {
        Some((share, _)) => format!(
            "Break-even, {skew}: with {} % writes and more another map is faster than SharedMap.",
            100.0 / *share as f64
        ),
        None => format!("Break-even, {skew}: beyond the most writes that were measured."),
    }
}

fn run_one<K: Key, M: Open<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    share: usize,
    duration: Duration,
) -> Result<f64, Mismatch> {
    let map = M::build(keys);
    let map = &map;
    let work = (0..THREADS)
        .map(|number| -> Work<'_, Result<f64, Mismatch>> {
            Box::new(move |lane| lap(map, order, number, share, lane))
        })
        .collect();
    let rates = race(duration, work)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    check(map, keys)?;
    Ok(rates.iter().sum())
}

/// One thread's operations until it is told to stop: how many per second.
fn lap<K: Key, M: Open<K>>(
    map: &M,
    order: &Order<K>,
    thread: usize,
    share: usize,
    lane: Lane<'_>,
) -> Result<f64, Mismatch> {
    let batches = order.once(thread).chain(order.batches(thread));
    let warm_up = order.once(thread).count();
    let mut lane = Some(lane);
    let mut running = None;
    let mut turns = Turns::new(share, thread, THREADS);
    let mut done = 0;
    for (number, batch) in batches.enumerate() {
        if number == warm_up {
            running = lane.take().map(Lane::start);
        }
        turns.batch(map, order, &batch)?;
        if let Some(running) = &running {
            done += BATCH;
            if running.stopped() {
                break;
            }
        }
    }
    let running = running.expect("it ran until it was told to stop");
    Ok(running.rate(done))
}
