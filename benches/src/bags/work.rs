//! What the maps of bags are asked to do. Each kind of work gives operations per second.

use std::ops::Range;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use super::{Bags, ReadBags, Value};
use crate::check::Expect;
use crate::error::Mismatch;
use crate::keys::KeySet;
use crate::order::{BATCH, Order};
use crate::peer::Lookup;
use crate::value::value;
use crate::workload::{Work, lap, race};

/// Writes that are published together.
pub const PUBLISH: usize = 100;

/// Values that each bag gets.
pub const INSERTS: usize = 8;

type Rate = Result<f64, Mismatch>;

/// One kind of work, on keys whose bags have one size.
#[derive(Clone, Debug)]
pub struct Task {
    /// The keys.
    pub keys: KeySet<u64>,
    /// Values per bag.
    pub size: usize,
    /// What is done.
    pub kind: Kind,
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Some value of each key is read.
    GetOne,
    /// All values of each key are read.
    Iterate,
    /// Each bag gets further values, in an order without a pattern, `PUBLISH` per publish.
    Insert,
    /// So many values are removed, in an order without a pattern, `PUBLISH` per publish.
    Remove(usize),
}

impl Task {
    /// How many per second.
    ///
    /// Each map comes twice, for look-ups of one value and for all else, see [`Value`].
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if an answer was wrong.
    pub fn run<One: Bags, All: Bags>(&self, slice: Duration) -> Rate {
        if let Kind::GetOne = self.kind {
            let map = One::filled(&self.keys, self.size);
            return get_one(&map, &Order::new(&self.keys, 1), slice);
        }
        match self.kind {
            Kind::GetOne => unreachable!("see above"),
            Kind::Iterate => {
                let map = self.filled::<All>()?;
                iterate(&map, &Walk::new(&self.keys, self.size), slice)
            }
            Kind::Insert | Kind::Remove(_) => {
                Ok(self.writes() as f64 / self.pass::<All>()?.as_secs_f64())
            }
        }
    }

    /// How many writes a [`pass`](Self::pass) makes.
    #[must_use]
    pub fn writes(&self) -> usize {
        match self.kind {
            Kind::GetOne | Kind::Iterate => 0,
            Kind::Insert => self.keys.len() * INSERTS,
            Kind::Remove(count) => count,
        }
    }

    /// Fills a map, makes all writes of the task, and reads the bags back: how long the writes took.
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if a bag is not what was written.
    ///
    /// # Panics
    ///
    /// If the task is to read.
    pub fn pass<B: Bags>(&self) -> Result<Duration, Mismatch> {
        match self.kind {
            Kind::GetOne | Kind::Iterate => panic!("{:?} writes nothing", self.kind),
            Kind::Insert => self.insert::<B>(),
            Kind::Remove(count) => self.remove::<B>(count),
        }
    }

    /// A map whose bags have their first `size` values, and have been read.
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if a bag lacks a value.
    pub fn filled<B: Bags>(&self) -> Result<B, Mismatch> {
        let map = B::filled(&self.keys, self.size);
        self.check_bags(&map.reader(), self.size)?;
        Ok(map)
    }

    fn insert<B: Bags>(&self) -> Result<Duration, Mismatch> {
        let numbers = self.size..self.size + INSERTS;
        let entries = shuffled(&self.keys, numbers.clone());
        let insert = |map: &mut B, batch: &[_]| map.insert(batch.iter().copied());
        let check = |map: &B| self.check_bags(&map.reader(), numbers.end);
        self.timed(&entries, insert, check)
    }

    fn remove<B: Bags>(&self, count: usize) -> Result<Duration, Mismatch> {
        let entries = shuffled(&self.keys, 0..self.size);
        let (gone, left) = entries.split_at(count);
        let remove = |map: &mut B, batch: &[_]| map.remove(batch.iter().copied());
        self.timed(gone, remove, |map| self.check_left(map, left))
    }

    /// Writes all entries into a filled map.
    fn timed<B: Bags, E>(
        &self,
        entries: &[E],
        mut write: impl FnMut(&mut B, &[E]),
        check: impl Fn(&B) -> Result<(), Mismatch>,
    ) -> Result<Duration, Mismatch> {
        let mut map = self.filled::<B>()?;
        let since = Instant::now();
        for batch in entries.chunks(PUBLISH) {
            write(&mut map, batch);
        }
        let took = since.elapsed();
        check(&map)?;
        Ok(took)
    }

    /// Whether these values are left, and no others.
    fn check_left<B: Bags>(&self, map: &B, left: &[(u64, B::Value)]) -> Result<(), Mismatch> {
        let reader = map.reader();
        let mut total = (0_u64, 0);
        for key in self.keys.keys() {
            let (sum, len) = bag(&reader, key).unwrap_or_default();
            total = (total.0.wrapping_add(sum), total.1 + len);
        }
        let values = left.iter().map(|(_, value)| value.bits());
        let expected = (values.fold(0, u64::wrapping_add), left.len());
        expect("all bags", Some(total), expected)
    }

    /// Whether each bag has its first `size` values.
    fn check_bags<R: ReadBags>(&self, reader: &R, size: usize) -> Result<(), Mismatch> {
        for (index, key) in self.keys.keys().iter().enumerate() {
            let expected = (sum_of_first(size, index), size);
            expect(&format!("the bag of key {key}"), bag(reader, key), expected)?;
        }
        Ok(())
    }
}

/// The sum of the first values of a key.
fn sum_of_first(size: usize, index: usize) -> u64 {
    let numbers = 0..size as u64;
    numbers.fold(0, |sum, number| sum.wrapping_add(value(index, number)))
}

fn expect(
    what: &str,
    found: Option<(u64, usize)>,
    (sum, len): (u64, usize),
) -> Result<(), Mismatch> {
    match found {
        Some(found) if found == (sum, len) => Ok(()),
        Some((found, count)) => Err(Mismatch(format!(
            "{what}: {count} values add up to {found:#x}, not {len} to {sum:#x}"
        ))),
        None => Err(Mismatch(format!("{what} is missing"))),
    }
}

/// The values of all keys with these numbers, in an order without a pattern.
fn shuffled<V: Value>(keys: &KeySet<u64>, numbers: Range<usize>) -> Vec<(u64, V)> {
    let mut entries = Vec::new();
    for (index, &key) in keys.keys().iter().enumerate() {
        entries.extend(numbers.clone().map(|number| (key, V::nth(index, number))));
    }
    entries.shuffle(&mut SmallRng::seed_from_u64(1));
    entries
}

/// A reader that is asked for one value.
#[derive(Debug)]
pub struct One<R>(pub R);

impl<R: ReadBags> Lookup<u64> for One<R> {
    #[inline(always)]
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.get_one(key)
    }
}

fn get_one<B: Bags>(map: &B, order: &Order<u64>, slice: Duration) -> Rate {
    let reader = One(map.reader());
    let work: Work<'_, Rate> =
        Box::new(move |lane| lap(&reader, order, 0, lane, Expect::AnyGeneration));
    one(race(slice, vec![work]))
}

/// A walk over the keys in parts, with the sum of all values of each part's bags.
#[derive(Debug)]
pub struct Walk {
    keys: Vec<u64>,
    size: usize,
    part: usize,
    sums: Vec<u64>,
}

impl Walk {
    /// The walk that belongs to keys whose bags have this size.
    #[must_use]
    pub fn new(keys: &KeySet<u64>, size: usize) -> Self {
        let part = (8 * BATCH / size).clamp(1, BATCH);
        let mut random = SmallRng::seed_from_u64(2);
        let steps = (0..4 * part).map(|_| random.random_range(0..keys.len()));
        let indices: Vec<usize> = steps.collect();
        let sum = |part: &[usize]| {
            let bags = part.iter().map(|&index| sum_of_first(size, index));
            bags.fold(0, u64::wrapping_add)
        };
        Self {
            keys: indices.iter().map(|&index| keys.keys()[index]).collect(),
            size,
            part,
            sums: indices.chunks(part).map(sum).collect(),
        }
    }

    /// How many values a part has.
    #[must_use]
    pub fn values_per_part(&self) -> usize {
        self.part * self.size
    }

    /// The parts, each with its sum.
    pub fn parts(&self) -> impl Iterator<Item = (&[u64], u64)> + Clone {
        self.keys.chunks(self.part).zip(self.sums.iter().copied())
    }

    /// Goes through the bags of a part.
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if a bag is missing or the sum is wrong.
    pub fn check<R: ReadBags>(&self, reader: &R, keys: &[u64], sum: u64) -> Result<(), Mismatch> {
        expect(
            "these bags",
            bags(reader, keys),
            (sum, keys.len() * self.size),
        )
    }
}

fn iterate<B: Bags>(map: &B, walk: &Walk, slice: Duration) -> Rate {
    let reader = map.reader();
    let work: Work<'_, Rate> = Box::new(move |lane| {
        for (keys, sum) in walk.parts() {
            walk.check(&reader, keys, sum)?;
        }
        let running = lane.start();
        let mut read = 0;
        loop {
            for (keys, sum) in walk.parts() {
                walk.check(&reader, keys, sum)?;
                read += keys.len() * walk.size;
                if running.stopped() {
                    return Ok(running.rate(read));
                }
            }
        }
    });
    one(race(slice, vec![work]))
}

/// The sum and the number of all values of these keys: the loop that is timed, and the only caller of
/// each map's.
#[inline(never)]
fn bags<R: ReadBags>(reader: &R, keys: &[u64]) -> Option<(u64, usize)> {
    let mut total = (0_u64, 0);
    for key in keys {
        let (sum, count) = reader.sum(key)?;
        total = (total.0.wrapping_add(sum), total.1 + count);
    }
    Some(total)
}

fn bag<R: ReadBags>(reader: &R, key: &u64) -> Option<(u64, usize)> {
    bags(reader, std::slice::from_ref(key))
}

fn one(rates: Vec<Rate>) -> Rate {
    rates.into_iter().next().expect("one thread gives one rate")
}
