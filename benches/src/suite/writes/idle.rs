//! What registered readers that do nothing cost a publish.

use std::time::Duration;

use crate::claim::{Claim, Target};
use crate::error::{Error, Mismatch};
use crate::keys::thousands;
use crate::primitive::{self, Make, Ours, Primitive, Registry, Write};
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;
use crate::workload::{Work, compute, race};

/// Readers that are registered.
const READERS: usize = 1_000;

/// Publishes between two looks at the stop flag.
const ROUND: usize = 64;

/// Since when the readers have been idle.
#[derive(Clone, Copy)]
enum Since {
    /// They have never read.
    Ever,
    /// Each has read once, and something was published before the next one did.
    AnotherPublish,
}

pub(super) fn claims(effort: &Effort) -> Result<Vec<Claim>, Error> {
    let mut trials = [
        Trial::new("left-right: publish, readers that never read", || {
            publish::<Ours>(Since::Ever, effort.slice)
        }),
        Trial::new("left-right: publish, readers that have read", || {
            publish::<Ours>(Since::AnotherPublish, effort.slice)
        }),
        Trial::new("left-right 0.11: publish, readers that never read", || {
            publish::<Registry>(Since::Ever, effort.slice)
        }),
    ];
    let figures = interleave(&mut trials, effort.rounds)?;
    let mut nanoseconds = figures
        .into_iter()
        .map(|mut figures| figures.remove(0).map(|per_second| 1e9 / per_second));
    let mut next = || nanoseconds.next().expect("each trial has one figure");
    let (never, once, theirs) = (next(), next(), next());
    let readers = format!("{} idle readers", thousands(READERS));
    Ok(vec![
        Claim::ratio(
            format!("publish with {readers}"),
            "ns",
            never.clone(),
            (Registry::NAME, theirs),
            Target::AtMost(1.0),
        ),
        Claim::ratio(
            format!("publish with {readers}, each idle since another publish"),
            "ns",
            once,
            ("readers that never read", never),
            Target::AtMost(1.2),
        ),
    ])
}

/// Publishes of one operation each, per second, beside a thread that runs: alone in its process, a writer would make
/// a barrier for next to nothing.
fn publish<P: Primitive>(since: Since, duration: Duration) -> Result<Vec<f64>, Error> {
    let wrong = |mismatch: Mismatch| mismatch.at(P::NAME, "publish with idle readers");
    let (mut writer, reader, factory) = P::new();
    let readers: Vec<P::Reader> = (0..READERS).map(|_| factory.make()).collect();
    let mut published = 0;
    if let Since::AnotherPublish = since {
        for reader in &readers {
            primitive::check(reader, published as u64).map_err(wrong)?;
            writer.add_and_publish();
            published += 1;
        }
    }
    let writes: Work<'_, (f64, usize)> = Box::new(|lane| {
        let mut round = || {
            for _ in 0..ROUND {
                writer.add_and_publish();
            }
        };
        round();
        let running = lane.start();
        let mut timed = 0;
        loop {
            round();
            timed += ROUND;
            if running.stopped() {
                return (running.rate(timed), ROUND + timed);
            }
        }
    });
    let results = race(duration, vec![writes, Box::new(|lane| (compute(lane), 0))]);
    drop(readers);
    let (rate, written) = results[0];
    primitive::check(&reader, (published + written) as u64).map_err(wrong)?;
    Ok(vec![rate])
}
