//! Look-ups through a shared handle while nobody writes.

use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peers::{Dash, Papaya, Plain, Shared};
use crate::schedule::{Trial, interleave};
use crate::subject::{Of, Subject};
use crate::suite::plan::Effort;
use crate::workload::Workload;

/// Reading threads.
const THREADS: [usize; 2] = [1, 2];

/// Look-ups while nobody writes, on one thread and on two.
pub(super) fn claims<K: Key>(keys: &KeySet<K>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let order = Order::new(keys, 1);
    let shared = Of::<Shared<K, CommonHasher>>::new();
    let plain = Of::<Plain<K, CommonHasher>>::new();
    let papaya = Of::<Papaya<K, CommonHasher>>::new();
    let dash = Of::<Dash<K, CommonHasher>>::new();
    let ours: &dyn Subject<K> = &shared;
    // The other sides, and the most that we may take of their time.
    let others: [(&dyn Subject<K>, &str, f64); 3] = [
        (&plain, "hashbrown", 2.0),
        (&papaya, "papaya, pin + get", 1.0 / 3.0),
        (&dash, "dashmap", 1.0 / 2.5),
    ];
    let mut trials = Vec::new();
    for threads in THREADS {
        let workload = Workload::Reads {
            threads,
            held: false,
        };
        let sides = others.iter().map(|(subject, ..)| *subject);
        for subject in [ours].into_iter().chain(sides) {
            let name = format!("{}: {}", subject.name(), workload.name());
            let order = &order;
            trials.push(Trial::new(name, move || {
                subject.run(&workload, keys, order, effort.slice)
            }));
        }
    }
    let figures = interleave(&mut trials, effort.rounds)?;
    let mut claims = Vec::new();
    for (threads, figures) in THREADS.iter().zip(figures.chunks(1 + others.len())) {
        let nanoseconds =
            |side: usize| figures[side][0].map(|per_second| *threads as f64 * 1e9 / per_second);
        let plural = if *threads == 1 { "" } else { "s" };
        for (side, (_, name, limit)) in others.iter().enumerate() {
            let claim = Claim::ratio(
                format!("look-up, {threads} thread{plural}, {}", keys.name()),
                "ns",
                nanoseconds(0),
                (name, nanoseconds(1 + side)),
                Target::AtMost(*limit),
            );
            // The first of the other sides is the floor.
            claims.push(claim.above_floor(&nanoseconds(1)));
        }
    }
    Ok(claims)
}
