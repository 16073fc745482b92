//! A small map, and what can be seen of it without a call of the user's code.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use evmap_core::testing::world::{Item, World};
use evmap_core::{Builder, Handles, Snapshot};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Content {
    pub(crate) entries: BTreeMap<u64, u64>,
    pub(crate) meta: u64,
}

pub(crate) fn content<S>(snapshot: &Snapshot<Item, Item, Item, S>) -> Content {
    let entries = snapshot.iter();
    Content {
        entries: entries
            .map(|(key, value)| (key.payload(), value.payload()))
            .collect(),
        meta: snapshot.meta().payload(),
    }
}

/// A filled map.
pub(crate) fn filled<S>(world: &World, hasher: S) -> Handles<Item, Item, Item, S>
where
    S: BuildHasher + Clone + Send,
{
    let entries = (0..5).map(|n| (world.item(n), world.item(10 * n)));
    let builder = Builder::new().hasher(hasher);
    builder.meta(world.item(7)).build_from(entries)
}
