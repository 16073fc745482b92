//! Look-ups while nobody writes.

use std::time::Duration;

use super::race::{Lane, Work, race};
use crate::check::{self, Expect};
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::{BATCH, Order};
use crate::peer::{Lookup, Peer, Reader};

pub(super) fn run<K: Key, P: Peer<K>>(
    keys: &KeySet<K>,
    order: &Order<K>,
    threads: usize,
    held: bool,
    duration: Duration,
) -> Result<Vec<f64>, Mismatch> {
    let map = P::build(keys);
    let first = map.reader();
    check::every_key(&first, keys, &order.values_after(keys, 0))?;
    if held && first.hold().is_none() {
        return Ok(Vec::new());
    }
    let work = (0..threads)
        .map(|number| -> Work<'_, Result<f64, Mismatch>> {
            let reader = map.reader();
            Box::new(move |lane| match held {
                false => lap(&reader, order, number, lane, Expect::Prefilled),
                true => {
                    let held = reader.hold().expect("the map has guards, see above");
                    lap(&held, order, number, lane, Expect::Prefilled)
                }
            })
        })
        .collect();
    let rates: Vec<f64> = race(duration, work).into_iter().collect::<Result<_, _>>()?;
    Ok(vec![rates.iter().sum()])
}

/// One thread's look-ups until it is told to stop: how many per second.
///
/// # Errors
///
/// A [`Mismatch`] if a look-up went wrong.
pub fn lap<K: Key, L: Lookup<K>>(
    map: &L,
    order: &Order<K>,
    reader: usize,
    lane: Lane<'_>,
    expect: Expect,
) -> Result<f64, Mismatch> {
    for batch in order.once(reader) {
        check::batch(map, &batch, expect)?;
    }
    let running = lane.start();
    let mut batches = 0;
    for batch in order.batches(reader) {
        check::batch(map, &batch, expect)?;
        batches += 1;
        if running.stopped() {
            break;
        }
    }
    Ok(running.rate(batches * BATCH))
}
