//! The default: every map, side by side.

use std::thread;
use std::time::Duration;

use super::plan::{Plan, Suite};
use crate::error::Error;
use crate::figure::Figure;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::report::{Findings, PeerNote, Row, Table};
use crate::schedule::{Trial, interleave};
use crate::subject::{BASE, Subjects, all, all_with_native_hashers};
use crate::workload::pace::Pace;
use crate::workload::{self, Workload};

/// Enough that the table does not fit the first-level cache, few enough to build it often.
const KEYS: usize = 10_000;

/// The rhythm of the writer that leaves the reader most of the time.
const PERIOD: Duration = Duration::from_micros(100);

/// The comparison of all maps.
#[derive(Debug)]
pub struct Compare;

impl Suite for Compare {
    fn name(&self) -> &'static str {
        "compare"
    }

    fn about(&self) -> &'static str {
        "every map: look-ups per thread count, reads beside a writer, write throughput"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        match &plan.keys {
            Some(keys) => compare(keys, plan),
            None => compare(&KeySet::integers(KEYS.min(plan.effort.most_keys)), plan),
        }
    }
}

/// The tables and the work in their columns.
fn layout() -> Vec<(&'static str, Vec<Workload>)> {
    let reads = |threads, held| Workload::Reads { threads, held };
    let mut look_ups = vec![reads(1, true)];
    look_ups.extend(thread_counts().into_iter().map(|it| reads(it, false)));
    let beside = |batch, period| Workload::Beside(Pace { batch, period });
    vec![
        ("Look-ups, no writer", look_ups),
        (
            "One reader beside a writer that publishes its writes",
            vec![beside(1, Some(PERIOD)), beside(1, None), beside(100, None)],
        ),
        (
            "Writes, no reader, published",
            vec![
                Workload::Writes { batch: 1 },
                Workload::Writes { batch: 100 },
            ],
        ),
    ]
}

/// 1, 2, 4, … and the number of cores.
fn thread_counts() -> Vec<usize> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut counts: Vec<usize> = (0..)
        .map(|power| 1 << power)
        .take_while(|&count| count < cores)
        .collect();
    counts.push(cores);
    counts
}

fn chosen<K: Key>(plan: &Plan) -> Result<Subjects<K>, Error> {
    let mut subjects = match plan.native_hashers {
        true => all_with_native_hashers(),
        false => all::<K>(),
    };
    if let Some(filter) = &plan.filter {
        if !subjects
            .iter()
            .any(|it| it.name().contains(filter.as_str()))
        {
            let names: Vec<_> = subjects.iter().map(|it| it.name()).collect();
            return Err(Error::Usage(format!(
                "no peer's name contains `{filter}`; the peers are: {}",
                names.join(", ")
            )));
        }
        subjects.retain(|it| it.name() == BASE || it.name().contains(filter.as_str()));
    }
    Ok(subjects)
}

fn compare<K: Key>(keys: &KeySet<K>, plan: &Plan) -> Result<Findings, Error> {
    let subjects = chosen::<K>(plan)?;
    let order = Order::new(keys, 1);
    let layout = layout();
    let mut trials = Vec::new();
    for workload in layout.iter().flat_map(|(_, workloads)| workloads) {
        for subject in &subjects {
            let name = format!("{}: {}", subject.name(), workload.name());
            let order = &order;
            trials.push(Trial::new(name, move || {
                subject.run(workload, keys, order, plan.effort.slice)
            }));
        }
    }
    let mut figures = interleave(&mut trials, plan.effort.rounds)?.into_iter();
    let mut tables = Vec::new();
    for (title, workloads) in &layout {
        let mut table = Table::new(*title, "millions per second");
        table.rows = subjects.iter().map(|it| Row::new(it.name())).collect();
        for workload in workloads {
            let results: Vec<Vec<Figure>> = figures.by_ref().take(subjects.len()).collect();
            for (at, what) in workload.figures().iter().enumerate() {
                // In millions per second.
                let figures = results.iter().map(|figures| {
                    let figure = figures.get(at)?;
                    Some(figure.map(|per_second| per_second / 1e6))
                });
                table.add_column(column(workload, what), figures.collect());
            }
        }
        tables.push(table);
    }
    Ok(Findings {
        keys: vec![keys.name().to_owned()],
        peers: subjects
            .iter()
            .map(|it| PeerNote::new(it.name(), it.how()))
            .collect(),
        tables,
        claims: Vec::new(),
        notes: [
            vec![match plan.native_hashers {
                true => "Each map has its own default hasher.".to_owned(),
                false => "Every map has the same hasher: foldhash with a fixed seed.".to_owned(),
            }],
            workload::notes(),
        ]
        .concat(),
    })
}

fn column(workload: &Workload, what: &str) -> String {
    match workload.figures().len() {
        1 => workload.column(),
        _ => format!("{}: {what}", workload.column()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hasher::CommonHasher;
    use crate::peer::Peer;
    use crate::peers::EvmapCore;

    #[test]
    fn the_base_is_the_first_row() {
        assert_eq!(all::<u64>()[0].name(), BASE);
        assert_eq!(all_with_native_hashers::<u64>()[0].name(), BASE);
        assert_eq!(<EvmapCore<u64, CommonHasher> as Peer<u64>>::NAME, BASE);
    }

    #[test]
    fn thread_counts_grow_to_the_number_of_cores() {
        let counts = thread_counts();
        assert_eq!(counts[0], 1);
        assert!(counts.is_sorted_by(|a, b| a < b), "{counts:?}");
    }
}
