//! Drives the map and a plain `HashMap` with the same steps and compares everything that can be
//! seen.
//!
//! The property test and the fuzz target share this file. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

mod course;
mod driver;
mod odd;
mod state;
mod views;

use std::cell::OnceCell;
use std::hash::BuildHasher;

use evmap_core as map;
use map::Operation;

use course::{Driver, Reader};
use odd::{Key, Value};
use views::Views;

/// Long-lived readers; each may hold several views.
const READERS: usize = 4;

/// One thing that a program may do with the map.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Insert(Key, u16),
    InsertAndGet(Key, u16),
    Remove(String),
    RemoveAndGet(String),
    RemoveEntry(String),
    Update(String, u16),
    UpdateOrInsert(Key, u16),
    GetOrInsertWith(Key, u16),
    Retain(u16),
    RetainMut(u16),
    Extend(Key, u16),
    Clear,
    Drain,
    Reserve(usize),
    ShrinkToFit,
    SetMeta(u16),
    Apply(Operation<Key, Value, u16>),
    /// A closure that panics: logs nothing and does no harm.
    Unwind(Key, u16),
    Publish,
    TryPublish,
    PublishTimeout,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, String),
    CloneAndLook(usize, String),
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
    pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Self {
        let name = format!("k{}", key % 24);
        let key = Key::new(&name, value);
        let index = usize::from(value);
        match kind % 40 {
            0..=3 => Self::Insert(key, value),
            4 => Self::InsertAndGet(key, value),
            5 | 6 => Self::Remove(name),
            7 => Self::RemoveAndGet(name),
            8 => Self::RemoveEntry(name),
            9 => Self::Update(name, value),
            10 => Self::UpdateOrInsert(key, value),
            11 => Self::GetOrInsertWith(key, value),
            12 => Self::Retain(value % 4 + 1),
            13 => Self::RetainMut(value),
            14 => Self::Extend(key, value % 16),
            15 => Self::Clear,
            16 if value % 4 == 0 => Self::Drain,
            16 | 17 => Self::Reserve(index % 500),
            18 => Self::ShrinkToFit,
            19 => Self::SetMeta(value),
            20..=22 => Self::Publish,
            23 => Self::TryPublish,
            24 => Self::PublishTimeout,
            25 => Self::PublishOrReplace,
            26 => Self::Flush,
            27 => Self::ViewOwn,
            28 => Self::Look(index % READERS, name),
            29 => Self::CloneAndLook(index % READERS, name),
            30..=32 => Self::Enter(index % READERS),
            33 => Self::Refresh(index % 6),
            34 => Self::Unwind(key, value),
            35 => Self::Apply(match value % 8 {
                0 => Operation::Clear,
                1 => Operation::Remove { key },
                2 => Operation::SetMeta { meta: value },
                3 => Operation::ShrinkToFit,
                4 => Operation::Reserve {
                    additional: index % 500,
                },
                _ => Operation::Insert {
                    key,
                    value: Value::new(value),
                },
            }),
            36 if value % 8 == 0 => Self::End(End::Drop),
            36 if value % 8 == 1 => Self::End(End::Freeze),
            36 if value % 8 == 2 => Self::End(End::Poison),
            _ => Self::Leave(index % 6),
        }
    }

    /// The steps that a string of bytes stands for.
    pub(crate) fn decode_all(bytes: &[u8]) -> impl Iterator<Item = Self> + '_ {
        bytes
            .chunks_exact(4)
            .map(|b| Self::decode(b[0], b[1], u16::from_le_bytes([b[2], b[3]])))
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

/// The life of one map; returns the entries that it ended with.
fn live<S>(
    steps: &mut impl Iterator<Item = Step>,
    start: Vec<(Key, Value)>,
    hasher: S,
) -> Vec<(Key, Value)>
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
    driver.end(&mut views).into_iter().collect()
}
