//! One reader that pauses after each look-up, beside one writer at full speed.

use std::time::Duration;

use super::beside::{FULL_SPEED, with_writer};
use super::pause::Pause;
use super::race::Lane;
use crate::check;
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::{Lookup, Peer};

pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    pause: Pause,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    with_writer::<K, P>(keys, order, FULL_SPEED, duration, |map| {
        let reader = map.reader();
        vec![Box::new(move |lane| lap(&reader, keys, pause, lane))]
    })
}

/// One key and one pause after the other until it is told to stop: how many per second.
fn lap<K: Key, L: Lookup<K>>(
    map: &L,
    keys: &KeySet<K>,
    pause: Pause,
    lane: Lane<'_>,
) -> Result<f64, Mismatch> {
    let mut looked = 0;
    let running = lane.start();
    loop {
        check::any_generation(map, keys, looked % keys.len())?;
        looked += 1;
        pause.take();
        if running.stopped() {
            return Ok(running.rate(looked));
        }
    }
}
