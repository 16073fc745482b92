//! What a reader is told without a look-up.

/// The methods of a `ReadHandle` that both maps have; as `writer_methods`, around a
/// `left_right::ReadHandle`.
#[doc(hidden)]
#[macro_export]
macro_rules! reader_methods {
    ($map:literal) => {
        /// A view of the newest published state. O(1), never blocks.
        ///
        /// Take one view for several reads that belong together, or that should be cheap. A view
        /// that is taken while this handle has another one (or a [`ReadGuard`](crate::ReadGuard)) shows the
        /// same state as that one, so that nested reads agree.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.extend([(1, "one"), (2, "two")]);
        /// writer.publish();
        /// let view = reader.enter();
        /// assert_eq!(view.len(), 2);
        /// assert!(view.contains_key(&2));
        /// ```
        #[inline]
        pub fn enter(&self) -> View<'_, K, V, M, S> {
            $crate::base::view::View::new(self.inner.enter())
        }

        /// How many keys the newest published state has, or that of an older [`View`](crate::View)
        /// or [`ReadGuard`](crate::ReadGuard) of this handle. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert(1, 1);
        /// assert_eq!(reader.len(), 0);
        /// writer.publish();
        /// assert_eq!(reader.len(), 1);
        /// ```
        #[inline]
        pub fn len(&self) -> usize {
            self.enter().len()
        }

        /// Whether the newest published state has no keys, or that of an older
        /// [`View`](crate::View) or [`ReadGuard`](crate::ReadGuard) of this handle. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let (_writer, reader) = ", $map, "::new::<u32, u32>();")]
        /// assert!(reader.is_empty());
        /// ```
        #[inline]
        pub fn is_empty(&self) -> bool {
            self.enter().is_empty()
        }

        /// The metadata of the newest published state, or that of an older [`View`](crate::View) or
        /// [`ReadGuard`](crate::ReadGuard) of this handle. O(1), never blocks.
        ///
        /// For metadata and entries that belong together take both from one [`View`](crate::View).
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::with_meta::<u32, u32, _>(0);")]
        /// writer.set_meta(7).publish();
        /// assert_eq!(*reader.meta(), 7);
        /// ```
        #[inline]
        pub fn meta(&self) -> ReadGuard<'_, M> {
            ReadGuard::map(self.inner.enter(), |snapshot| snapshot.meta())
        }

        /// The number of the last publish, or that of an older [`View`](crate::View) or
        /// [`ReadGuard`](crate::ReadGuard) of this handle; 0 if nothing was published yet. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new::<u32, u32>();")]
        /// assert_eq!(reader.version(), 0);
        /// writer.publish();
        /// assert_eq!(reader.version(), 1);
        /// ```
        #[inline]
        pub fn version(&self) -> u64 {
            self.enter().version()
        }

        /// Whether there is still a writer, or a shared map, which could publish something newer. O(1), never
        /// waits.
        ///
        /// Once it is `false` it stays so, and a view that is taken from then on is of the last state that there
        /// will be. A poisoned writer counts until it is dropped.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert(1, 'a').publish();
        /// assert!(reader.has_writer());
        /// drop(writer);
        /// assert!(!reader.has_writer());
        /// assert!(reader.contains_key(&1));
        /// ```
        pub fn has_writer(&self) -> bool {
            self.inner.has_writer()
        }

        /// Whether anything was published yet, if only an empty map; as of an older
        /// [`View`](crate::View) or [`ReadGuard`](crate::ReadGuard) of this handle, if there is one. O(1),
        /// never blocks.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new::<u32, u32>();")]
        /// assert!(!reader.is_published());
        /// writer.publish();
        /// assert!(reader.is_published());
        /// ```
        #[inline]
        pub fn is_published(&self) -> bool {
            self.enter().is_published()
        }

        /// A factory that makes handles on any thread. Never waits for the writer or a reader.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert(1, 'a').publish();
        /// let factory = reader.factory();
        /// std::thread::scope(|scope| {
        ///     for _ in 0..2 {
        ///         scope.spawn(|| assert!(factory.handle().contains_key(&1)));
        ///     }
        /// });
        /// ```
        pub fn factory(&self) -> ReadHandleFactory<K, V, M, S> {
            ReadHandleFactory {
                inner: self.inner.factory(),
            }
        }
    };
}
