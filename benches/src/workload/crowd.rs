//! More readers than cores, each of which gives its core away inside its guard, beside one writer at full speed: the
//! writer always waits for somebody who does not run.

use std::thread;
use std::time::Duration;

use super::beside::{FULL_SPEED, Other, with_writer};
use super::compute::compute;
use super::race::Lane;
use crate::check;
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peer::{Peer, Reader};

/// Gives the writer's rate, or nothing if the map has no guards.
pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    readers: usize,
    computing: bool,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    if P::build(keys).reader().hold().is_none() {
        return Ok(Vec::new());
    }
    let mut rates = with_writer::<K, P>(keys, order, FULL_SPEED, duration, |map| {
        let mut others: Vec<Other<'_>> = Vec::new();
        for _ in 0..readers {
            let reader = map.reader();
            others.push(Box::new(move |lane| lap(&reader, keys, lane)));
        }
        if computing {
            others.push(Box::new(|lane| Ok(compute(lane))));
        }
        others
    })?;
    Ok(rates.split_off(rates.len() - 1))
}

/// Enters, looks, yields and leaves until it is told to stop: how often per second.
fn lap<K: Key, R: Reader<K>>(
    reader: &R,
    keys: &KeySet<K>,
    lane: Lane<'_>,
) -> Result<f64, Mismatch> {
    let enter = || reader.hold().expect("the map has guards, see above");
    let mut looked = 0;
    // Before the start: until each reader has been scheduled for the first time, the writer would not wait at all, and
    // publish more often in that moment than in all the time thereafter.
    let mut held = enter();
    let running = lane.start();
    loop {
        check::any_generation(&held, keys, looked % keys.len())?;
        looked += 1;
        thread::yield_now();
        drop(held);
        if running.stopped() {
            return Ok(running.rate(looked));
        }
        held = enter();
    }
}
