//! One writer beside others, of which the usual one is one reader.

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

/// A writer that publishes each write and does not pause.
pub(super) const FULL_SPEED: Pace = Pace {
    batch: 1,
    period: None,
};

/// What a thread beside the writer does: so often per second.
pub(super) type Other<'e> = Work<'e, Result<f64, Mismatch>>;

/// What a thread of either kind reports.
enum Outcome {
    Other(Result<f64, Mismatch>),
    Wrote { rate: f64, written: usize },
}

/// One reader at full speed.
pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    pace: Pace,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    with_writer::<K, P>(keys, order, pace, duration, |map| {
        let reader = map.reader();
        vec![Box::new(move |lane| {
            lap(&reader, order, 0, lane, Expect::AnyGeneration)
        })]
    })
}

/// Builds a map, verifies it, has it written beside others, verifies it again: the rates of the others in their
/// order, and last the writer's.
pub(super) fn with_writer<'e, K: Key, P: Peer<K>>(
    keys: &'e KeySet<K>,
    order: &'e Order<K>,
    pace: Pace,
    duration: Duration,
    others: impl FnOnce(&P) -> Vec<Other<'e>>,
) -> Result<Vec<f64>, Mismatch> {
    let mut map = P::build(keys);
    let reader = map.reader();
    check::every_key(&reader, keys, &order.values_after(keys, 0))?;
    let mut work: Vec<Work<'_, Outcome>> = Vec::new();
    for other in others(&map) {
        work.push(Box::new(|lane| Outcome::Other(other(lane))));
    }
    work.push(Box::new(|lane| publish(map.writer(), order, pace, lane)));
    let (mut rates, mut writes) = (Vec::new(), 0);
    for outcome in race(duration, work) {
        match outcome {
            Outcome::Other(rate) => rates.push(rate?),
            Outcome::Wrote { rate, written } => {
                rates.push(rate);
                writes = written;
            }
        }
    }
    check::every_key(&reader, keys, &order.values_after(keys, writes))?;
    Ok(rates)
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
