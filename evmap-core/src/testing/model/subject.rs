//! The map that is driven, and what it should hold.

use std::collections::HashMap;
use std::fmt::Debug;

use super::odd::{Key, Value};
use super::step::Step;
use crate::testing::map::Map;

/// A step of a map.
pub type StepOf<M> =
    Step<<M as Model>::Log, <M as Model>::Change, <M as Model>::Look, <M as Map>::Operation>;

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
