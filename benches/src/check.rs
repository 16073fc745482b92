//! Verification: every look-up of every workload is added up here and compared.

use std::fmt::Debug;

use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::Batch;
use crate::peer::{Lookup, Reader};
use crate::value::tag_of;

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
#[inline]
pub fn batch<K: Debug, L: Lookup<K>>(
    map: &L,
    batch: &Batch<'_, K>,
    expect: Expect,
) -> Result<(), Mismatch> {
    match expect {
        Expect::Prefilled => total(map, batch.keys, batch.values, |value| value),
        Expect::AnyGeneration => total(map, batch.keys, batch.tags, tag_of),
    }
}

#[inline]
fn total<K: Debug, L: Lookup<K>>(
    map: &L,
    keys: &[K],
    expected: u64,
    part: impl Fn(u64) -> u64,
) -> Result<(), Mismatch> {
    // One addition per look-up is all that verification adds to the loop, on every side.
    let mut sum = 0_u64;
    for key in keys {
        match map.get(key) {
            Some(value) => sum = sum.wrapping_add(part(value)),
            None => return Err(missing(key)),
        }
    }
    if sum == expected {
        Ok(())
    } else {
        Err(Mismatch(format!(
            "{} look-ups add up to {sum:#x}, not to {expected:#x}: at least one value is not its key's",
            keys.len()
        )))
    }
}

#[cold]
fn missing<K: Debug>(key: &K) -> Mismatch {
    Mismatch(format!("key {key:?} is missing"))
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
        let found = map.get(key);
        if found != Some(expected) {
            return Err(Mismatch(format!(
                "key {key:?} reads {found:x?} instead of {expected:#x}{how}"
            )));
        }
    }
    let absent = K::absent(keys);
    match map.get(&absent) {
        None => Ok(()),
        Some(value) => Err(Mismatch(format!(
            "key {absent:?}, which was never stored, reads {value:#x}{how}"
        ))),
    }
}
