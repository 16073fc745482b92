//! The hashers that maps are built with.

use std::hash::BuildHasher;

/// The hasher of all peers unless their own defaults are asked for: the same seed everywhere, so that the
/// same keys collide.
pub type CommonHasher = foldhash::fast::FixedState;

/// What std's maps hash with, and most of the peers by default.
pub type StdHasher = std::hash::RandomState;

/// A hasher that gives the same hash for the same key every time, in every clone.
///
/// Sealed: `evmap`'s safety rests on that promise, see `peers/evmap.rs`.
pub trait Hasher: BuildHasher + Clone + Default + Send + Sync + sealed::Sealed + 'static {}

impl Hasher for CommonHasher {}
impl Hasher for StdHasher {}

mod sealed {
    /// Keeps `Hasher` to the hashers of this file.
    pub trait Sealed {}

    impl Sealed for super::CommonHasher {}
    impl Sealed for super::StdHasher {}
}
