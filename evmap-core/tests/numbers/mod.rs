//! The map of numbers that is tested for what both maps promise.

use evmap_core::testing::numbers::Numbers;

evmap_core::map_under_test!(Single, evmap_core);

pub(crate) type Map = Single<u32, u32, u32>;

impl Numbers for Map {
    fn inserted(values: &[u32]) -> &[u32] {
        &values[values.len() - 1..]
    }

    fn values(snapshot: &Self::Snapshot, key: u32) -> Vec<u32> {
        snapshot.get(&key).copied().into_iter().collect()
    }

    fn read(reader: &Self::Reader, key: u32) -> Vec<u32> {
        reader.get_cloned(&key).into_iter().collect()
    }

    fn all(snapshot: &Self::Snapshot) -> Vec<u32> {
        snapshot.values().copied().collect()
    }
}
