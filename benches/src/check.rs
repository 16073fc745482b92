//! Verification: every look-up of every workload is added up here and compared.

use std::fmt::Debug;
use std::slice;

use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Batch;
use crate::peer::{Lookup, Reader};
use crate::value::{TAG_MASK, value};

/// Which answers are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The pre-filled values: nobody writes.
    Prefilled,
    /// Any generation of each key's value: a writer is at work.
    AnyGeneration,
}

/// Looks every key of the batch up; the sum of the answers tells whether they were right.
///
/// # Errors
///
/// A [`Mismatch`] if a key is missing or the sum is wrong.
pub fn batch<K: Debug, L: Lookup<K>>(
    map: &L,
    batch: &Batch<'_, K>,
    expect: Expect,
) -> Result<(), Mismatch> {
    let mask = match expect {
        Expect::Prefilled => u64::MAX,
        Expect::AnyGeneration => TAG_MASK,
    };
    match total(map, batch.keys, mask) {
        Ok(sum) if sum == batch.sum => Ok(()),
        Ok(sum) => Err(Mismatch(format!(
            "{} look-ups add up to {sum:#x}, not to {:#x}: at least one value is not its key's",
            batch.keys.len(),
            batch.sum
        ))),
        Err(missing) => Err(Mismatch(format!("key {missing:?} is missing"))),
    }
}

/// The sum of the values, or the first key that is missing.
///
/// The loop of all figures, and the only place that looks keys up: were there others, the compiler could
/// put one map's look-up into the loop and call another's. A mask and an addition per look-up is all that
/// verification adds, on every side.
#[inline(never)]
fn total<'k, K, L: Lookup<K>>(map: &L, keys: &'k [K], mask: u64) -> Result<u64, &'k K> {
    let mut sum = 0_u64;
    for key in keys {
        match map.get(key) {
            Some(value) => sum = sum.wrapping_add(value & mask),
            None => return Err(key),
        }
    }
    Ok(sum)
}

/// One key's value.
fn one<K, L: Lookup<K>>(map: &L, key: &K) -> Option<u64> {
    total(map, slice::from_ref(key), u64::MAX).ok()
}

/// Compares the values of all keys, where all were written the same number of times, and their number.
///
/// # Errors
///
/// A [`Mismatch`] that names the first wrong value, or the wrong number.
pub fn values<K: Key>(
    keys: &KeySet<K>,
    generation: u64,
    len: usize,
    get: impl Fn(&K) -> Option<u64>,
) -> Result<(), Mismatch> {
    for (index, key) in keys.keys().iter().enumerate() {
        let (found, expected) = (get(key), value(index, generation));
        if found != Some(expected) {
            return Err(wrong(key, found, expected, ""));
        }
    }
    match len {
        len if len == keys.len() => Ok(()),
        len => Err(Mismatch(format!(
            "there are {len} keys instead of {}",
            keys.len()
        ))),
    }
}

#[cold]
fn wrong<K: Debug>(key: &K, found: Option<u64>, expected: u64, how: &str) -> Mismatch {
    Mismatch(format!(
        "key {key:?} reads {found:x?} instead of {expected:#x}{how}"
    ))
}

/// Reads each key by itself, with and without a guard held, and one key that is absent.
///
/// # Errors
///
/// A [`Mismatch`] that names the first wrong answer.
pub fn every_key<K: Key, R: Reader<K>>(
    reader: &R,
    keys: &KeySet<K>,
    expected: &[u64],
) -> Result<(), Mismatch> {
    each(reader, keys, expected, "")?;
    match reader.hold() {
        Some(held) => each(&held, keys, expected, " under a held guard"),
        None => Ok(()),
    }
}

fn each<K: Key, L: Lookup<K>>(
    map: &L,
    keys: &KeySet<K>,
    expected: &[u64],
    how: &str,
) -> Result<(), Mismatch> {
    for (key, &expected) in keys.keys().iter().zip(expected) {
        let found = one(map, key);
        if found != Some(expected) {
            return Err(wrong(key, found, expected, how));
        }
    }
    let absent = K::absent(keys);
    match one(map, &absent) {
        None => Ok(()),
        Some(value) => Err(Mismatch(format!(
            "key {absent:?}, which was never stored, reads {value:#x}{how}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_one_by_one_and_counted() {
        let keys = KeySet::integers(10);
        let at = |key: &u64| keys.keys().iter().position(|it| it == key);
        let right = |key: &u64| at(key).map(|index| value(index, 3));
        assert!(values(&keys, 3, 10, right).is_ok());
        assert!(values(&keys, 2, 10, right).is_err());
        assert!(values(&keys, 3, 11, right).is_err());
        let lacking = |key: &u64| right(key).filter(|_| at(key) != Some(9));
        assert!(values(&keys, 3, 10, lacking).is_err());
    }
}
