//! What a program may do with the map.

use evmap_core::Operation;
use evmap_core::testing::model::odd::{Key, Value};
use evmap_core::testing::model::{self, End};

/// Long-lived readers.
pub(super) const READERS: usize = 4;

/// One thing that a program may do; readers are asked about a key.
pub(crate) type Step = model::Step<Log, Change, String, Operation<Key, Value, u16>>;

/// What is logged without a look at the map.
#[derive(Clone, Debug)]
pub(crate) enum Log {
    Insert(Key, u16),
    Remove(String),
    Extend(Key, u16),
    Clear,
    Reserve(usize),
    ShrinkToFit,
    SetMeta(u16),
}

/// What looks at the writer's own copy.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    InsertAndGet(Key, u16),
    RemoveAndGet(String),
    RemoveEntry(String),
    Update(String, u16),
    UpdateOrInsert(Key, u16),
    GetOrInsertWith(Key, u16),
    Retain(u16),
    RetainMut(u16),
    Drain,
    /// A closure that panics: logs nothing and does no harm.
    Unwind(Key, u16),
}

/// The step that any four bytes stand for.
pub(crate) fn decode(kind: u8, key: u8, value: u16) -> Step {
    let name = format!("k{}", key % 24);
    let key = Key::new(&name, value);
    let index = usize::from(value);
    match kind % 40 {
        0..=3 => Step::Log(Log::Insert(key, value)),
        4 => Step::Change(Change::InsertAndGet(key, value)),
        5 | 6 => Step::Log(Log::Remove(name)),
        7 => Step::Change(Change::RemoveAndGet(name)),
        8 => Step::Change(Change::RemoveEntry(name)),
        9 => Step::Change(Change::Update(name, value)),
        10 => Step::Change(Change::UpdateOrInsert(key, value)),
        11 => Step::Change(Change::GetOrInsertWith(key, value)),
        12 => Step::Change(Change::Retain(value % 4 + 1)),
        13 => Step::Change(Change::RetainMut(value)),
        14 => Step::Log(Log::Extend(key, value % 16)),
        15 => Step::Log(Log::Clear),
        16 if value % 4 == 0 => Step::Change(Change::Drain),
        16 | 17 => Step::Log(Log::Reserve(index % 500)),
        18 => Step::Log(Log::ShrinkToFit),
        19 => Step::Log(Log::SetMeta(value)),
        20..=22 => Step::Publish,
        23 => Step::TryPublish,
        24 => Step::PublishTimeout,
        25 => Step::PublishOrReplace,
        26 => Step::Flush,
        27 => Step::ViewOwn,
        28 => Step::Look(index % READERS, name),
        29 => Step::CloneAndLook(index % READERS, name),
        30..=32 => Step::Enter(index % READERS),
        33 => Step::Refresh(index % 6),
        34 => Step::Change(Change::Unwind(key, value)),
        35 => Step::Apply(match value % 8 {
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
        36 if value % 8 == 0 => Step::End(End::Drop),
        36 if value % 8 == 1 => Step::End(End::Freeze),
        36 if value % 8 == 2 => Step::End(End::Poison),
        _ => Step::Leave(index % 6),
    }
}
