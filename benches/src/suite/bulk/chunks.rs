//! Look-ups of 64 keys at a time: what entering costs when it is shared.

use std::sync::Arc;

use evmap_core::{Builder, ReadHandle};
use hashbrown::HashMap;

use crate::error::{Error, Mismatch};
use crate::hasher::CommonHasher;
use crate::keys::KeySet;
use crate::order::{BATCH, Batch, Order};
use crate::peers::entries;
use crate::suite::plan::Effort;
use crate::workload::{Work, race};

/// Keys that are looked up together.
pub(super) const CHUNK: usize = 64;

const _: () = assert!(BATCH % CHUNK == 0);

/// A way to look up many keys.
pub(super) trait Look: Send {
    /// The map and the way, in a few words.
    const NAME: &'static str;

    /// A map that holds every key with its value of generation 0.
    fn build(keys: &KeySet<u64>) -> Self;

    /// The sum of the values of these keys; `None` if one is missing.
    fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64>;
}

/// `evmap-core`: one view, asked key by key.
pub(super) struct Core(ReadHandle<u64, u64, (), CommonHasher>);

impl Look for Core {
    const NAME: &'static str = "evmap-core: 64 look-ups in a view";

    fn build(keys: &KeySet<u64>) -> Self {
        let (mut writer, reader) = Builder::new()
            .capacity(keys.len())
            .hasher(CommonHasher::default())
            .build_from(entries(keys));
        writer.publish();
        // The data stays with the readers when the writer goes.
        Self(reader)
    }

    #[inline(always)]
    fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64> {
        let view = self.0.enter();
        let mut sum = 0_u64;
        for key in keys {
            sum = sum.wrapping_add(*view.get(key)?);
        }
        Some(sum)
    }
}

/// `evmap-core`: `get_many` of a view.
pub(super) struct CoreMany(Core);

impl Look for CoreMany {
    const NAME: &'static str = "evmap-core: get_many of 64";

    fn build(keys: &KeySet<u64>) -> Self {
        Self(Core::build(keys))
    }

    #[inline(always)]
    fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64> {
        let view = self.0.0.enter();
        sum_of(&view.get_many(keys.each_ref()))
    }
}

/// Plain `hashbrown`: key by key.
pub(super) struct Plain(Arc<HashMap<u64, u64, CommonHasher>>);

impl Look for Plain {
    const NAME: &'static str = "hashbrown: 64 look-ups";

    fn build(keys: &KeySet<u64>) -> Self {
        let mut map = HashMap::with_capacity_and_hasher(keys.len(), CommonHasher::default());
        map.extend(entries(keys));
        Self(Arc::new(map))
    }

    #[inline(always)]
    fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64> {
        let mut sum = 0_u64;
        for key in keys {
            sum = sum.wrapping_add(*self.0.get(key)?);
        }
        Some(sum)
    }
}

/// Plain `hashbrown`: 64 values into an array, as `get_many` has them.
pub(super) struct PlainMany(Plain);

impl Look for PlainMany {
    const NAME: &'static str = "hashbrown: 64 look-ups into an array";

    fn build(keys: &KeySet<u64>) -> Self {
        Self(Plain::build(keys))
    }

    #[inline(always)]
    fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64> {
        let mut found = [None; CHUNK];
        for (found, key) in found.iter_mut().zip(keys) {
            *found = self.0.0.get(key);
        }
        sum_of(&found)
    }
}

#[inline(always)]
fn sum_of(found: &[Option<&u64>; CHUNK]) -> Option<u64> {
    let mut sum = 0_u64;
    for value in found {
        sum = sum.wrapping_add(*(*value)?);
    }
    Some(sum)
}

/// One chunk, by itself: inlined into the loop over the chunks, some ways run out of registers and others
/// do not, which says nothing about the maps. The call costs each key a sixty-fourth of itself.
#[inline(never)]
fn chunk<L: Look>(map: &L, keys: &[u64; CHUNK]) -> Option<u64> {
    map.sum(keys)
}

fn total<L: Look>(map: &L, keys: &[u64]) -> Option<u64> {
    let mut sum = 0_u64;
    for keys in keys.chunks_exact(CHUNK) {
        let keys = keys.try_into().expect("a chunk has its length");
        sum = sum.wrapping_add(chunk(map, keys)?);
    }
    Some(sum)
}

fn check<L: Look>(map: &L, batch: &Batch<'_, u64>) -> Result<(), Mismatch> {
    match total(map, batch.keys) {
        Some(sum) if sum == batch.sum => Ok(()),
        Some(sum) => Err(Mismatch(format!(
            "{BATCH} look-ups add up to {sum:#x}, not to {:#x}",
            batch.sum
        ))),
        None => Err(Mismatch("a key is missing".to_owned())),
    }
}

/// Look-ups per second.
pub(super) fn run<L: Look>(
    keys: &KeySet<u64>,
    order: &Order<u64>,
    effort: &Effort,
) -> Result<Vec<f64>, Error> {
    let map = L::build(keys);
    let work: Work<'_, Result<f64, Mismatch>> = Box::new(move |lane| {
        for batch in order.once(0) {
            check(&map, &batch)?;
        }
        let running = lane.start();
        let mut batches = 0;
        for batch in order.batches(0) {
            check(&map, &batch)?;
            batches += 1;
            if running.stopped() {
                break;
            }
        }
        Ok(running.rate(batches * BATCH))
    });
    race(effort.slice, vec![work])
        .into_iter()
        .map(|rate| rate.map_err(|mismatch| mismatch.at(L::NAME, &format!("{CHUNK} at a time"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Finds the wrong value of one key, or does not find it.
    struct Liar<const MISSING: bool> {
        map: Plain,
        about: u64,
    }

    impl<const MISSING: bool> Look for Liar<MISSING> {
        const NAME: &'static str = "liar";

        fn build(keys: &KeySet<u64>) -> Self {
            Self {
                map: Plain::build(keys),
                about: keys.keys()[17],
            }
        }

        fn sum(&self, keys: &[u64; CHUNK]) -> Option<u64> {
            let sum = self.map.sum(keys)?;
            match keys.contains(&self.about) {
                false => Some(sum),
                true if MISSING => None,
                true => Some(sum.wrapping_add(1)),
            }
        }
    }

    fn outcome<L: Look>() -> Result<Vec<f64>, Error> {
        let keys = KeySet::integers(1_000);
        run::<L>(&keys, &Order::new(&keys, 1), &Effort::QUICK)
    }

    #[test]
    fn every_way_passes_and_a_wrong_or_a_missing_value_is_caught() {
        for rates in [
            outcome::<Core>(),
            outcome::<CoreMany>(),
            outcome::<Plain>(),
            outcome::<PlainMany>(),
        ] {
            assert!(rates.unwrap()[0] > 0.0);
        }
        let wrong = outcome::<Liar<false>>().unwrap_err().to_string();
        assert!(wrong.contains("add up to"), "{wrong}");
        let missing = outcome::<Liar<true>>().unwrap_err().to_string();
        assert!(missing.contains("missing"), "{missing}");
    }
}
