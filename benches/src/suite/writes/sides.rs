//! Maps held against each other, at several kinds of work.

use std::time::Duration;

use crate::error::Error;
use crate::figure::Figure;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::schedule::{Trial, interleave};
use crate::subject::Subject;
use crate::workload::Workload;

/// Each one's figures at each kind of work, the work outermost. In a round the maps do the same work right after each
/// other, since that is what is compared.
pub(super) fn measure<K: Key>(
    maps: &[&dyn Subject<K>],
    workloads: &[Workload],
    keys: &KeySet<K>,
    slice: Duration,
    rounds: usize,
) -> Result<Vec<Vec<Vec<Figure>>>, Error> {
    let order = &Order::new(keys, 1);
    let mut trials = Vec::new();
    for workload in workloads {
        for map in maps {
            let name = format!("{}: {}", map.name(), workload.name());
            trials.push(Trial::new(name, move || {
                map.run(workload, keys, order, slice)
            }));
        }
    }
    let figures = interleave(&mut trials, rounds)?;
    let by_work = figures.chunks(maps.len());
    Ok(by_work.map(<[Vec<Figure>]>::to_vec).collect())
}
