//! What a program may do with the map.

use evmap_core::testing::model::odd::{Key, Value};
use evmap_core::testing::model::{self, End};
use evmap_multi::Operation;

/// Long-lived readers.
pub(super) const READERS: usize = 3;

/// One thing that a program may do; readers are asked about a key and a value.
pub(crate) type Step = model::Step<Log, Change, (String, u16), Operation<Key, Value, u16>>;

/// What is logged without a look at the map.
#[derive(Clone, Debug)]
pub(crate) enum Log {
    /// By the method of that name.
    Operation(Operation<Key, Value, u16>),
    InsertMany(Key, u16),
    RemoveMany(Key, u16),
}

/// What looks at the writer's own copy.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Retain(String, u16),
    RetainEntries(u16),
    EmptyRandom(u64, usize),
    /// A closure that panics: logs nothing and does no harm.
    Unwind(String, u16),
}

/// The step that any four bytes stand for.
///
/// Few keys and few values, so that bags grow past the size at which they are hashed, shrink
/// again and have duplicates.
pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Step {
    let name = format!("k{}", key % 6);
    let index = usize::from(value);
    let few = value % 48;
    match kind % 40 {
        5..=8 => Step::Log(Log::InsertMany(Key::new(name, value), few)),
        12..=14 => Step::Log(Log::RemoveMany(Key::new(name, value), few)),
        17 | 18 => Step::Change(Change::Retain(name, value)),
        19 => Step::Change(Change::RetainEntries(value)),
        20 => Step::Change(Change::EmptyRandom(u64::from(value), index % 4)),
        27..=29 => Step::Publish,
        30 => Step::TryPublish,
        31 => Step::PublishOrReplace,
        32 => Step::Flush,
        33 => Step::ViewOwn,
        34 => Step::Look(index % READERS, (name, few)),
        35 | 36 => Step::Enter(index % READERS),
        37 => Step::Refresh(index % 6),
        38 => match value % 16 {
            0 => Step::End(End::Drop),
            1 => Step::End(End::Freeze),
            2 => Step::End(End::Poison),
            3..=7 => Step::Change(Change::Unwind(name, value)),
            _ => Step::Leave(index % 6),
        },
        39 => Step::Leave(index % 6),
        kind => {
            let operation = operation(kind, Key::new(name, value), value);
            if value < 0x8000 {
                Step::Log(Log::Operation(operation))
            } else {
                Step::Apply(operation)
            }
        }
    }
}

fn operation(kind: u8, key: Key, number: u16) -> Operation<Key, Value, u16> {
    let value = Value::new(number % 48);
    let additional = usize::from(number % 100);
    match kind {
        0..=4 => Operation::Insert { key, value },
        9 => Operation::Update { key, value },
        10 | 11 => Operation::RemoveValue { key, value },
        15 => Operation::RemoveEntry { key },
        16 if number % 8 == 0 => Operation::Purge,
        16 => Operation::Clear { key },
        21 | 22 => Operation::Fit { key },
        23 => Operation::FitAll,
        24 => Operation::Reserve { key, additional },
        25 => Operation::ReserveKeys { additional },
        _ => Operation::SetMeta { meta: number },
    }
}
