//! Maps of numbers, and what can be asked of them in both maps.

use hashbrown::DefaultHashBuilder;

use super::map::Map;

/// A map from numbers to numbers.
pub trait Numbers: Map<Key = u32, Value = u32, Meta = u32, Hasher = DefaultHashBuilder> {
    /// What stands under a key once these were inserted, one after the other.
    fn inserted(values: &[u32]) -> &[u32];
    /// What stands under a key; nothing where it is not there.
    fn values(snapshot: &Self::Snapshot, key: u32) -> Vec<u32>;
    /// The same, by a look-up of the reader.
    fn read(reader: &Self::Reader, key: u32) -> Vec<u32>;
    /// All values.
    fn all(snapshot: &Self::Snapshot) -> Vec<u32>;
}
