//! How a map is to be made.

/// The methods of a `Builder` that both maps have, but for those that make the map.
#[doc(hidden)]
#[macro_export]
macro_rules! builder_methods {
    ($map:literal) => {
        /// Reserves room for this many keys, in both copies, before the first is inserted.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::Builder;")]
        ///
        /// let (_writer, reader) = Builder::new().capacity(100).build::<u32, u32>();
        /// assert!(reader.enter().capacity() >= 100);
        /// ```
        pub fn capacity(self, entries: usize) -> Self {
            Self {
                capacity: entries,
                ..self
            }
        }

        /// Hashes with `hasher`.
        ///
        /// A clone of it must hash as it does; if it does not, look-ups may miss keys that are
        /// there.
        ///
        /// ```
        /// use std::hash::{BuildHasherDefault, DefaultHasher};
        #[doc = concat!("use ", $map, "::Builder;")]
        ///
        /// let hasher = BuildHasherDefault::<DefaultHasher>::default();
        /// let (_writer, reader) = Builder::new().hasher(hasher).build::<u32, u32>();
        /// assert!(reader.is_empty());
        /// ```
        pub fn hasher<T>(self, hasher: T) -> Builder<M, T> {
            Builder {
                capacity: self.capacity,
                meta: self.meta,
                hasher,
                publishing: self.publishing,
                patience: self.patience,
            }
        }

        /// Starts with `meta` as metadata.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::Builder;")]
        ///
        /// let (_writer, reader) = Builder::new().meta("boot").build::<u32, u32>();
        /// assert_eq!(*reader.meta(), "boot");
        /// ```
        pub fn meta<T>(self, meta: T) -> Builder<T, S> {
            Builder {
                capacity: self.capacity,
                meta,
                hasher: self.hasher,
                publishing: self.publishing,
                patience: self.patience,
            }
        }

        /// When the writes of a [`SharedMap`](crate::SharedMap) become visible: of the maps that
        /// this builder makes, only [`build_shared`](Self::build_shared) heeds it. Before they
        /// return, by default.
        ///
        /// ```
        /// use std::num::NonZeroUsize;
        #[doc = concat!("use ", $map, "::{Builder, Publishing};")]
        ///
        /// // With every second change.
        /// let every_other = Publishing::Every(NonZeroUsize::new(2).unwrap());
        /// let map = Builder::new().publishing(every_other).build_shared();
        /// map.insert(1, 'a');
        /// assert_eq!(map.len(), 0);
        /// map.insert(2, 'b');
        /// assert_eq!(map.len(), 2);
        /// ```
        pub fn publishing(self, publishing: $crate::Publishing) -> Self {
            Self { publishing, ..self }
        }

        /// For how long a write to a [`SharedMap`](crate::SharedMap) waits for a reader that is in
        /// its way, before it leaves the copy that the reader is in to it and clones the map: only
        /// [`build_shared`](Self::build_shared) heeds it. A second, by default.
        ///
        /// ```
        /// use std::time::Duration;
        #[doc = concat!("use ", $map, "::Builder;")]
        ///
        /// let map = Builder::new().patience(Duration::ZERO).build_shared::<u32, u32>();
        /// assert_eq!(map.patience(), Duration::ZERO);
        /// ```
        pub fn patience(self, patience: std::time::Duration) -> Self {
            Self {
                patience: Some(patience),
                ..self
            }
        }

        pub(crate) fn sharing(&self) -> ($crate::Publishing, std::time::Duration) {
            let patience = std::time::Duration::from_secs(1);
            (self.publishing, self.patience.unwrap_or(patience))
        }
    };
}

/// How a `Builder` is shown, in both maps: without the hasher, whose seed is nobody's business.
#[doc(hidden)]
#[macro_export]
macro_rules! builder_debug {
    () => {
        impl<M: std::fmt::Debug, S> std::fmt::Debug for Builder<M, S> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("Builder")
                    .field("capacity", &self.capacity)
                    .field("meta", &self.meta)
                    .field("publishing", &self.publishing)
                    .field("patience", &self.patience)
                    .finish_non_exhaustive()
            }
        }
    };
}
