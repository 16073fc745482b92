//! Writes while nobody reads.

use std::time::Duration;

use super::race::race;
use crate::check;
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::{Peer, Writer};

/// Batches before the clock starts, so that logs and caches have their size.
const WARM_UP: usize = 64;

pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    batch: usize,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    let mut map = P::build(keys);
    check::every_key(&map.reader(), keys, &order.values_after(keys, 0))?;
    let results = race(
        duration,
        vec![Box::new(|lane| {
            let mut writer = map.writer();
            let mut written = 0;
            let mut write = || {
                writer.write((written..written + batch).map(|number| order.write(number)));
                written += batch;
            };
            for _ in 0..WARM_UP {
                write();
            }
            let running = lane.start();
            loop {
                write();
                if running.stopped() {
                    break;
                }
            }
            (running.rate(written - WARM_UP * batch), written)
        })],
    );
    let [(rate, written)] = results[..] else {
        unreachable!("one thread gives one result");
    };
    check::every_key(&map.reader(), keys, &order.values_after(keys, written))?;
    Ok(vec![rate])
}
