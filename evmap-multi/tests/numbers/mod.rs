//! The map of numbers that is tested for what both maps promise.

use evmap_core::testing::numbers::Numbers;

evmap_core::map_under_test!(Multi, evmap_multi);

pub(crate) type Map = Multi<u32, u32, u32>;

impl Numbers for Map {
    fn inserted(values: &[u32]) -> &[u32] {
        values
    }

    fn values(snapshot: &Self::Snapshot, key: u32) -> Vec<u32> {
        snapshot.get(&key).into_iter().flatten().copied().collect()
    }

    fn read(reader: &Self::Reader, key: u32) -> Vec<u32> {
        let bag = reader.get(&key);
        bag.iter().flat_map(|bag| bag.iter()).copied().collect()
    }

    fn all(snapshot: &Self::Snapshot) -> Vec<u32> {
        snapshot.values().flatten().copied().collect()
    }
}
