//! What the maps take: bytes per entry when all is loaded, the peak while loading, and what a burst of
//! writes leaves behind.

mod maps;

use std::num::Wrapping;
use std::sync::Arc;

use super::plan::{Effort, Plan, Suite};
use crate::check;
use crate::claim::{Claim, Target};
use crate::error::{Error, Mismatch};
use crate::figure::Figure;
use crate::hasher::CommonHasher;
use crate::keys::{KeySet, thousands};
use crate::meter::Meter;
use crate::order::Order;
use crate::peer::{Peer, Writer};
use crate::peers;
use crate::report::{Better, Findings, Row, Table};
use crate::schedule::{Trial, interleave};
use crate::value::mix;
use maps::{Core, CoreBuilt, Dash, Evmap, Hold, Item, LeftRight, Locked, Papaya, Plain};

/// Entries of a few words.
const SMALL: usize = 100_000;
/// Entries of a kibibyte.
const LARGE: usize = 10_000;
/// Memory does not vary from round to round as time does: the rounds are there to show it.
const ROUNDS: usize = 3;

/// Keys and values of 8 bytes. Not `u64` itself: the maps that others time would have their look-ups
/// called from here too, and the compiler inlines what has one caller only.
type Word = Wrapping<u64>;

/// A value of 1 KiB in place, in a shape that `evmap` 11 takes too.
type Kibibyte = [[u8; 32]; 32];

/// What an `Arc` puts in front of its payload.
const COUNTS: usize = 2 * size_of::<usize>();

/// The bytes of a key or a value that is a text.
const TEXT: usize = 16;

/// The suite.
#[derive(Debug)]
pub struct Memory;

impl Suite for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn about(&self) -> &'static str {
        "bytes per entry of every map, the peak while loading, the log after a burst"
    }

    fn run(&self, plan: &Plan) -> Result<Findings, Error> {
        plan.only_defaults(self.name())?;
        plan.only_integers(self.name())?;
        let effort = &plan.effort;
        let (loaded, peak) = tables(effort)?;
        let mut claims = against_plain(&loaded);
        claims.push(burst(effort)?);
        let count = |most: usize| thousands(most.min(effort.most_keys));
        Ok(Findings {
            keys: vec![format!(
                "{} entries, of those of 1 KiB {}",
                count(SMALL),
                count(LARGE)
            )],
            tables: vec![loaded, peak],
            claims,
            notes: vec![
                format!(
                    "Bytes asked of the allocator by the thread that builds the map, what it adds for \
                     itself left out; a block that is resized counts once. {} rounds.",
                    effort.rounds.min(ROUNDS)
                ),
                "Each map is told the number of entries beforehand, filled one by one and, where it keeps \
                 two copies, published until both have everything; every entry is read back. The peak \
                 includes the log of a map that has one. Every map has the same hasher."
                    .to_owned(),
                format!(
                    "Texts have {TEXT} bytes. An Arc's payload is allocated once and found once or twice, \
                     according to the map."
                ),
            ],
            ..Findings::default()
        })
    }
}

/// One type of entries.
struct Entries<K, V> {
    name: &'static str,
    count: usize,
    key: fn(u64) -> K,
    value: fn(u64) -> V,
}

/// What one repetition gives.
type Samples = Result<Vec<f64>, Error>;

/// The loading of some map.
type Load<K, V> = fn(&Entries<K, V>) -> Samples;

/// Bytes per entry: after the load, and at most while loading.
fn load<K: Item, V: Item, M: Hold<K, V>>(entries: &Entries<K, V>) -> Samples {
    let pair = |index| ((entries.key)(index), (entries.value)(index));
    let indices = 0..entries.count as u64;
    let meter = Meter::start();
    let map = M::load(entries.count, indices.clone().map(pair));
    let bytes = [meter.in_use(), meter.peak()];
    drop(meter);
    for index in indices {
        let (key, value) = pair(index);
        if !map.has(&key, &value) {
            let wrong = format!("the value of key {key:?} is not the one that was loaded");
            return Err(Mismatch(wrong).at(M::NAME, &format!("load {}", entries.name)));
        }
    }
    Ok(bytes
        .map(|bytes| bytes as f64 / entries.count as f64)
        .to_vec())
}

/// The maps in the order of the rows. The last one has a row in the table of peaks only.
const ROWS: [&str; 8] = [
    <Core<Word, Word> as Hold<Word, Word>>::NAME,
    <Evmap<Word, Word> as Hold<Word, Word>>::NAME,
    <LeftRight<Word, Word> as Hold<Word, Word>>::NAME,
    <Locked<Word, Word> as Hold<Word, Word>>::NAME,
    <Dash<Word, Word> as Hold<Word, Word>>::NAME,
    <Papaya<Word, Word> as Hold<Word, Word>>::NAME,
    <Plain<Word, Word> as Hold<Word, Word>>::NAME,
    <CoreBuilt<Word, Word> as Hold<Word, Word>>::NAME,
];

/// Row of plain `hashbrown`.
const PLAIN: usize = 6;

fn trials<'e, K: Item, V: Item>(entries: &'e Entries<K, V>, trials: &mut Vec<Trial<'e>>) {
    let loads: [Load<K, V>; ROWS.len()] = [
        load::<K, V, Core<K, V>>,
        load::<K, V, Evmap<K, V>>,
        load::<K, V, LeftRight<K, V>>,
        load::<K, V, Locked<K, V>>,
        load::<K, V, Dash<K, V>>,
        load::<K, V, Papaya<K, V>>,
        load::<K, V, Plain<K, V>>,
        load::<K, V, CoreBuilt<K, V>>,
    ];
    for (name, load) in ROWS.iter().zip(loads) {
        let name = format!("{name}: load {}", entries.name);
        trials.push(Trial::new(name, move || load(entries)));
    }
}

/// Columns of the table, by place; the claims pick from them.
const INTEGERS: usize = 0;
const ARC_TEXTS: usize = 2;
const ARC_KIBIBYTES: usize = 4;

fn tables(effort: &Effort) -> Result<(Table, Table), Error> {
    let small = SMALL.min(effort.most_keys);
    let large = LARGE.min(effort.most_keys);
    fn word(index: u64) -> Word {
        Wrapping(mix(index))
    }
    fn text(index: u64) -> String {
        format!("{:0width$x}", mix(index), width = TEXT)
    }
    let integers = Entries {
        name: "u64 \u{2192} u64",
        count: small,
        key: word,
        value: word,
    };
    let strings = Entries {
        name: "String \u{2192} String",
        count: small,
        key: text,
        value: text,
    };
    let arcs = Entries {
        name: "Arc<str> \u{2192} Arc<str>",
        count: small,
        key: |index| Arc::<str>::from(text(index)),
        value: |index| Arc::<str>::from(text(index)),
    };
    let in_place = Entries {
        name: "u64 \u{2192} [u8; 1024]",
        count: large,
        key: word,
        value: |index| -> Kibibyte { [[mix(index) as u8; 32]; 32] },
    };
    let shared = Entries {
        name: "u64 \u{2192} Arc<[u8]> of 1024",
        count: large,
        key: word,
        value: |index| Arc::<[u8]>::from([mix(index) as u8; 1024]),
    };
    let names = [
        integers.name,
        strings.name,
        arcs.name,
        in_place.name,
        shared.name,
    ];
    let mut all = Vec::new();
    trials(&integers, &mut all);
    trials(&strings, &mut all);
    trials(&arcs, &mut all);
    trials(&in_place, &mut all);
    trials(&shared, &mut all);
    let figures = interleave(&mut all, effort.rounds.min(ROUNDS))?;

    let table = |title: &str, rows: &[&str]| Table {
        better: Better::Less,
        rows: rows.iter().map(|&name| Row::new(name)).collect(),
        ..Table::new(title, "bytes per entry")
    };
    let mut loaded = table("Memory of a loaded map", &ROWS[..=PLAIN]);
    let mut peak = table("Peak while loading", &ROWS);
    for (name, figures) in names.iter().zip(figures.chunks(ROWS.len())) {
        let column = |figure: usize, rows: usize| {
            let rows = figures[..rows].iter();
            rows.map(|figures| Some(figures[figure].clone())).collect()
        };
        loaded.add_column(*name, column(0, PLAIN + 1));
        peak.add_column(*name, column(1, ROWS.len()));
    }
    Ok((loaded, peak))
}

/// The claims about our map beside plain `hashbrown`.
fn against_plain(loaded: &Table) -> Vec<Claim> {
    let figure = |row: usize, column: usize| match &loaded.rows[row].cells[column] {
        Some(cell) => cell.figure.clone(),
        None => unreachable!("every map takes every type of entries"),
    };
    // Two tables, and the handles.
    let limit = Target::AtMost(2.05);
    let claim = |what: &str, column: usize, payload: usize| {
        let side = |row| figure(row, column).map(|bytes| bytes - payload as f64);
        let plain = (ROWS[PLAIN], side(PLAIN));
        Claim::ratio(
            format!("{}{what}", loaded.columns[column]),
            "B",
            side(0),
            plain,
            limit,
        )
    };
    let without = ", beside payloads that are stored once";
    vec![
        claim("", INTEGERS, 0),
        claim(without, ARC_TEXTS, 2 * (COUNTS + TEXT)),
        claim(without, ARC_KIBIBYTES, COUNTS + 1024),
    ]
}

/// What a map keeps of a burst of writes after three small publishes.
fn burst(effort: &Effort) -> Result<Claim, Error> {
    /// The log of 1,024 operations of 32 bytes is not worth giving back, says `left-right`; twice that
    /// leaves room for the last publishes.
    const LIMIT: f64 = 64.0;

    fn left_behind<P: Peer<u64>>(keys: &KeySet<u64>, order: &Order<u64>) -> Samples {
        let meter = Meter::start();
        let mut map = P::build(keys);
        let before = meter.in_use();
        let mut writer = map.writer();
        let burst = keys.len();
        writer.write((0..burst).map(|number| order.write(number)));
        for number in burst..burst + 3 {
            writer.write([order.write(number)].into_iter());
        }
        let left = (meter.in_use() - before) as f64 / 1024.0;
        drop(meter);
        drop(writer);
        check::every_key(&map.reader(), keys, &order.values_after(keys, burst + 3))
            .map_err(|mismatch| mismatch.at(P::NAME, "a burst of writes"))?;
        Ok(vec![left])
    }

    let keys = KeySet::integers(SMALL.min(effort.most_keys));
    let order = Order::new(&keys, 1);
    type Ours = peers::EvmapCore<u64, CommonHasher>;
    type Theirs = peers::LeftRight<u64, CommonHasher>;
    let mut trials = [
        Trial::new("evmap-core: log after a burst", || {
            left_behind::<Ours>(&keys, &order)
        }),
        Trial::new("left-right 0.11: log after a burst", || {
            left_behind::<Theirs>(&keys, &order)
        }),
    ];
    let figures = interleave(&mut trials, effort.rounds.min(ROUNDS))?;
    let first = |of: &[Figure]| of[0].clone();
    Ok(Claim::absolute(
        format!(
            "left by a burst of {} writes, after 3 publishes of one",
            thousands(keys.len())
        ),
        "KiB",
        first(&figures[0]),
        Some((<Theirs as Peer<u64>>::NAME, first(&figures[1]))),
        Target::AtMost(LIMIT),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps every entry but the last.
    struct Forgetful(Plain<Word, Word>);

    impl Hold<Word, Word> for Forgetful {
        const NAME: &'static str = "forgetful";

        fn load(count: usize, entries: impl Iterator<Item = (Word, Word)>) -> Self {
            Self(Plain::load(count, entries.take(count - 1)))
        }

        fn has(&self, key: &Word, value: &Word) -> bool {
            self.0.has(key, value)
        }
    }

    #[test]
    fn an_entry_that_was_not_stored_is_caught_and_a_table_is_counted() {
        let word = |index| Wrapping(mix(index));
        let entries = Entries {
            name: "words",
            count: 1_000,
            key: word,
            value: word,
        };
        assert!(load::<_, _, Forgetful>(&entries).is_err());
        // 2,048 buckets of 16 bytes and one of control, and a group of control bytes at the end.
        let bytes = load::<_, _, Plain<Word, Word>>(&entries).unwrap();
        assert!((34.8..34.9).contains(&bytes[0]), "{bytes:?}");
        assert_eq!(bytes[0], bytes[1]);
    }
}
