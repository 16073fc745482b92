//! A write that is visible on return, on one thread and without a reader: through the map that threads share, and
//! through a writer of its own.

use std::time::Duration;

use crate::check;
use crate::claim::{Claim, Target};
use crate::error::{Error, Mismatch};
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::open::{Open, Ours, Through};
use crate::order::Order;
use crate::peer::{Peer, Writer};
use crate::peers::EvmapCore;
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;
use crate::value::TAG_MASK;
use crate::workload::{Work, race};

/// Writes between two looks at the stop flag.
const ROUND: usize = 64;

type Run<K> = fn(&KeySet<K>, &Order<K>, Duration) -> Result<f64, Mismatch>;

type Single<K> = EvmapCore<K, CommonHasher>;

pub(super) fn claim<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Claim, Error> {
    let order = &Order::new(keys, 1);
    let trial = |name, run: Run<K>| {
        Trial::new(format!("{name}: insert on one thread"), move || {
            let rate = run(keys, order, effort.slice);
            Ok(vec![
                rate.map_err(|it| it.at(name, "insert on one thread"))?,
            ])
        })
    };
    let mut trials = [
        trial(Ours::<K>::NAME, shared),
        trial(Single::<K>::NAME, single),
    ];
    let figures = interleave(&mut trials, effort.rounds)?;
    let [ours, theirs] = [0, 1].map(|side| figures[side][0].map(|per_second| 1e9 / per_second));
    Ok(Claim::ratio(
        format!("SharedMap::insert, 1 thread, {}", keys.name()),
        "ns",
        ours,
        ("WriteHandle, insert + publish", theirs),
        Target::AtMost(1.6),
    ))
}

fn shared<K: Key>(keys: &KeySet<K>, order: &Order<K>, duration: Duration) -> Result<f64, Mismatch> {
    let map = Ours::build(keys);
    let (rate, written) = writes(order, duration, |key, value| {
        match map.insert(key.clone(), value) {
            Some(old) if old & TAG_MASK == value & TAG_MASK => Ok(()),
            old => Err(Mismatch(format!("{key:?} had {old:?} before {value}"))),
        }
    })?;
    check::every_key(&Through(&map), keys, &order.values_after(keys, written))?;
    Ok(rate)
}

fn single<K: Key>(keys: &KeySet<K>, order: &Order<K>, duration: Duration) -> Result<f64, Mismatch> {
    let mut map = Single::build(keys);
    let mut writer = map.writer();
    let (rate, written) = writes(order, duration, |key, value| {
        writer.write([(key, value)].into_iter());
        Ok(())
    })?;
    check::every_key(&map.reader(), keys, &order.values_after(keys, written))?;
    Ok(rate)
}

/// Writes until time is up: how many per second, and how many in all.
fn writes<K: Key>(
    order: &Order<K>,
    duration: Duration,
    mut write: impl FnMut(K, u64) -> Result<(), Mismatch> + Send,
) -> Result<(f64, usize), Mismatch> {
    let work: Work<'_, Result<(f64, usize), Mismatch>> = Box::new(|lane| {
        let mut written = 0;
        let mut round = || {
            for number in written..written + ROUND {
                let (key, value) = order.write(number);
                write(key, value)?;
            }
            written += ROUND;
            Ok(())
        };
        round()?;
        let running = lane.start();
        loop {
            round()?;
            if running.stopped() {
                return Ok((running.rate(written - ROUND), written));
            }
        }
    });
    race(duration, vec![work]).remove(0)
}
