//! Writes beside one reader: at full speed, and with pauses of all lengths.

use std::time::Duration;

use super::sides::measure;
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::figure::Figure;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::peers::{LeftRight, OurLeftRight};
use crate::subject::{Of, Subject};
use crate::suite::plan::Effort;
use crate::workload::Workload;
use crate::workload::pace::Pace;
use crate::workload::pause::Pause;

/// Where a workload's figures stand.
const READS: usize = 0;
const WRITES: usize = 1;

/// The reader's pauses, and how many of 0.11's writes are asked for beside it.
const PAUSES: [(Pause, f64); 6] = [
    (Pause::Busy(Duration::from_nanos(50)), 0.85),
    (Pause::Busy(Duration::from_nanos(200)), 0.95),
    (Pause::Busy(Duration::from_micros(1)), 0.95),
    (Pause::Busy(Duration::from_micros(5)), 0.95),
    (Pause::Busy(Duration::from_micros(20)), 0.95),
    (Pause::Asleep(Duration::from_millis(1)), 0.95),
];

pub(super) fn claims<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let ours = Of::<OurLeftRight<K, CommonHasher>>::new();
    let theirs = Of::<LeftRight<K, CommonHasher>>::new();
    let maps: [&dyn Subject<K>; 2] = [&ours, &theirs];
    let full_speed = |batch| {
        let period = None;
        Workload::Beside(Pace { batch, period })
    };
    let mut workloads = vec![full_speed(1), full_speed(100)];
    workloads.extend(PAUSES.map(|(pause, _)| Workload::Paused(pause)));
    let figures = measure(&maps, &workloads, keys, effort.slice, effort.rounds)?;
    let ratio = |what, unit, work: usize, of: fn(&[Figure]) -> Figure, limit| {
        let [ours, theirs] = [0, 1].map(|map| of(&figures[work][map]));
        Claim::ratio(
            format!("{}: {what}, {}", maps[0].name(), workloads[work].column()),
            unit,
            ours,
            (maps[1].name(), theirs),
            Target::AtLeast(limit),
        )
    };
    let reads = |work, limit| {
        let what = "reads beside a writer";
        ratio(what, "M/s", work, |it| millions(&it[READS]), limit)
    };
    let writes = |work, limit| {
        let what = "writes beside a reader";
        ratio(what, "M/s", work, |it| millions(&it[WRITES]), limit)
    };
    let product: fn(&[Figure]) -> Figure = |it| millions(&it[READS]).times(&millions(&it[WRITES]));
    let mut claims = vec![
        writes(0, 1.1),
        reads(0, 1.7),
        ratio("reads \u{d7} writes", "(M/s)\u{b2}", 1, product, 1.5),
        writes(1, 0.9),
    ];
    for (work, (_, limit)) in (2..).zip(PAUSES) {
        claims.extend([writes(work, limit), reads(work, 0.95)]);
    }
    Ok(claims)
}

fn millions(per_second: &Figure) -> Figure {
    per_second.map(|it| it / 1e6)
}
