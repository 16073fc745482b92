//! Reads at the price of a plain look-up: the claims about reading while nobody writes.

use super::plan::{Effort, Plan, Suite};
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::figure::Figure;
use crate::hasher::CommonHasher;
use crate::keys::{Key, KeySet};
use crate::order::Order;
use crate::peers::{Dash, Evmap, EvmapCore, Papaya, Plain};
use crate::primitive::{self, Ours, Primitive, Registry, Write, enter_for};
use crate::report::Findings;
use crate::schedule::{Trial, interleave};
use crate::subject::{Of, Subject};
use crate::workload::{self, Workload};

/// The suite.
#[derive(Debug)]
pub struct Reads;

impl Suite for Reads {
    fn name(&self) -> &'static str {
        "reads"
    }

    fn about(&self) -> &'static str {
        "claims: enter + leave, and look-ups on one thread, against plain hashbrown and others"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        let effort = &plan.effort;
        let integers = [1_000, 100_000].map(|count: usize| count.min(effort.most_keys));
        match &plan.keys {
            Some(keys) => claims(std::slice::from_ref(keys), effort),
            None => claims(&integers.map(KeySet::integers), effort),
        }
    }
}

/// What is run once per round and key set; the claims pick their sides from it.
fn sides<K: Key>() -> [(Box<dyn Subject<K>>, bool); 7] {
    fn of<P>() -> Box<Of<P>> {
        Box::new(Of::new())
    }
    [
        (of::<EvmapCore<K, CommonHasher>>(), false),
        (of::<Plain<K, CommonHasher>>(), false),
        (of::<Evmap<K, CommonHasher>>(), false),
        (of::<Papaya<K, CommonHasher>>(), false),
        (of::<Dash<K, CommonHasher>>(), false),
        (of::<EvmapCore<K, CommonHasher>>(), true),
        (of::<Plain<K, CommonHasher>>(), true),
    ]
}

fn claims<K: Key>(sets: &[KeySet<K>], effort: &Effort) -> Result<Findings, Error> {
    let orders: Vec<Order<K>> = sets.iter().map(|keys| Order::new(keys, 1)).collect();
    let sides = sides::<K>();
    let mut trials = vec![
        Trial::new("left-right: enter + leave", || enter::<Ours>(effort)),
        Trial::new("left-right 0.11: enter + leave", || {
            enter::<Registry>(effort)
        }),
    ];
    for (keys, order) in sets.iter().zip(&orders) {
        for (subject, held) in &sides {
            let workload = Workload::Reads {
                threads: 1,
                held: *held,
            };
            trials.push(Trial::new(
                format!("{}: {}, {}", subject.name(), workload.name(), keys.name()),
                move || subject.run(&workload, keys, order, effort.slice),
            ));
        }
    }
    let mut figures = interleave(&mut trials, effort.rounds)?
        .into_iter()
        .map(|mut figures| figures.remove(0).map(|per_second| 1e9 / per_second));
    let mut next = || figures.next().expect("each trial has one figure");
    let unit = "ns";
    let (ours, theirs) = (next(), next());
    let mut claims = vec![Claim::ratio(
        "enter + leave",
        unit,
        ours,
        (Registry::NAME, theirs),
        Target::AtMost(1.0 / 12.0),
    )];
    for keys in sets {
        let [ours, plain, evmap, papaya, dash, held, held_plain]: [Figure; 7] =
            std::array::from_fn(|_| next());
        let name = keys.name();
        for (other, figure, limit) in [
            ("hashbrown", plain.clone(), 1.35),
            ("evmap 11", evmap, 1.0 / 6.0),
            ("papaya, pin + get", papaya, 1.0 / 6.0),
            ("dashmap", dash, 1.0 / 3.5),
        ] {
            let what = format!("look-up, {name}");
            let target = Target::AtMost(limit);
            let claim = Claim::ratio(what, unit, ours.clone(), (other, figure), target);
            claims.push(claim.above_floor(&plain));
        }
        claims.push(Claim::ratio(
            format!("look-up under a held guard, {name}"),
            unit,
            held,
            ("hashbrown", held_plain),
            Target::AtMost(1.03),
        ));
    }
    Ok(Findings {
        keys: sets.iter().map(|keys| keys.name().to_owned()).collect(),
        claims,
        notes: [
            vec![
                "One thread; every map has the same hasher: foldhash with a fixed seed.".to_owned(),
            ],
            workload::notes(),
        ]
        .concat(),
        ..Findings::default()
    })
}

/// How often a guard can be taken, read through and given back in a second.
fn enter<P: Primitive>(effort: &Effort) -> Result<Vec<f64>, Error> {
    let (mut writer, reader, _) = P::new();
    writer.add_and_publish();
    let rate = enter_for(&reader, effort.slice);
    match primitive::check(&reader, 1) {
        Ok(()) => Ok(vec![rate]),
        Err(mismatch) => Err(mismatch.at(P::NAME, "enter + leave")),
    }
}
