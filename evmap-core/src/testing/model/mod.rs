//! Drives a map and a plain `HashMap` with the same steps and compares everything that can be seen.
//!
//! The property test and the fuzz target of each map share this. All on one thread, so the model also
//! knows exactly when the writer would have to wait, and asks for that with the methods that do
//! not.

mod driver;
pub mod odd; // Keys that are equal but differ, values whose `Clone` panics.
mod views;

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt::Debug;

use self::driver::Driver;
use self::odd::{Key, Value};
use self::views::Views;
use super::map::Map;

/// One thing that a program may do with a map: `L` is logged without a look at the map, `C` is a change that
/// looks at the writer's own copy, `A` is what a reader is asked, `O` is an operation.
#[derive(Clone, Debug)]
pub enum Step<L, C, A, O> {
    Log(L),
    Change(C),
    Apply(O),
    Publish,
    TryPublish,
    PublishTimeout,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, A),
    CloneAndLook(usize, A),
    Enter(usize),
    Refresh(usize),
    Leave(usize),
    End(End),
}

/// How a writer goes.
#[derive(Clone, Copy, Debug)]
pub enum End {
    Drop,
    Freeze,
    /// A panic while operations are applied; the writer goes poisoned.
    Poison,
}

/// A step of a map.
pub type StepOf<M> =
    Step<<M as Model>::Log, <M as Model>::Change, <M as Model>::Look, <M as Map>::Operation>;

/// The steps that a string of bytes stands for, four bytes each.
pub fn decode_all<T>(bytes: &[u8], decode: impl Fn(u8, u8, u16) -> T) -> impl Iterator<Item = T> {
    bytes
        .chunks_exact(4)
        .map(move |b| decode(b[0], b[1], u16::from_le_bytes([b[2], b[3]])))
}

/// What a map should hold at some version; under a key stands `H`.
#[derive(Clone, Debug)]
pub struct State<H> {
    pub entries: HashMap<Key, H>,
    pub meta: u16,
    pub version: u64,
}

/// A map and what it does to a plain one.
pub trait Model: Map<Key = Key, Value = Value, Meta = u16> {
    /// What stands under a key.
    type Held: Clone + Debug + 'static;
    type Log: Debug;
    type Change: Debug;
    type Look: Debug;

    /// Long-lived readers; each may hold several views.
    const READERS: usize;

    /// A map of these entries; of equal keys the first stays.
    fn build(entries: Vec<(Key, Self::Held)>, hasher: Self::Hasher)
    -> (Self::Writer, Self::Reader);
    /// The same, with a plain map.
    fn build_plain(entries: Vec<(Key, Self::Held)>) -> HashMap<Key, Self::Held>;
    /// Each key once more, with another mark and other values.
    fn with_keys_again(entries: Vec<(Key, Self::Held)>) -> Vec<(Key, Self::Held)>;
    fn entries(snapshot: Self::Snapshot) -> Vec<(Key, Self::Held)>;

    /// Logs something; how many operations that is.
    fn log(step: Self::Log, writer: &mut Self::Writer, own: &mut State<Self::Held>) -> usize;
    /// Changes something after a look at it; how many operations that logs.
    fn change(step: Self::Change, writer: &mut Self::Writer, own: &mut State<Self::Held>) -> usize;
    /// Does to the plain map what the operation does to the map.
    fn apply(operation: Self::Operation, state: &mut State<Self::Held>);
    /// The operation as it comes out at the other end of a wire.
    fn sent(operation: Self::Operation) -> Self::Operation;

    /// Compares what a reader answers.
    fn look(step: &Self::Look, reader: &Self::Reader, state: &State<Self::Held>);
    /// Compares a map with what it should hold, marks of the keys included.
    fn compare_own(map: &Self::Snapshot, state: &State<Self::Held>);
    /// The same, and what can be asked in other ways.
    fn compare(map: &Self::Snapshot, state: &State<Self::Held>);
}

/// Runs the steps against maps with this hasher. Panics at the first difference.
///
/// When a writer is gone its readers go on, until the next `Publish`: that one starts over, with a
/// map that is built of what the readers had.
pub fn run<M: Model>(steps: impl IntoIterator<Item = StepOf<M>>, hasher: M::Hasher) {
    let mut steps = steps.into_iter().peekable();
    let mut start = Vec::new();
    while steps.peek().is_some() {
        start = live::<M>(&mut steps, start, hasher.clone());
    }
}

/// The life of one map; returns the entries that it ended with.
fn live<M: Model>(
    steps: &mut impl Iterator<Item = StepOf<M>>,
    start: Vec<(Key, M::Held)>,
    hasher: M::Hasher,
) -> Vec<(Key, M::Held)> {
    let mut driver = Driver::<M>::new(start, hasher);
    let readers: Vec<OnceCell<M::Reader>> = vec![OnceCell::new(); M::READERS];
    let mut views = Views::new();
    for step in steps {
        if driver.has_no_writer() && matches!(step, Step::Publish) {
            break;
        }
        driver.step(step, &readers, &mut views);
        driver.check(&views);
    }
    M::entries(driver.end(&mut views))
}
