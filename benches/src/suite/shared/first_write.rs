//! The first write after a bulk load, which has everything in one copy and nothing in the log.

use std::time::Instant;

use crate::error::{Error, Mismatch};
use crate::keys::KeySet;
use crate::open::turns::check;
use crate::open::{Open, Ours};
use crate::report::{Better, Row, Table};
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;
use crate::value::value;

type Map = Ours<u64>;

pub(super) fn table(keys: &KeySet<u64>, effort: &Effort) -> Result<Table, Error> {
    let mut trials = [Trial::new("SharedMap: first write after a load", || {
        let took = first_write(keys);
        let took = took.map_err(|it| it.at(Map::NAME, "first write after a load"))?;
        Ok(vec![took])
    })];
    let rounds = effort.on(keys.len()).rounds;
    let mut figures = interleave(&mut trials, rounds)?.remove(0);
    let mut table = Table {
        better: Better::Less,
        rows: vec![Row::new(Map::NAME)],
        ..Table::new("First write after a bulk load", "ms")
    };
    table.add_column(keys.name(), vec![Some(figures.remove(0))]);
    Ok(table)
}

/// In milliseconds.
fn first_write(keys: &KeySet<u64>) -> Result<f64, Mismatch> {
    let map = Map::loaded(keys);
    let (key, new) = (keys.keys()[0], value(0, 1));
    let since = Instant::now();
    let old = map.insert(key, new);
    let took = since.elapsed();
    let seen = map.get(&key);
    if (old, seen) != (Some(value(0, 0)), Some(new)) {
        return Err(Mismatch(format!(
            "{key} had {old:?}, and has {seen:?} after {new} was written"
        )));
    }
    check(&map, keys)?;
    Ok(took.as_secs_f64() * 1e3)
}
