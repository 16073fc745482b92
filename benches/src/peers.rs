//! The maps that are compared, one file each.

mod dashmap;
mod evmap;
mod evmap_core;
mod hashbrown;
mod left_right;
mod locks;
mod papaya;
mod shared;

pub use dashmap::Dash;
pub use evmap::Evmap;
pub(crate) use evmap::options as evmap_options;
pub use evmap_core::EvmapCore;
pub use hashbrown::Plain;
pub use left_right::{LeftRight, OurLeftRight, Table};
pub use locks::{ParkingLot, StdLock};
pub use papaya::Papaya;
pub use shared::Shared;

use crate::keys::{Key, KeySet};
use crate::value::value;

/// The entries that a fresh map holds.
pub fn entries<K: Key>(keys: &KeySet<K>) -> impl Iterator<Item = (K, u64)> {
    keys.keys()
        .iter()
        .enumerate()
        .map(|(index, key)| (key.clone(), value(index, 0)))
}
