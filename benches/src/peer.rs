//! The traits behind which every map stands.
//!
//! They are generic and never boxed, so that each workload is compiled for each map and the map's own
//! look-up is inlined into the loop that is timed, as it would be in a user's program.

use crate::keys::{Key, KeySet};

/// Reads one key.
pub trait Lookup<K> {
    /// The value of `key`, with whatever guard the map needs taken and given back inside the call.
    fn get(&self, key: &K) -> Option<u64>;
}

/// A thread's access to a map.
pub trait Reader<K>: Lookup<K> + Send {
    /// The look-ups under a guard that is already held.
    type Held<'a>: Lookup<K>
    where
        Self: 'a;

    /// Takes the guard that further look-ups share; `None` if the map has no such thing.
    fn hold(&self) -> Option<Self::Held<'_>>;
}

/// The writing side of a map.
pub trait Writer<K> {
    /// Stores the entries, all visible to readers when the call returns.
    ///
    /// A map that publishes does so once per call; one with a lock takes it once per call.
    fn write(&mut self, entries: impl Iterator<Item = (K, u64)>);
}

/// A map under test.
pub trait Peer<K: Key>: Send + Sized + 'static {
    /// The name in the tables.
    const NAME: &'static str;
    /// How it is driven, in a few words.
    const HOW: &'static str;
    /// Whether readers may read while the writer writes.
    const SHARED: bool = true;

    /// A thread's reader.
    type Reader: Reader<K>;
    /// The writer, borrowed for as long as the map is written.
    type Writer<'a>: Writer<K>
    where
        Self: 'a;

    /// A map that holds every key of the set with its value of generation 0, visible to readers.
    fn build(keys: &KeySet<K>) -> Self;

    /// One more reader.
    fn reader(&self) -> Self::Reader;

    /// The writer. For a map that is not [`SHARED`](Self::SHARED): no reader may exist.
    fn writer(&mut self) -> Self::Writer<'_>;
}

/// The guard of maps that have none.
#[derive(Debug)]
pub enum NoGuard {}

impl<K> Lookup<K> for NoGuard {
    fn get(&self, _: &K) -> Option<u64> {
        match *self {}
    }
}
