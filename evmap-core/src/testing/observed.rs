//! Maps whose content can be seen without a call of the user's code, so that a look never panics.

use std::fmt::Debug;

use super::map::Map;
use super::world::{Item, World};
use crate::Poisoned;

/// A write to a shared map that returns an error if it is refused.
pub type Try<M> = fn(&<M as Map>::Shared, &World) -> Result<(), Poisoned>;

/// A map of items.
pub trait Observed: Map<Key = Item, Value = Item, Meta = Item> {
    /// What can be seen.
    type Content: Clone + Debug + PartialEq + 'static;

    /// The calls that change no copy, wherever a shared map makes them: a panic poisons nothing.
    const HARMLESS: &[&str];

    /// A filled map, published once.
    fn filled(world: &World, hasher: Self::Hasher) -> (Self::Writer, Self::Reader);
    fn content(snapshot: &Self::Snapshot) -> Self::Content;
    fn with_meta(content: Self::Content, meta: u64) -> Self::Content;
    /// What readers will see once everything that is pending is published.
    fn with_pending(content: Self::Content, writer: &Self::Writer) -> Self::Content;
    /// The writes to a shared map that return an error, one by one.
    fn tries() -> &'static [Try<Self>];
}
