//! The order in which a workload reads and writes the keys, with the sums that its answers must have.

use std::fmt;

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;

use crate::keys::KeySet;
use crate::value::{tag, value, with_generation};

/// Look-ups between two looks at the clock or the stop flag: long enough that the look costs nothing.
pub const BATCH: usize = 4_096;

/// Steps of an order: enough that the branch predictor does not learn a small key set by heart, few enough
/// that a huge one costs neither minutes nor the caches.
const STEPS: std::ops::RangeInclusive<usize> = 4 * BATCH..=64 * BATCH;

/// A shuffled walk over a key set. The keys lie in the order of the walk, so that reading them costs next
/// to nothing, and their number is a power of two.
pub struct Order<K> {
    keys: Vec<K>,
    indices: Vec<usize>,
    tags: Vec<u64>,
    sums: Vec<u64>,
}

/// A part of the walk, with the sum of the right answers.
#[derive(Debug)]
pub struct Batch<'a, K> {
    /// The number of the first step, for [`Order::write`].
    pub start: usize,
    /// The keys to look up.
    pub keys: &'a [K],
    /// The sum of the pre-filled values; also of the values of any generations, if their count of
    /// writes is masked out.
    pub sum: u64,
}

impl<K: Clone> Order<K> {
    /// The walk that belongs to a key set and a seed: the same for every peer.
    #[must_use]
    pub fn new(keys: &KeySet<K>, seed: u64) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let steps = keys
            .len()
            .next_power_of_two()
            .clamp(*STEPS.start(), *STEPS.end());
        let mut indices = Vec::with_capacity(steps + keys.len());
        // Whole shuffles one after another: every key is as frequent as the next.
        while indices.len() < steps {
            let from = indices.len();
            indices.extend(0..keys.len());
            indices[from..].shuffle(&mut random);
        }
        indices.truncate(steps);
        Self::of(keys, indices)
    }

    /// An order in which a few keys come again and again: the `n`th most popular one is `1 /
    /// n^exponent` times as frequent as the most popular one. Which keys those are is random, too.
    ///
    /// # Panics
    ///
    /// If there are no keys, or if the exponent is negative.
    #[must_use]
    pub fn zipf(keys: &KeySet<K>, exponent: f64, seed: u64) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut by_rank: Vec<usize> = (0..keys.len()).collect();
        by_rank.shuffle(&mut random);
        let ranks = rand_distr::Zipf::new(keys.len() as f64, exponent)
            .expect("there are keys, and the exponent is not negative");
        let steps = keys
            .len()
            .next_power_of_two()
            .clamp(*STEPS.start(), *STEPS.end());
        let rank = |random: &mut SmallRng| ranks.sample(random) as usize - 1;
        let indices = (0..steps).map(|_| by_rank[rank(&mut random)]).collect();
        Self::of(keys, indices)
    }

    /// The order of these indices.
    fn of(keys: &KeySet<K>, indices: Vec<usize>) -> Self {
        let sums = indices
            .chunks(BATCH)
            .map(|batch| sum(batch.iter().map(|&index| value(index, 0))))
            .collect();
        Self {
            keys: indices
                .iter()
                .map(|&index| keys.keys()[index].clone())
                .collect(),
            tags: indices.iter().map(|&index| tag(index)).collect(),
            indices,
            sums,
        }
    }

    /// All batches, from a place that differs from reader to reader, for ever.
    pub fn batches(&self, reader: usize) -> impl Iterator<Item = Batch<'_, K>> {
        let count = self.batch_count();
        let start = SmallRng::seed_from_u64(reader as u64).random_range(0..count);
        (start..).map(move |number| {
            let number = number % count;
            Batch {
                start: number * BATCH,
                keys: &self.keys[number * BATCH..][..BATCH],
                sum: self.sums[number],
            }
        })
    }

    /// How many batches one whole walk has.
    #[must_use]
    pub fn batch_count(&self) -> usize {
        self.sums.len()
    }

    /// The batches of one whole walk.
    pub fn once(&self, reader: usize) -> impl Iterator<Item = Batch<'_, K>> {
        self.batches(reader).take(self.batch_count())
    }

    /// The write with this number: writes walk the same order, each with a generation of its own.
    #[inline]
    #[must_use]
    pub fn write(&self, number: usize) -> (K, u64) {
        // The length is a power of two, so this is a mask and no division.
        let step = number & (self.keys.len() - 1);
        (
            self.keys[step].clone(),
            with_generation(self.tags[step], generation(number)),
        )
    }

    /// The value of every key, by index, after the first `writes` writes.
    #[must_use]
    pub fn values_after(&self, keys: &KeySet<K>, writes: usize) -> Vec<u64> {
        let mut values: Vec<u64> = (0..keys.len()).map(|index| value(index, 0)).collect();
        // Each walk writes what the one before it wrote, so only the last two can show.
        let steps = self.keys.len();
        for number in writes.saturating_sub(2 * steps)..writes {
            let step = number % steps;
            values[self.indices[step]] = with_generation(self.tags[step], generation(number));
        }
        values
    }
}

/// Each write differs from those before it, also from one of the same key in the same walk.
#[inline]
fn generation(number: usize) -> u64 {
    number as u64 + 1
}

fn sum(values: impl Iterator<Item = u64>) -> u64 {
    values.fold(0, u64::wrapping_add)
}

impl<K> fmt::Debug for Order<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order")
            .field("steps", &self.keys.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn sums_are_those_of_the_keys_in_the_batch() {
        let keys = KeySet::integers(1_000);
        let map: HashMap<u64, usize> = keys.keys().iter().copied().zip(0..).collect();
        let order = Order::new(&keys, 1);
        for batch in order.once(0) {
            assert_eq!(batch.keys.len(), BATCH);
            let values = sum(batch.keys.iter().map(|key| value(map[key], 0)));
            assert_eq!(values, batch.sum);
        }
    }

    #[test]
    fn some_keys_are_more_popular_than_others() {
        let keys = KeySet::integers(1_000);
        let order = Order::zipf(&keys, 0.99, 1);
        let mut counts = vec![0_usize; keys.len()];
        for &index in &order.indices {
            counts[index] += 1;
        }
        counts.sort_unstable();
        let popular: usize = counts[990..].iter().sum();
        assert!(3 * popular > order.indices.len(), "{popular}");
        for batch in order.once(0) {
            assert_eq!(batch.keys, &order.keys[batch.start..][..BATCH]);
        }
    }

    #[test]
    fn values_after_writes_are_those_of_a_map_that_was_written() {
        let keys = KeySet::integers(300);
        let order = Order::new(&keys, 2);
        for writes in [0, 1, 299, 20_000, 70_000] {
            let mut map: HashMap<u64, u64> = (0..keys.len())
                .map(|index| (keys.keys()[index], value(index, 0)))
                .collect();
            map.extend((0..writes).map(|number| order.write(number)));
            let expected: Vec<u64> = keys.keys().iter().map(|key| map[key]).collect();
            assert_eq!(order.values_after(&keys, writes), expected);
        }
    }
}
