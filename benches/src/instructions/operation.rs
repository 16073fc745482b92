//! What is counted. Each operation verifies what it computes.

use crate::bags::{Bags, Multi, ReadBags, Value};
use crate::check::{self, Expect};
use crate::error::{Error, Mismatch};
use crate::hasher::CommonHasher;
use crate::keys::KeySet;
use crate::open::turns;
use crate::open::{Open, Ours as SharedMap, Through};
use crate::order::{BATCH, Order};
use crate::peer::{Lookup, Peer, Reader, Writer};
use crate::peers::{EvmapCore, Plain};
use crate::primitive::{self, Ours, Primitive, Shared, Write, enter_and_leave};
use crate::value::{TAG_MASK, value};

/// Operations of a round.
pub const ROUND: usize = BATCH;

/// Rounds that come before those that are counted, so that logs and tables have their size, readers have found
/// out how to enter, and the check at the end has the same work whatever the number of rounds.
pub const WARM_UP: usize = 8;

/// Keys of a map: a round looks each of them up, so that all rounds are alike.
const KEYS: usize = ROUND;

/// Writes that become visible together.
const TOGETHER: usize = 128;

const _: () = assert!(ROUND % TOGETHER == 0 && ROUND == primitive::ROUND);

/// One of the main operations.
#[derive(Debug)]
pub struct Operation {
    /// Its name in the file.
    pub name: &'static str,
    run: fn(usize) -> Result<(), Mismatch>,
}

impl Operation {
    /// Carries it out, so many rounds of it after the first ones.
    ///
    /// # Errors
    ///
    /// [`Error::Wrong`] if it did not do what it should.
    pub fn carry_out(&self, rounds: usize) -> Result<(), Error> {
        (self.run)(WARM_UP + rounds).map_err(|mismatch| mismatch.at(self.name, "instructions"))
    }
}

/// The operation of this name.
///
/// # Errors
///
/// [`Error::Usage`] if there is none.
pub fn named(name: &str) -> Result<&'static Operation, Error> {
    ALL.iter()
        .find(|it| it.name == name)
        .ok_or_else(|| Error::Usage(format!("there is no operation `{name}`")))
}

/// All of them. A plain map's come first: where they change, it was not the workspace that changed them.
#[rustfmt::skip]
pub const ALL: &[Operation] = &[
    Operation { name: "hashbrown: get", run: |rounds| get::<Plain<u64, CommonHasher>>(rounds) },
    Operation { name: "hashbrown: insert", run: |rounds| publish::<Plain<u64, CommonHasher>>(rounds, 1) },
    Operation { name: "left-right: enter + leave", run: enter },
    Operation { name: "left-right: shared enter + leave", run: shared_enter },
    Operation { name: "left-right: publish, then enter + leave", run: publish_and_enter },
    Operation { name: "left-right: append", run: append },
    Operation { name: "left-right: append + publish", run: |rounds| append_and_publish(rounds, 1) },
    Operation { name: "left-right: append, publish per 128", run: |rounds| append_and_publish(rounds, TOGETHER) },
    Operation { name: "evmap-core: get", run: |rounds| get::<EvmapCore<u64, CommonHasher>>(rounds) },
    Operation { name: "evmap-core: get under a guard", run: held },
    Operation { name: "evmap-core: insert + publish", run: |rounds| publish::<EvmapCore<u64, CommonHasher>>(rounds, 1) },
    Operation { name: "evmap-core: insert, publish per 128", run: |rounds| publish::<EvmapCore<u64, CommonHasher>>(rounds, TOGETHER) },
    Operation { name: "evmap-core: SharedMap::get_cloned", run: shared_get },
    Operation { name: "evmap-core: SharedMap::insert", run: shared_insert },
    Operation { name: "evmap-multi: get_one", run: get_one },
    Operation { name: "evmap-multi: insert + publish, remove_value + publish", run: insert_and_remove },
];

/// Keys, and the order in which they are looked up and written.
fn input() -> (KeySet<u64>, Order<u64>) {
    let keys = KeySet::integers(KEYS);
    let order = Order::new(&keys, 1);
    (keys, order)
}

fn look_up<L: Lookup<u64>>(map: &L, order: &Order<u64>, rounds: usize) -> Result<(), Mismatch> {
    for batch in order.batches(0).take(rounds) {
        check::batch(map, &batch, Expect::Prefilled)?;
    }
    Ok(())
}

fn get<P: Peer<u64>>(rounds: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let map = P::build(&keys);
    look_up(&map.reader(), &order, rounds)
}

fn held(rounds: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let reader = EvmapCore::<u64, CommonHasher>::build(&keys).reader();
    let held = reader.hold().expect("this map has guards");
    look_up(&held, &order, rounds)
}

fn publish<P: Peer<u64>>(rounds: usize, together: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let mut map = P::build(&keys);
    let mut writer = map.writer();
    let mut written = 0;
    while written < rounds * ROUND {
        writer.write((written..written + together).map(|number| order.write(number)));
        written += together;
    }
    drop(writer);
    check::every_key(&map.reader(), &keys, &order.values_after(&keys, written))
}

fn shared_get(rounds: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let map = SharedMap::build(&keys);
    look_up(&Through(&map), &order, rounds)
}

fn shared_insert(rounds: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let map = SharedMap::build(&keys);
    for number in 0..rounds * ROUND {
        let (key, value) = order.write(number);
        let old = map.insert(key, value).map(|old| old & TAG_MASK);
        if old != Some(value & TAG_MASK) {
            return Err(Mismatch(format!("the old value of {key} was {old:?}")));
        }
    }
    turns::check(&map, &keys)
}

fn enter(rounds: usize) -> Result<(), Mismatch> {
    let (mut writer, reader, _) = Ours::new();
    writer.add_and_publish();
    for _ in 0..rounds {
        enter_and_leave(&reader);
    }
    primitive::check(&reader, 1)
}

fn shared_enter(rounds: usize) -> Result<(), Mismatch> {
    let mut shared = Shared::new();
    shared.add_and_publish();
    for _ in 0..rounds {
        enter_and_leave(&shared);
    }
    primitive::check(&shared, 1)
}

fn publish_and_enter(rounds: usize) -> Result<(), Mismatch> {
    let (mut writer, reader, _) = Ours::new();
    for published in 1..=(rounds * ROUND) as u64 {
        writer.add_and_publish();
        primitive::check(&reader, published)?;
    }
    Ok(())
}

/// A function of its own, so that the same code is counted wherever operations are appended.
#[inline(never)]
fn add<W: Write>(writer: &mut W, count: usize) {
    for _ in 0..count {
        writer.add();
    }
}

/// What is appended after the first rounds is not published: that would be counted, too. The log has room
/// for it, since the first rounds were published together.
fn append(rounds: usize) -> Result<(), Mismatch> {
    let (mut writer, reader, _) = Ours::new();
    // Twice, since there are two vectors of operations, which change places.
    for _ in 0..2 {
        add(&mut writer, WARM_UP * ROUND);
        writer.publish();
    }
    add(&mut writer, (rounds - WARM_UP) * ROUND);
    let appended = primitive::check(&reader, (2 * WARM_UP * ROUND) as u64);
    // Dropping it would go through the operations.
    std::mem::forget(writer);
    appended
}

fn append_and_publish(rounds: usize, together: usize) -> Result<(), Mismatch> {
    let (mut writer, reader, _) = Ours::new();
    for _ in 0..rounds * ROUND / together {
        add(&mut writer, together);
        writer.publish();
    }
    primitive::check(&reader, (rounds * ROUND) as u64)
}

type Bag = Multi<std::num::Wrapping<u64>>;

fn get_one(rounds: usize) -> Result<(), Mismatch> {
    let (keys, order) = input();
    let map = Bag::filled(&keys, 1);
    look_up(&crate::bags::work::One(map.reader()), &order, rounds)
}

fn insert_and_remove(rounds: usize) -> Result<(), Mismatch> {
    let keys = KeySet::integers(KEYS);
    let mut map = Bag::filled(&keys, 1);
    for _ in 0..rounds {
        for (index, key) in keys.keys().iter().enumerate() {
            let entry = (*key, Value::nth(index, 1));
            map.insert([entry].into_iter());
            map.remove([entry].into_iter());
        }
    }
    let reader = map.reader();
    for (index, key) in keys.keys().iter().enumerate() {
        let found = reader.sum(key);
        if found != Some((value(index, 0), 1)) {
            return Err(Mismatch(format!("the bag of {key} holds {found:?}")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_does_what_it_should() {
        for operation in ALL {
            operation.carry_out(1).unwrap();
        }
    }

    #[test]
    fn names_are_distinct_and_found() {
        let mut names: Vec<&str> = ALL.iter().map(|it| it.name).collect();
        for name in &names {
            assert_eq!(named(name).unwrap().name, *name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(named("nothing").is_err());
    }
}
