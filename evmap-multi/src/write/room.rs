//! Making room for keys and values, and giving it back. Nothing here waits for anybody.

use std::hash::{BuildHasher, Hash};
use std::mem;

use evmap_core::{CapacityError, IntoKey};

use crate::bag::Bag;
use crate::operation::{Logged, OfKey, Whole};
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Makes the bag of `key` as small as it can be: one value stands in the map's own table, up to
    /// 32 in a vector without room to spare. Never waits; applying it is O(n).
    ///
    /// `key` is a key, a reference to one or what else [makes one](IntoKey).
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.reserve(1, 1_000).insert(1, 'a').publish();
    /// assert!(reader.get(&1).unwrap().capacity() >= 1_000);
    /// writer.fit(1).publish();
    /// assert_eq!(reader.get(&1).unwrap().capacity(), 1);
    /// ```
    #[track_caller]
    pub fn fit(&mut self, key: impl IntoKey<K>) -> &mut Self {
        self.append_key(OfKey::Fit, key.into_key())
    }

    /// Makes all bags as small as they can be, and the table of keys as well. Never waits; applying
    /// it is O(all values).
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::Builder::new().capacity(1_000).build();
    /// writer.reserve(1, 1_000).insert(1, 'a').fit_all().publish();
    /// assert!(reader.enter().capacity() < 100);
    /// assert_eq!(reader.get(&1).unwrap().capacity(), 1);
    /// ```
    #[track_caller]
    pub fn fit_all(&mut self) -> &mut Self {
        self.inner.append(Logged::Whole(Whole::FitAll));
        self
    }

    /// Makes room for `additional` more values of `key`, which gets an empty bag if it is not
    /// there. Never waits; applying it is O(n) if the bag grows.
    ///
    /// Values are hashed from then on if there is room for more than 32. A copy that finds no
    /// memory goes on without the room, and the bag grows as inserts need it. `key` is a key, a reference to one or
    /// what else [makes one](IntoKey).
    ///
    /// # Panics
    ///
    /// Panics if room for so many values cannot exist ([`try_reserve`](Self::try_reserve) returns
    /// an error instead; neither poisons), or if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<&str, u32>();
    /// writer.reserve("a", 100).publish();
    /// assert!(reader.get("a").unwrap().capacity() >= 100);
    /// ```
    #[track_caller]
    pub fn reserve(&mut self, key: impl IntoKey<K>, additional: usize) -> &mut Self {
        if let Err(error) = self.try_reserve(key, additional) {
            panic!("{error}");
        }
        self
    }

    /// [`reserve`](Self::reserve) that returns an error where that panics. Never waits.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Overflow`] if room for so many values cannot exist; nothing is logged then.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(writer.try_reserve(1, 10).is_ok());
    /// assert!(writer.try_reserve(1, usize::MAX).is_err());
    /// assert_eq!(writer.pending().len(), 1);
    /// ```
    #[track_caller]
    pub fn try_reserve(
        &mut self,
        key: impl IntoKey<K>,
        additional: usize,
    ) -> Result<(), CapacityError> {
        CapacityError::check(additional, Bag::<V, S>::ENTRY_SIZE)?;
        self.append_key(OfKey::Reserve(additional), key.into_key());
        Ok(())
    }

    /// Makes room for `additional` more keys. Never waits; applying it is O(capacity) if the table
    /// grows.
    ///
    /// # Panics
    ///
    /// Panics if room for so many keys cannot exist
    /// ([`try_reserve_keys`](Self::try_reserve_keys) returns an error instead; neither poisons), or
    /// if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    /// writer.reserve_keys(1_000).publish();
    /// assert!(reader.enter().capacity() >= 1_000);
    /// ```
    #[track_caller]
    pub fn reserve_keys(&mut self, additional: usize) -> &mut Self {
        if let Err(error) = self.try_reserve_keys(additional) {
            panic!("{error}");
        }
        self
    }

    /// [`reserve_keys`](Self::reserve_keys) that returns an error where that panics. Never waits.
    ///
    /// # Errors
    ///
    /// [`CapacityError::Overflow`] if room for so many keys cannot exist; nothing is logged then.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(writer.try_reserve_keys(10).is_ok());
    /// assert!(writer.try_reserve_keys(usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn try_reserve_keys(&mut self, additional: usize) -> Result<(), CapacityError> {
        CapacityError::check(additional, mem::size_of::<(K, Bag<V, S>)>())?;
        self.inner.append(Logged::Whole(Whole::Reserve(additional)));
        Ok(())
    }
}
