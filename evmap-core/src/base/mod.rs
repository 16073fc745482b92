//! What both maps' handles do without knowing an entry, as generic code: around a state `T`, its
//! operations `O` and a hasher `S`.
//!
//! Public for `evmap-multi` and for nobody else: it may change in any version.

pub mod builder;
pub mod error;
#[cfg(feature = "serde")]
pub mod serde;
pub mod shared;
pub mod view;
pub mod write;
