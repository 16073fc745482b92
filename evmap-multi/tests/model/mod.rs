//! Drives the map and a plain `HashMap` of vectors with the same steps and compares everything that
//! can be seen.
//!
//! The property test and the fuzz target share this file. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

#[path = "../../../evmap-core/tests/model/course.rs"]
mod course;
mod driver;
#[path = "../../../evmap-core/tests/model/odd.rs"]
mod odd;
mod state;
#[path = "../../../evmap-core/tests/model/views.rs"]
mod views;

use std::cell::OnceCell;
use std::hash::BuildHasher;

use evmap_multi as map;
use map::Operation;

use course::{Driver, Reader};
use odd::{Key, Value};
use views::Views;

/// Long-lived readers; each may hold several views.
const READERS: usize = 3;

/// One thing that a program may do with the map.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// What is logged without a look at the map, by the method of that name.
    Log(Operation<Key, Value, u16>),
    /// The same, by `apply`.
    Apply(Operation<Key, Value, u16>),
    InsertMany(Key, u16),
    RemoveMany(Key, u16),
    Retain(String, u16),
    RetainEntries(u16),
    EmptyRandom(u64, usize),
    /// A closure that panics: logs nothing and does no harm.
    Unwind(String, u16),
    Publish,
    TryPublish,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, String, u16),
    Enter(usize),
    Refresh(usize),
    Leave(usize),
    End(End),
}

/// How a writer goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Drop,
    Freeze,
    /// A panic while operations are applied; the writer goes poisoned.
    Poison,
}

impl Step {
    /// The step that any four bytes stand for.
    ///
    /// Few keys and few values, so that bags grow past the size at which they are hashed, shrink
    /// again and have duplicates.
    pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Self {
        let name = format!("k{}", key % 6);
        let index = usize::from(value);
        let few = value % 48;
        match kind % 40 {
            5..=8 => Self::InsertMany(Key::new(name, value), few),
            12..=14 => Self::RemoveMany(Key::new(name, value), few),
            17 | 18 => Self::Retain(name, value),
            19 => Self::RetainEntries(value),
            20 => Self::EmptyRandom(u64::from(value), index % 4),
            27..=29 => Self::Publish,
            30 => Self::TryPublish,
            31 => Self::PublishOrReplace,
            32 => Self::Flush,
            33 => Self::ViewOwn,
            34 => Self::Look(index % READERS, name, few),
            35 | 36 => Self::Enter(index % READERS),
            37 => Self::Refresh(index % 6),
            38 => match value % 16 {
                0 => Self::End(End::Drop),
                1 => Self::End(End::Freeze),
                2 => Self::End(End::Poison),
                3..=7 => Self::Unwind(name, value),
                _ => Self::Leave(index % 6),
            },
            39 => Self::Leave(index % 6),
            kind => {
                let operation = operation(kind, Key::new(name, value), value);
                if value < 0x8000 {
                    Self::Log(operation)
                } else {
                    Self::Apply(operation)
                }
            }
        }
    }

    /// The steps that a string of bytes stands for.
    pub(crate) fn decode_all(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
        bytes
            .chunks_exact(4)
            .map(|b| Self::decode(b[0], b[1], u16::from_le_bytes([b[2], b[3]])))
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

/// Runs the steps against maps with this hasher. Panics at the first difference.
///
/// When a writer is gone its readers go on, until the next `Publish`: that one starts over, with a
/// map that is built of what the readers had.
pub(crate) fn run<S>(steps: impl IntoIterator<Item = Step>, hasher: S)
where
    S: BuildHasher + Clone + Send,
{
    let mut steps = steps.into_iter().peekable();
    let mut start = Vec::new();
    while steps.peek().is_some() {
        start = live(&mut steps, start, hasher.clone());
    }
}

/// The life of one map; returns the bags that it ended with.
fn live<S>(
    steps: &mut impl Iterator<Item = Step>,
    start: Vec<(Key, Vec<Value>)>,
    hasher: S,
) -> Vec<(Key, Vec<Value>)>
where
    S: BuildHasher + Clone + Send,
{
    let mut driver = Driver::new(start, hasher);
    let readers: [OnceCell<Reader<S>>; READERS] = Default::default();
    let mut views = Views::new();
    for step in steps {
        if driver.has_no_writer() && matches!(step, Step::Publish) {
            break;
        }
        driver.step(step, &readers, &mut views);
        driver.check(&views);
    }
    let bags = driver.end(&mut views).into_iter();
    bags.map(|(key, bag)| (key, bag.into_iter().collect()))
        .collect()
}
