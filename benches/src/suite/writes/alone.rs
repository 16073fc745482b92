//! Writes that nobody reads.

use super::sides::measure;
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::peers::{EvmapCore, LeftRight, OurLeftRight};
use crate::subject::{Of, Subject};
use crate::suite::plan::Effort;
use crate::workload::Workload;

pub(super) fn claims<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let ours = Of::<OurLeftRight<K, CommonHasher>>::new();
    let theirs = Of::<LeftRight<K, CommonHasher>>::new();
    let core = Of::<EvmapCore<K, CommonHasher>>::new();
    let maps: [&dyn Subject<K>; 3] = [&ours, &theirs, &core];
    let workloads = [1, 100].map(|batch| Workload::Writes { batch });
    let figures = measure(&maps, &workloads, keys, effort.slice, effort.rounds)?;
    let mut claims = Vec::new();
    for (map, limit) in [(0, 0.8), (2, 0.95)] {
        for (workload, figures) in workloads.iter().zip(&figures) {
            let nanoseconds = |map: usize| figures[map][0].map(|per_second| 1e9 / per_second);
            claims.push(Claim::ratio(
                format!("{}: {}", maps[map].name(), workload.name()),
                "ns",
                nanoseconds(map),
                (maps[1].name(), nanoseconds(1)),
                Target::AtMost(limit),
            ));
        }
    }
    Ok(claims)
}
