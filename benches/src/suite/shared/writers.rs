//! Two writers whose every write is visible on return, with a reader beside them: a writer that
//! they share, and a writer behind a lock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use hashbrown::HashMap;
use left_right::{Absorb, Publishing, ReadHandle, Revocable, SharedHandle, WriteHandle};

use crate::claim::{Claim, Target};
use crate::error::{Error, Mismatch};
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;
use crate::value::TAG_MASK;
use crate::workload::{Lane, Work, race};

const WRITERS: usize = 2;

/// The map that each copy holds.
struct Table<K>(HashMap<K, u64, CommonHasher>);

impl<K: Key> Absorb<(K, u64)> for Table<K> {
    #[inline]
    fn absorb_first(&mut self, (key, value): &mut (K, u64), _: &Self) {
        self.0.insert(key.clone(), *value);
    }

    #[inline]
    fn absorb_second(&mut self, (key, value): (K, u64), _: &Self) {
        self.0.insert(key, value);
    }

    fn sync_with(&mut self, first: &Self) {
        self.0.clone_from(&first.0);
    }
}

impl<K: Clone> Clone for Table<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

type Single<K> = WriteHandle<Table<K>, (K, u64)>;

/// A writer for several threads.
trait Writes<K>: Send + Sync {
    /// Visible on return.
    fn write(&self, entry: (K, u64));
}

impl<K: Key> Writes<K> for SharedHandle<Table<K>, (K, u64), Revocable> {
    fn write(&self, entry: (K, u64)) {
        SharedHandle::write(self, entry).expect("no operation panics");
    }
}

impl<K: Key> Writes<K> for Mutex<Single<K>> {
    fn write(&self, entry: (K, u64)) {
        let mut writer = self.lock().expect("no operation panics");
        writer.append(entry).publish();
    }
}

pub(super) fn claim<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Claim, Error> {
    let order = Order::new(keys, 1);
    let order = &order;
    let trial = |name: &'static str, share: fn(Single<K>) -> Arc<dyn Writes<K>>| {
        Trial::new(name, move || {
            let rate = run(keys, order, share, effort.slice);
            Ok(vec![rate.map_err(|it| it.at(name, "two writers"))?])
        })
    };
    let mut trials = [
        trial("SharedHandle", |writer| {
            Arc::new(writer.into_shared(Publishing::EachWrite))
        }),
        trial("Mutex<WriteHandle>", |writer| Arc::new(Mutex::new(writer))),
    ];
    let mut figures = interleave(&mut trials, effort.rounds)?.into_iter();
    let mut next = || {
        let mut series = figures.next().expect("each trial has one figure");
        series.remove(0).map(|per_second| per_second / 1e6)
    };
    let (ours, theirs) = (next(), next());
    Ok(Claim::ratio(
        format!("{WRITERS} writers, each write visible on return, beside a reader"),
        "M/s",
        ours,
        ("Mutex<WriteHandle>", theirs),
        Target::AtLeast(1.5),
    ))
}

/// Writes per second of all writers together.
fn run<K: Key>(
    keys: &KeySet<K>,
    order: &Order<K>,
    share: fn(Single<K>) -> Arc<dyn Writes<K>>,
    duration: Duration,
) -> Result<f64, Mismatch> {
    let table = Table(HashMap::with_capacity_and_hasher(
        keys.len(),
        CommonHasher::default(),
    ));
    let (mut writer, reader) = left_right::new_from_empty::<_, (K, u64)>(table);
    writer.extend(crate::peers::entries(keys));
    writer.publish();
    writer.publish();
    let writer = share(writer);
    let mut work: Vec<Work<'_, Result<f64, Mismatch>>> = Vec::new();
    for number in 0..WRITERS {
        let writer = Arc::clone(&writer);
        let reader = reader.clone();
        work.push(Box::new(move |lane| {
            write(&*writer, &reader, order, number, lane)
        }));
    }
    let own = reader.clone();
    work.push(Box::new(move |lane| read(&own, order, lane)));
    let rates = race(duration, work)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rates.iter().sum())
}

/// One thread's writes until it is told to stop: how many per second.
fn write<K: Key>(
    writer: &dyn Writes<K>,
    reader: &ReadHandle<Table<K>>,
    order: &Order<K>,
    number: usize,
    lane: Lane<'_>,
) -> Result<f64, Mismatch> {
    /// Writes between two looks at the stop flag.
    const ROUND: usize = 64;
    let running = lane.start();
    let mut written = 0;
    while !running.stopped() {
        for _ in 0..ROUND {
            // Each has keys of its own half of the order.
            writer.write(order.write(WRITERS * written + number));
            written += 1;
        }
        // The other writer may have written the same key since, but no older value can be there.
        let (key, value) = order.write(WRITERS * (written - 1) + number);
        let seen = reader.enter().and_then(|guard| guard.0.get(&key).copied());
        if seen.map(|seen| seen & TAG_MASK) != Some(value & TAG_MASK) {
            return Err(Mismatch(format!(
                "{key:?} has {seen:?} after {value} was written"
            )));
        }
    }
    Ok(running.rate(written))
}

/// Reads until it is told to stop. Its rate is not what is measured.
fn read<K: Key>(
    reader: &ReadHandle<Table<K>>,
    order: &Order<K>,
    lane: Lane<'_>,
) -> Result<f64, Mismatch> {
    let running = lane.start();
    for batch in order.batches(WRITERS) {
        let mut sum = 0_u64;
        for key in batch.keys {
            let guard = reader.enter().expect("the writer lives");
            sum = sum.wrapping_add(guard.0.get(key).map_or(0, |value| value & TAG_MASK));
        }
        if sum != batch.sum {
            return Err(Mismatch("a value belongs to another key".to_owned()));
        }
        if running.stopped() {
            break;
        }
    }
    Ok(0.0)
}
