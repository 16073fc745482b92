//! A small map, and what can be seen of it without a call of the user's code.

use evmap_core::testing::map::Hashes;
use evmap_core::testing::observed::{Content, Observed, Try};
use evmap_core::testing::world::{Item, World};
use evmap_core::{Builder, Operation};

use crate::Single;

impl<S: Hashes> Observed for Single<Item, Item, Item, S> {
    type Held = u64;

    const HARMLESS: &[&str] = &["closure", "default", "iterator", "clone of the hasher"];

    fn filled(world: &World, hasher: S) -> (Self::Writer, Self::Reader) {
        let entries = (0..5).map(|n| (world.item(n), world.item(10 * n)));
        let builder = Builder::new().hasher(hasher);
        builder.meta(world.item(7)).build_from(entries)
    }

    fn content(snapshot: &Self::Snapshot) -> Content<u64> {
        let entries = snapshot.iter();
        Content {
            entries: entries
                .map(|(key, value)| (key.payload(), value.payload()))
                .collect(),
            meta: snapshot.meta().payload(),
        }
    }

    fn with_pending(mut content: Content<u64>, writer: &Self::Writer) -> Content<u64> {
        for operation in writer.pending() {
            match operation {
                Operation::Insert { key, value } => {
                    content.entries.insert(key.payload(), value.payload());
                }
                Operation::Remove { key } => {
                    content.entries.remove(&key.payload());
                }
                Operation::Clear => content.entries.clear(),
                Operation::SetMeta { meta } => content.meta = meta.payload(),
                _ => {}
            }
        }
        content
    }

    fn put(writer: &mut Self::Writer, key: Item, value: Item) -> &mut Self::Writer {
        writer.insert(key, value)
    }

    fn alone(value: u64) -> u64 {
        value
    }

    fn tries() -> &'static [Try<Self>] {
        &[
            |map, world| map.checked_insert(world.item(1), world.item(1)).map(drop),
            |map, world| map.checked_remove(world.item(1)).map(drop),
            |map, _| map.checked_batch(|_| ()),
        ]
    }
}
