//! One reader beside one writer.

use std::hint;
use std::time::{Duration, Instant};

use super::pace::Pace;
use super::race::{Lane, Running, Work, race};
use super::reads::lap;
use crate::check::{self, Expect};
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::{Peer, Writer};

/// What a thread of either kind reports.
enum Outcome {
    Read(Result<f64, Mismatch>),
    Wrote { rate: f64, written: usize },
}

pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    pace: Pace,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    let mut map = P::build(keys);
    let reader = map.reader();
    check::every_key(&reader, keys, &order.values_after(keys, 0))?;
    let own = map.reader();
    let read: Work<'_, Outcome> =
        Box::new(move |lane| Outcome::Read(lap(&own, order, 0, lane, Expect::AnyGeneration)));
    let write: Work<'_, Outcome> = Box::new(|lane| publish(map.writer(), order, pace, lane));
    let (mut reads, mut writes) = (0.0, (0.0, 0));
    for outcome in race(duration, vec![read, write]) {
        match outcome {
            Outcome::Read(rate) => reads = rate?,
            Outcome::Wrote { rate, written } => writes = (rate, written),
        }
    }
    let (rate, written) = writes;
    check::every_key(&reader, keys, &order.values_after(keys, written))?;
    Ok(vec![reads, rate])
}

fn publish<K: Key, W: Writer<K>>(
    mut writer: W,
    order: &Order<K>,
    pace: Pace,
    lane: Lane<'_>,
) -> Outcome {
    let mut written = 0;
    let running = lane.start();
    let mut due = Instant::now();
    // At least once, however short the time: a rate of nothing can be compared with nothing.
    loop {
        writer.write((written..written + pace.batch).map(|number| order.write(number)));
        written += pace.batch;
        if let Some(period) = pace.period {
            // On the clock's grid, but without catching up in bursts after a publish that took long.
            due = (due + period).max(Instant::now());
            wait_until(due, &running);
        }
        if running.stopped() {
            break;
        }
    }
    Outcome::Wrote {
        rate: running.rate(written),
        written,
    }
}

/// Spins, since a sleep this short ends when the kernel pleases. Returns early when time is up.
fn wait_until(due: Instant, running: &Running<'_>) {
    while Instant::now() < due && !running.stopped() {
        hint::spin_loop();
    }
}
