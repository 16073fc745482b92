//! Maps whose content can be seen without a call of the user's code, so that a look never panics.

use std::collections::BTreeMap;
use std::fmt::Debug;

use left_right::Poisoned;

use super::map::Map;
use super::world::{Item, World};

/// A write to a shared map that returns an error if it is refused.
pub type Try<M> = fn(&<M as Map>::Shared, &World) -> Result<(), Poisoned>;

/// What can be seen; under a key stands `H`.
#[derive(Clone, Debug, PartialEq)]
pub struct Content<H> {
    pub entries: BTreeMap<u64, H>,
    pub meta: u64,
}

/// A map of items.
pub trait Observed: Map<Key = Item, Value = Item, Meta = Item> {
    /// What can be seen of what stands under a key.
    type Held: Clone + Debug + PartialEq + Send + 'static;

    /// The calls that change no copy, wherever a shared map makes them: a panic poisons nothing.
    const HARMLESS: &[&str];

    /// A filled map, published once.
    fn filled(world: &World, hasher: Self::Hasher) -> (Self::Writer, Self::Reader);
    fn content(snapshot: &Self::Snapshot) -> Content<Self::Held>;
    /// What readers will see once everything that is pending is published.
    fn with_pending(content: Content<Self::Held>, writer: &Self::Writer) -> Content<Self::Held>;
    /// Lets this value alone stand under a key.
    fn put(writer: &mut Self::Writer, key: Item, value: Item) -> &mut Self::Writer;
    /// What can be seen of a key under which this value alone stands.
    fn alone(value: u64) -> Self::Held;
    /// The writes to a shared map that return an error, one by one.
    fn tries() -> &'static [Try<Self>];
}
