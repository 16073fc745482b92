//! How a map is to be made.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use left_right::Publishing;

use crate::base::error::sound;
use crate::error::CapacityError;
use crate::table::Table;

/// The fields of a `Builder`.
#[derive(Clone, Default)]
pub struct Settings<M, S> {
    pub capacity: usize,
    pub meta: M,
    pub hasher: S,
    pub publishing: Publishing,
    /// `None` for the usual one.
    pub reader_timeout: Option<Duration>,
}

impl<M, S> Settings<M, S> {
    /// The same with other metadata and another hasher.
    pub fn with<N, T>(self, change: impl FnOnce(M, S) -> (N, T)) -> Settings<N, T> {
        let (meta, hasher) = change(self.meta, self.hasher);
        Settings {
            capacity: self.capacity,
            meta,
            hasher,
            publishing: self.publishing,
            reader_timeout: self.reader_timeout,
        }
    }

    /// When the changes of a shared map become visible, and for how long they wait for a reader.
    pub fn sharing(&self) -> (Publishing, Duration) {
        let reader_timeout = self.reader_timeout.unwrap_or(Duration::from_secs(1));
        (self.publishing, reader_timeout)
    }

    /// An empty table with the capacity, if there is memory for it and for its clone.
    pub fn table<K, V>(self) -> Result<(Table<K, V, S>, M), CapacityError>
    where
        K: Eq + Hash,
        S: BuildHasher,
    {
        let table = Table::with_capacity(self.capacity, self.hasher)?;
        Ok((table, self.meta))
    }

    /// An empty table to be filled at once, with room for `expected` entries at least.
    #[track_caller]
    pub fn table_to_fill<K, V>(self, expected: usize) -> (Table<K, V, S>, M)
    where
        K: Eq + Hash,
        S: BuildHasher,
    {
        let mut table = Table::new(self.hasher);
        sound(table.try_reserve(self.capacity.max(expected)));
        (table, self.meta)
    }
}

/// Without the hasher, whose seed is nobody's business.
impl<M: fmt::Debug, S> fmt::Debug for Settings<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("capacity", &self.capacity)
            .field("meta", &self.meta)
            .field("publishing", &self.publishing)
            .field("reader_timeout", &self.reader_timeout)
            .finish_non_exhaustive()
    }
}
