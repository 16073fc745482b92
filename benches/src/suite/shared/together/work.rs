//! Threads that all do the same to one map.

use std::array;
use std::time::{Duration, Instant};

use super::mix::Mix;
use super::outcome::{MAPS, Outcome};
use crate::error::{Error, Mismatch};
use crate::keys::{Key, KeySet};
use crate::open::turns::{Turns, check};
use crate::open::{Dash, Open, Ours, Papaya, Scc};
use crate::order::{BATCH, Order};
use crate::schedule::{Trial, interleave};
use crate::workload::{Lane, Work, race};

/// Batches that a thread does at most before the clock starts: the whole walk over few keys. Over many it would take
/// longer than what is measured.
const WARM_UP: usize = 4;

type Run<K> = fn(&KeySet<K>, &Order<K>, &[Mix], Duration) -> Result<Vec<f64>, Mismatch>;

/// The maps, ours first.
fn maps<K: Key>() -> [(&'static str, Run<K>); MAPS] {
    [
        (Ours::<K>::NAME, run::<K, Ours<K>>),
        (Dash::<K>::NAME, run::<K, Dash<K>>),
        (Papaya::<K>::NAME, run::<K, Papaya<K>>),
        (Scc::<K>::NAME, run::<K, Scc<K>>),
    ]
}

/// What all maps come to at each of `mixes`. A map that is built does so many of them, one after another, before it is
/// the next one's turn.
pub(super) fn measure<K: Key>(
    keys: &KeySet<K>,
    order: &Order<K>,
    mixes: &[Mix],
    per_map: usize,
    slice: Duration,
    rounds: usize,
) -> Result<Vec<Outcome>, Error> {
    let maps = maps::<K>();
    let mut trials = Vec::new();
    for mixes in mixes.chunks(per_map) {
        for (name, run) in maps {
            let trial = format!("{name}: {}", mixes[0]);
            trials.push(Trial::new(trial, move || {
                let rates = run(keys, order, mixes, slice);
                rates.map_err(|it| it.at(name, "every thread reads and writes"))
            }));
        }
    }
    let figures = interleave(&mut trials, rounds)?;
    let mut outcomes = Vec::new();
    for (mixes, by_map) in mixes.chunks(per_map).zip(figures.chunks(MAPS)) {
        for (at, &mix) in mixes.iter().enumerate() {
            let speeds = array::from_fn(|map| {
                let millions = by_map[map][at].map(|per_second| per_second / 1e6);
                (maps[map].0, millions)
            });
            outcomes.push(Outcome { mix, speeds });
        }
    }
    Ok(outcomes)
}

/// Builds a map, and gives the operations per second of all threads together at each of `mixes`.
fn run<K: Key, M: Open<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    mixes: &[Mix],
    slice: Duration,
) -> Result<Vec<f64>, Mismatch> {
    let map = M::build(keys);
    let rates = mixes.iter().map(|mix| rate(&map, order, *mix, slice));
    let rates = rates.collect::<Result<_, _>>()?;
    check(&map, keys)?;
    Ok(rates)
}

/// The operations per second from the first thread's start to the last one's end: where there are fewer cores than
/// threads, those that wait for a core begin late.
fn rate<K: Key, M: Open<K>>(
    map: &M,
    order: &Order<K>,
    mix: Mix,
    slice: Duration,
) -> Result<f64, Mismatch> {
    let work = (0..mix.threads)
        .map(|number| -> Work<'_, Result<Lap, Mismatch>> {
            Box::new(move |lane| lap(map, order, number, mix, lane))
        })
        .collect();
    let laps = race(slice, work)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let done: usize = laps.iter().map(|it| it.done).sum();
    let start = laps.iter().map(|it| it.start).min();
    let end = laps.iter().map(|it| it.end).max();
    let took = end.zip(start).map(|(end, start)| end - start);
    Ok(done as f64 / took.expect("there are threads").as_secs_f64())
}

/// What one thread did from when to when.
struct Lap {
    done: usize,
    start: Instant,
    end: Instant,
}

/// One thread's operations until it is told to stop.
fn lap<K: Key, M: Open<K>>(
    map: &M,
    order: &Order<K>,
    thread: usize,
    mix: Mix,
    lane: Lane<'_>,
) -> Result<Lap, Mismatch> {
    let mut turns = Turns::new(mix.share, thread, mix.threads);
    let mut batches = order.batches(thread);
    let mut next = || {
        let batch = batches.next().expect("the walk has no end");
        turns.batch(map, order, &batch)
    };
    for _ in 0..order.batch_count().min(WARM_UP) {
        next()?;
    }
    let running = lane.start();
    let start = Instant::now();
    let mut done = 0;
    loop {
        next()?;
        done += BATCH;
        if running.stopped() {
            break;
        }
    }
    Ok(Lap {
        done,
        start,
        end: Instant::now(),
    })
}
