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
            }
        }
    };
}
