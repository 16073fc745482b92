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
    let found = total(map, batch.keys, mask);
    match (found.sum == batch.sum, found.count == batch.keys.len()) {
        (true, true) => Ok(()),
        (false, true) => Err(Mismatch(format!(
            "{} look-ups add up to {:#x}, not to {:#x}: at least one value is not its key's",
            batch.keys.len(),
            found.sum,
            batch.sum
        ))),
        (_, false) => Err(first(map, batch.keys, "is missing", |found| {
            found.is_none()
        })),
    }
}

/// Looks keys up that were never stored.
///
/// # Errors
///
/// A [`Mismatch`] if one is found.
pub fn absent<K: Debug, L: Lookup<K>>(map: &L, keys: &[K]) -> Result<(), Mismatch> {
    match total(map, keys, u64::MAX).count {
        0 => Ok(()),
        _ => Err(first(map, keys, "was never stored and is found", |found| {
            found.is_some()
        })),
    }
}

/// Names the first key whose answer is wrong; on a map that changes there may be none any more.
#[cold]
fn first<K: Debug, L: Lookup<K>>(
    map: &L,
    keys: &[K],
    what: &str,
    is_wrong: impl Fn(Option<u64>) -> bool,
) -> Mismatch {
    match keys.iter().find(|key| is_wrong(one(map, *key))) {
        Some(key) => Mismatch(format!("key {key:?} {what}")),
        None => Mismatch(format!("one of {} keys {what}", keys.len())),
    }
}

/// What look-ups found.
struct Found {
    sum: u64,
    count: usize,
}

/// The sum of the values that are found, and their number.
///
/// The loop of all figures, and the only place that looks keys up: were there others, the compiler could
/// put one map's look-up into the loop and call another's. A mask and two additions per look-up are all
/// that verification adds, on every side.
#[inline(never)]
fn total<K, L: Lookup<K>>(map: &L, keys: &[K], mask: u64) -> Found {
    let mut found = Found { sum: 0, count: 0 };
    for key in keys {
        if let Some(value) = map.get(key) {
            found.sum = found.sum.wrapping_add(value & mask);
            found.count += 1;
        }
    }
    found
}

/// One key's value.
fn one<K, L: Lookup<K>>(map: &L, key: &K) -> Option<u64> {
    let found = total(map, slice::from_ref(key), u64::MAX);
    (found.count == 1).then_some(found.sum)
}

/// Looks one key up, while a writer may be at work.
///
/// # Errors
///
/// A [`Mismatch`] if it has no value of its own.
pub fn any_generation<K: Key, L: Lookup<K>>(
    map: &L,
    keys: &KeySet<K>,
    index: usize,
) -> Result<(), Mismatch> {
    let (key, expected) = (&keys.keys()[index], value(index, 0));
    match one(map, key) {
        Some(found) if found & TAG_MASK == expected => Ok(()),
        found => Err(wrong(key, found, expected, " or a later generation of it")),
    }
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
    use std::collections::HashMap;

    impl Lookup<u64> for HashMap<u64, u64> {
        fn get(&self, key: &u64) -> Option<u64> {
            HashMap::get(self, key).copied()
        }
    }

    #[test]
    fn absent_keys_are_absent() {
        let keys = KeySet::integers(10);
        let absent = keys.absent(5);
        let mut map: HashMap<u64, u64> = HashMap::new();
        assert!(super::absent(&map, &absent).is_ok());
        map.insert(absent[3], 7);
        let wrong = super::absent(&map, &absent).unwrap_err();
        assert!(wrong.0.contains("was never stored and is found"), "{wrong}");
        assert!(wrong.0.contains(&absent[3].to_string()), "{wrong}");
    }

    #[test]
    fn a_value_of_another_generation_is_the_keys_own_and_another_keys_is_not() {
        let keys = KeySet::integers(10);
        let mut map: HashMap<u64, u64> = HashMap::new();
        assert!(any_generation(&map, &keys, 3).is_err());
        map.insert(keys.keys()[3], value(3, 8));
        assert!(any_generation(&map, &keys, 3).is_ok());
        map.insert(keys.keys()[3], value(4, 8));
        assert!(any_generation(&map, &keys, 3).is_err());
    }

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
