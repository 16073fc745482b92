//! Threads that all do the same: look keys up, and write now and then.

use super::Open;
use crate::error::Mismatch;
use crate::keys::{Key, KeySet};
use crate::order::{Batch, Order};
use crate::value::{TAG_MASK, value};

/// One thread's turns: of so many operations one is a write.
#[derive(Debug)]
pub struct Turns {
    share: usize,
    until_write: usize,
}

impl Turns {
    /// Those of this thread of so many, whose writes do not coincide with the others'.
    #[must_use]
    pub fn new(share: usize, thread: usize, threads: usize) -> Self {
        Self {
            share,
            until_write: (share * (thread + 1) / threads).max(1),
        }
    }

    /// Looks the keys of a batch up, or writes them where it is time for that.
    ///
    /// # Errors
    ///
    /// A [`Mismatch`] if a key is missing, or if a value, the old one of a write included, is another
    /// key's.
    #[inline]
    pub fn batch<K: Key, M: Open<K>>(
        &mut self,
        map: &M,
        order: &Order<K>,
        batch: &Batch<'_, K>,
    ) -> Result<(), Mismatch> {
        let mut sum = 0_u64;
        for (key, at) in batch.keys.iter().zip(batch.start..) {
            self.until_write -= 1;
            let found = if self.until_write == 0 {
                self.until_write = self.share;
                let (key, value) = order.write(at);
                map.insert(key, value)
            } else {
                map.get(key)
            };
            let Some(value) = found else {
                return Err(Mismatch(format!("{key:?} is missing")));
            };
            sum = sum.wrapping_add(value & TAG_MASK);
        }
        match sum == batch.sum {
            true => Ok(()),
            false => Err(Mismatch("a value belongs to another key".to_owned())),
        }
    }
}

/// Whether every key has a value of its own.
///
/// # Errors
///
/// A [`Mismatch`] that names the first one that has not.
pub fn check<K: Key, M: Open<K>>(map: &M, keys: &KeySet<K>) -> Result<(), Mismatch> {
    for (index, key) in keys.keys().iter().enumerate() {
        let found = map.get(key).map(|value| value & TAG_MASK);
        let expected = value(index, 0);
        if found != Some(expected) {
            return Err(Mismatch(format!(
                "afterwards {key:?} has {found:?} and not {expected}"
            )));
        }
    }
    Ok(())
}
