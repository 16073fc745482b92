//! Many at once: loading a map, loading it again, and looking up 64 keys at a time.

mod chunks;

use super::plan::{Effort, Plan, Suite};
use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::figure::Figure;
use crate::keys::KeySet;
use crate::loads::{self, Load};
use crate::order::Order;
use crate::report::Findings;
use crate::schedule::{Trial, interleave};
use crate::subject::{BASE, FLOOR};
use chunks::{CHUNK, Core, CoreMany, Look, Plain, PlainMany};

/// Entries of a load.
const LOAD: usize = 1_000_000;

/// The suite.
#[derive(Debug)]
pub struct Bulk;

impl Suite for Bulk {
    fn name(&self) -> &'static str {
        "bulk"
    }

    fn about(&self) -> &'static str {
        "claims: bulk loads, and 64 look-ups per entry, against plain hashbrown"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        plan.only_integers(self.name())?;
        let effort = &plan.effort;
        let load = KeySet::integers(LOAD.min(effort.most_keys));
        let sets = [1_000, LOAD].map(|count| KeySet::integers(count.min(effort.most_keys)));
        let mut claims = load_claims(&load, effort)?;
        claims.extend(look_ups(&sets, effort)?);
        Ok(Findings {
            keys: sets.iter().map(|keys| keys.name().to_owned()).collect(),
            claims,
            notes: vec![
                "A load is timed from the call that makes the map, with its capacity, to the end of the \
                 publish. Every map has the same hasher. What a second publish takes, and a load after a \
                 clear, is among criterion's benches."
                    .to_owned(),
                format!(
                    "{CHUNK} at a time: one enter, {CHUNK} look-ups, one leave, against the same look-ups \
                     in plain hashbrown. get_many fills an array of references on both sides, which is \
                     then read; a view is asked key by key."
                ),
            ],
            ..Findings::default()
        })
    }
}

/// The loads of `evmap-core`, against the usual one of plain `hashbrown`.
fn load_claims(keys: &KeySet<u64>, effort: &Effort) -> Result<Vec<Claim>, Error> {
    let sides: [(&str, &str, Load); 4] = [
        (BASE, "insert", loads::core_insert),
        (BASE, "extend", loads::core_extend),
        (BASE, "build_from", loads::core_build_from),
        (FLOOR, "insert", loads::plain_insert),
    ];
    let mut trials: Vec<Trial<'_>> = sides
        .iter()
        .map(|(map, way, load)| {
            Trial::new(format!("{map}: load by {way}"), move || {
                let took = load(keys).map_err(|it| it.at(map, &format!("load by {way}")))?;
                Ok(vec![took.as_nanos() as f64 / keys.len() as f64])
            })
        })
        .collect();
    let figures = interleave(&mut trials, effort.rounds)?;
    let mut figures: Vec<Figure> = figures.into_iter().flatten().collect();
    let plain = figures.pop().expect("every side is loaded");
    let claims = sides.iter().zip(figures).map(|((_, way, _), figure)| {
        Claim::ratio(
            format!("load {} by {way}, publish", keys.name()),
            "ns",
            figure,
            (&format!("{FLOOR}, insert"), plain.clone()),
            Target::AtMost(2.0),
        )
    });
    Ok(claims.collect())
}

/// 64 look-ups per entry into the map.
fn look_ups(sets: &[KeySet<u64>], effort: &Effort) -> Result<Vec<Claim>, Error> {
    type Run = fn(&KeySet<u64>, &Order<u64>, &Effort) -> Result<Vec<f64>, Error>;
    fn of<L: Look>() -> (&'static str, Run) {
        (L::NAME, chunks::run::<L>)
    }
    let sides = [
        of::<CoreMany>(),
        of::<PlainMany>(),
        of::<Core>(),
        of::<Plain>(),
    ];
    let orders: Vec<Order<u64>> = sets.iter().map(|keys| Order::new(keys, 1)).collect();
    let mut trials = Vec::new();
    for (keys, order) in sets.iter().zip(&orders) {
        for (name, run) in sides {
            let name = format!("{name}, {}", keys.name());
            trials.push(Trial::new(name, move || run(keys, order, effort)));
        }
    }
    let mut figures = interleave(&mut trials, effort.rounds)?
        .into_iter()
        .map(|mut figures| figures.remove(0).map(|per_second| 1e9 / per_second));
    let mut claims = Vec::new();
    for keys in sets {
        let [many, plain_many, view, plain]: [Figure; 4] =
            std::array::from_fn(|_| figures.next().expect("each trial has one figure"));
        for (how, ours, other, theirs) in [
            ("get_many", many, "hashbrown, into an array", plain_many),
            ("look-ups in a view", view, "hashbrown", plain),
        ] {
            claims.push(Claim::ratio(
                format!("{CHUNK} at a time by {how}, {}", keys.name()),
                "ns",
                ours,
                (other, theirs),
                Target::AtMost(1.05),
            ));
        }
    }
    Ok(claims)
}
