//! Verification catches bags that are wrong.

use std::num::Wrapping;
use std::time::Duration;

use super::work::{Kind, Task};
use super::{Bags, Locked, ReadBags};
use crate::error::Mismatch;
use crate::keys::KeySet;

type Honest = Locked<Wrapping<u64>>;
type Entry = (u64, Wrapping<u64>);

/// How a map lies. `NOT` shows that it is the lie that is caught.
const NOT: u8 = 0;
/// A batch of inserts that is as large as those that are timed loses its last one.
const LOSES_INSERTS: u8 = 1;
/// The first of a batch of removals is put off for ever.
const KEEPS_VALUES: u8 = 2;
/// Some value is that of another key.
const GIVES_OTHERS: u8 = 3;
/// A value is left out when the bag is gone through, once the bag has been seen.
const SKIPS_LATER: u8 = 4;

struct Liar<const LIE: u8>(Honest);

struct LyingReader<const LIE: u8> {
    reader: <Honest as Bags>::Reader,
    seen: std::cell::Cell<usize>,
}

impl<const LIE: u8> Bags for Liar<LIE> {
    const NAME: &'static str = "liar";
    const HOW: &'static str = "wrong on purpose";

    type Value = Wrapping<u64>;
    type Reader = LyingReader<LIE>;

    fn empty(keys: usize) -> Self {
        Self(Honest::empty(keys))
    }

    fn reader(&self) -> LyingReader<LIE> {
        LyingReader {
            reader: self.0.reader(),
            seen: 0.into(),
        }
    }

    fn insert(&mut self, entries: impl Iterator<Item = Entry>) {
        let mut entries: Vec<Entry> = entries.collect();
        if LIE == LOSES_INSERTS && entries.len() == super::work::PUBLISH {
            entries.pop();
        }
        self.0.insert(entries.into_iter());
    }

    fn remove(&mut self, entries: impl Iterator<Item = Entry>) {
        self.0.remove(entries.skip((LIE == KEEPS_VALUES).into()));
    }
}

impl<const LIE: u8> ReadBags for LyingReader<LIE> {
    fn get_one(&self, key: &u64) -> Option<u64> {
        let found = self.reader.get_one(key);
        match LIE {
            GIVES_OTHERS => found.map(|value| value.wrapping_add(1 << 40)),
            _ => found,
        }
    }

    fn sum(&self, key: &u64) -> Option<(u64, usize)> {
        let (sum, count) = self.reader.sum(key)?;
        let seen = self.seen.replace(self.seen.get() + 1);
        let skipped = LIE == SKIPS_LATER && seen > 1_000;
        Some((sum, count - usize::from(skipped)))
    }
}

fn outcome<const LIE: u8>(kind: Kind) -> Result<f64, Mismatch> {
    let task = Task {
        keys: KeySet::integers(100),
        size: 10,
        kind,
    };
    task.run::<Liar<LIE>, Liar<LIE>>(Duration::from_millis(1))
}

#[test]
fn the_same_map_without_a_lie_passes() {
    for kind in [Kind::GetOne, Kind::Iterate, Kind::Insert, Kind::Remove(300)] {
        assert!(outcome::<NOT>(kind).unwrap() > 0.0);
    }
}

#[test]
fn wrong_bags_are_caught() {
    assert!(outcome::<LOSES_INSERTS>(Kind::Insert).is_err());
    assert!(outcome::<KEEPS_VALUES>(Kind::Remove(300)).is_err());
    assert!(outcome::<GIVES_OTHERS>(Kind::GetOne).is_err());
    assert!(outcome::<SKIPS_LATER>(Kind::Iterate).is_err());
}
