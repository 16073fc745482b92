//! What registered readers that do nothing cost a publish.

use std::time::Duration;

use crate::error::Error;
use crate::primitive::{self, Make, Primitive, Write};
use crate::workload::{Work, race};

/// Readers that are registered.
pub(super) const READERS: usize = 1_000;

/// Publishes between two looks at the stop flag.
const ROUND: u64 = 64;

/// Publishes of one operation each, per second.
pub(super) fn publish<P: Primitive>(duration: Duration) -> Result<Vec<f64>, Error> {
    let (mut writer, reader, factory) = P::new();
    let readers: Vec<P::Reader> = (0..READERS).map(|_| factory.make()).collect();
    let work: Work<'_, (f64, u64)> = Box::new(|lane| {
        let mut published = 0;
        let mut round = || {
            for _ in 0..ROUND {
                writer.add_and_publish();
            }
            published += ROUND;
            published
        };
        round();
        let running = lane.start();
        loop {
            let published = round();
            if running.stopped() {
                return (running.rate((published - ROUND) as usize), published);
            }
        }
    });
    let results = race(duration, vec![work]);
    drop(readers);
    let (rate, published) = results[0];
    match primitive::check(&reader, published) {
        Ok(()) => Ok(vec![rate]),
        Err(mismatch) => Err(mismatch.at(P::NAME, "publish with idle readers")),
    }
}
