//! What can go wrong, as types whose texts say what happened and what to do.

use std::fmt;

use hashbrown::TryReserveError;

/// A table cannot hold as many entries as were asked for.
///
/// Returned by [`Builder::try_build`](crate::Builder::try_build) and
/// [`WriteHandle::try_reserve`](crate::WriteHandle::try_reserve).
///
/// ```
/// use evmap_core::{Builder, CapacityError};
///
/// let error = Builder::new().capacity(usize::MAX).try_build::<u64, u64>().unwrap_err();
/// assert_eq!(error, CapacityError::Overflow { entries: usize::MAX });
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapacityError {
    /// A table of this many entries would be larger than the address space allows (`isize::MAX`
    /// bytes).
    Overflow {
        /// The number of entries that was asked for.
        entries: usize,
    },
    /// The allocator has no room for the table.
    OutOfMemory {
        /// The number of entries that was asked for.
        entries: usize,
        /// The size of the allocation that failed.
        bytes: usize,
    },
}

impl CapacityError {
    pub(crate) fn from_hashbrown(entries: usize, error: TryReserveError) -> Self {
        match error {
            TryReserveError::CapacityOverflow => Self::Overflow { entries },
            TryReserveError::AllocError { layout } => Self::OutOfMemory {
                entries,
                bytes: layout.size(),
            },
        }
    }

    /// Whether room for `entries` more entries of `entry_size` bytes can exist at all.
    ///
    /// Counted generously (eight buckets for seven entries, a power of two of them, a byte of
    /// control each), as hashbrown does: what passes may still be refused by the allocator.
    #[doc(hidden)] // For `evmap-multi`.
    pub fn check(entries: usize, entry_size: usize) -> Result<(), Self> {
        let fits = entries
            .checked_mul(8)
            .and_then(|eighths| (eighths / 7).checked_next_power_of_two())
            .and_then(|buckets| buckets.checked_mul(entry_size + 1))
            .is_some_and(|bytes| bytes <= isize::MAX as usize - 64);
        if fits {
            Ok(())
        } else {
            Err(Self::Overflow { entries })
        }
    }
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow { entries } => write!(
                f,
                "a table for {entries} entries is larger than the address space; ask for fewer entries"
            ),
            Self::OutOfMemory { entries, bytes } => write!(
                f,
                "no memory for a table of {entries} entries ({bytes} bytes, and the map keeps two); \
                 ask for fewer entries or free memory first"
            ),
        }
    }
}

impl std::error::Error for CapacityError {}
