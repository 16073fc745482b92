//! Publishes that wait for readers who have given their cores away.

use std::thread;

use super::sides::measure;
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::peers::{LeftRight, OurLeftRight};
use crate::subject::{Of, Subject};
use crate::suite::plan::Effort;
use crate::workload::Workload;

/// How many slices such a repetition works: with a thread that computes there are some hundred publishes per second,
/// and a slice would see only a few.
pub(super) const SLICES: u32 = 10;

pub(super) fn claims<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let ours = Of::<OurLeftRight<K, CommonHasher>>::new();
    let theirs = Of::<LeftRight<K, CommonHasher>>::new();
    let maps: [&dyn Subject<K>; 2] = [&ours, &theirs];
    let readers = 2 * thread::available_parallelism().map_or(1, usize::from);
    let workloads = [false, true].map(|computing| Workload::Crowd { readers, computing });
    let slice = SLICES * effort.slice;
    let figures = measure(&maps, &workloads, keys, slice, effort.rounds)?;
    let mut claims = Vec::new();
    for (workload, figures) in workloads.iter().zip(&figures) {
        let [ours, theirs] = [0, 1].map(|map| figures[map][0].map(|per_second| per_second / 1e3));
        let what = format!("{}: {}", maps[0].name(), workload.name());
        let other = maps[1].name();
        claims.push(Claim::ratio(
            what.clone(),
            "k/s",
            ours.clone(),
            (other, theirs.clone()),
            Target::AtLeast(0.95),
        ));
        claims.push(Claim::least(
            format!("{what}, the least of the rounds"),
            "k/s",
            ours,
            (other, theirs),
            Target::AtLeast(0.5),
        ));
    }
    Ok(claims)
}
