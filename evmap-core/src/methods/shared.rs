//! What a shared map does that has nothing to do with tables.

/// The methods of a `SharedMap` that both maps have. It stands in an `impl` of a type with the
/// fields `inner`, a `left_right::SharedHandle`, and `hasher`, where `Snapshot`, `View`,
/// `Ref`, `ReadHandle` and `WriteHandle` are those of the map.
#[doc(hidden)]
#[macro_export]
macro_rules! shared_methods {
    ($map:literal) => {
        /// A view of the newest published state: several look-ups that belong together, iteration.
        /// O(1), never blocks.
        ///
        /// Views of one handle are independent of each other: each shows what was newest when it
        /// was made. Do not write while you hold one.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::from([(1, 'a'), (2, 'b')]);")]
        /// let view = map.enter();
        /// assert_eq!(view.len(), 2);
        /// assert_eq!(view.keys().sum::<i32>(), 3);
        /// ```
        #[inline]
        pub fn enter(&self) -> View<'_, K, V, M, S> {
            $crate::base::view::View::new(self.inner.enter())
        }

        /// How many keys there are. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::from([(1, 'a')]);")]
        /// assert_eq!(map.len(), 1);
        /// ```
        #[inline]
        pub fn len(&self) -> usize {
            self.enter().len()
        }

        /// Whether there are no keys. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::<u32, u32>::new();")]
        /// assert!(map.is_empty());
        /// ```
        #[inline]
        pub fn is_empty(&self) -> bool {
            self.enter().is_empty()
        }

        /// The metadata, in place. O(1), never blocks.
        ///
        /// For metadata and entries that belong together take both from one [`View`](crate::View).
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::Builder::new().meta(7).build_shared::<u32, u32>();")]
        /// assert_eq!(*map.meta(), 7);
        /// ```
        #[inline]
        pub fn meta(&self) -> ReadGuard<'_, M> {
            ReadGuard::map(self.inner.enter(), |snapshot| snapshot.meta())
        }

        /// The number of the last publish; 0 if nothing was published yet. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
        /// assert_eq!(map.version(), 0);
        /// map.insert(1, 'a');
        /// assert_eq!(map.version(), 1);
        /// ```
        #[inline]
        pub fn version(&self) -> u64 {
            self.enter().version()
        }

        /// Whether anything was published yet. O(1), never blocks.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
        /// assert!(!map.is_published());
        /// map.insert(1, 'a');
        /// assert!(map.is_published());
        /// ```
        #[inline]
        pub fn is_published(&self) -> bool {
            self.enter().is_published()
        }

        /// A handle for one thread that only reads: a little faster, and it keeps the data when the
        /// last `SharedMap` goes. Never waits for anybody.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::from([(1, 'a')]);")]
        /// let reader = map.reader();
        /// map.insert(2, 'b');
        /// drop(map);
        /// assert_eq!(reader.len(), 2);
        /// ```
        pub fn reader(&self) -> ReadHandle<K, V, M, S> {
            ReadHandle::new(self.inner.reader())
        }

        /// Runs `change` with the writer, and makes what it does visible at once: no reader sees a
        /// part of it, and no other writer comes in between. One publish for many changes.
        ///
        /// Waits for other writers, and for readers as long as the [patience](Self::patience) is;
        /// applies what is pending first, so that looks at it within `change` do not wait, unless
        /// it has published itself. Other writers wait until `change` returns.
        ///
        /// # Panics
        ///
        /// As [`insert`](Self::insert). If `change` panics what it did until then is not lost: it
        /// is pending, and visible with the next publish. Whatever `change` calls must not write to
        /// this map other than through the writer that it is given: it would wait for itself, and
        /// panics.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
        /// let pending = map.batch(|writer| {
        ///     writer.insert("x", 1).insert("y", 1);
        ///     assert!(map.is_empty());
        ///     writer.pending().len()
        /// });
        /// assert_eq!((pending, map.len(), map.version()), (2, 2, 1));
        /// ```
        #[track_caller]
        pub fn batch<R>(&self, change: impl FnOnce(&mut WriteHandle<K, V, M, S>) -> R) -> R {
            Self::sound(self.try_batch(change))
        }

        /// [`batch`](Self::batch) that returns an error where that panics for a poisoned map. Waits
        /// as that does.
        ///
        /// # Errors
        ///
        /// [`Poisoned`](crate::Poisoned) if the map is poisoned, or if `change` exchanged the
        /// writer for that of another map; this one can then only be read.
        ///
        /// # Panics
        ///
        /// As [`batch`](Self::batch), but not for a poisoned map.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
        /// map.try_batch(|writer| {
        ///     writer.insert(1, 'a');
        /// })?;
        /// assert!(map.contains_key(&1));
        #[doc = concat!("# Ok::<(), ", $map, "::Poisoned>(())")]
        /// ```
        #[track_caller]
        pub fn try_batch<R>(
            &self,
            change: impl FnOnce(&mut WriteHandle<K, V, M, S>) -> R,
        ) -> Result<R, $crate::Poisoned> {
            // The clone is user code: before the writer is locked.
            let hasher = self.hasher.clone();
            let wrap = |inner| WriteHandle::new(inner, hasher);
            let unwrap = |writer: WriteHandle<K, V, M, S>| writer.into_parts().0;
            self.inner.update_with(wrap, unwrap, change)
        }

        /// Sets the metadata. O(1); waits for other writers, and with
        /// [`Publishing::EachWrite`] for readers as
        /// [`publish`](Self::publish).
        ///
        /// # Panics
        ///
        /// As [`insert`](Self::insert).
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::Builder::new().meta(0).build_shared::<u32, u32>();")]
        /// map.set_meta(7);
        /// assert_eq!(*map.meta(), 7);
        /// ```
        #[track_caller]
        pub fn set_meta(&self, meta: M) {
            self.log([Logged::SetMeta(Box::new(meta))]);
        }

        /// Makes all changes visible that were made before this call, by any thread. Does nothing
        /// if they are, as always with
        /// [`Publishing::EachWrite`].
        ///
        /// Waits for other writers, and for readers as long as the [patience](Self::patience) is.
        ///
        /// # Panics
        ///
        /// As [`insert`](Self::insert).
        ///
        /// ```
        #[doc = concat!("use ", $map, "::{Builder, Publishing};")]
        ///
        /// let map = Builder::new().publishing(Publishing::ByHand).build_shared();
        /// map.insert(1, 'a');
        /// assert!(map.is_empty());
        /// map.publish();
        /// assert!(map.contains_key(&1));
        /// ```
        #[track_caller]
        pub fn publish(&self) {
            Self::sound(self.inner.publish());
        }

        /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
        /// sleeps, and no thread with it. Needs the feature `async`.
        ///
        /// Makes visible what was changed before this call; runs on any executor. Applying the
        /// operations happens within a poll, and so does cloning the map, if a reader stays for
        /// longer than the [patience](Self::patience). A future that is dropped loses nothing.
        ///
        /// # Errors
        ///
        /// [`Poisoned`](crate::Poisoned) if the map is poisoned.
        ///
        /// # Panics
        ///
        /// When the user's `Hash`, `Eq`, `Clone` or `Drop` does, which poisons the map.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::{Builder, Publishing};")]
        ///
        /// let map = Builder::new().publishing(Publishing::ByHand).build_shared();
        /// map.insert(1, 'a');
        /// futures::executor::block_on(map.publish_async())?;
        /// assert!(map.contains_key(&1));
        #[doc = concat!("# Ok::<(), ", $map, "::Poisoned>(())")]
        /// ```
        #[cfg(feature = "async")]
        pub fn publish_async(&self) -> impl Future<Output = Result<(), $crate::Poisoned>> {
            self.inner.publish_async()
        }

        /// When changes become visible. O(1), never waits.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::{Publishing, SharedMap};")]
        ///
        /// assert_eq!(SharedMap::<u32, u32>::new().publishing(), Publishing::EachWrite);
        /// ```
        pub fn publishing(&self) -> $crate::Publishing {
            self.inner.publishing()
        }

        /// For how long a writer waits for a reader before it leaves the copy that the reader is in
        /// to it. O(1), never waits.
        ///
        /// ```
        /// use std::time::Duration;
        #[doc = concat!("use ", $map, "::SharedMap;")]
        ///
        /// assert_eq!(SharedMap::<u32, u32>::new().patience(), Duration::from_secs(1));
        /// ```
        pub fn patience(&self) -> std::time::Duration {
            self.inner.patience()
        }

        /// Whether a panic in the user's code ended the writing; see the section on panics above.
        /// O(1), never waits for readers.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::<u32, u32>::new();")]
        /// assert!(!map.is_poisoned());
        /// ```
        pub fn is_poisoned(&self) -> bool {
            self.inner.is_poisoned()
        }

        /// Figures of this map: publishes, operations, the log, readers, abandoned copies. O(1);
        /// waits for other writers' changes. They are to be had of a poisoned map, too.
        ///
        /// # Panics
        ///
        /// Within [`batch`](Self::batch), whose writer knows as much; or after a batch that has exchanged the
        /// writer for that of another map.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
        /// map.insert(1, 'a');
        /// assert_eq!(map.stats().publishes, 1);
        /// ```
        #[track_caller]
        pub fn stats(&self) -> $crate::Stats {
            Self::sound(self.inner.stats())
        }

        /// The registered readers and what each was doing at that moment: which hold views, of
        /// which version, and the thread that each belongs to. O(readers); waits for other writers,
        /// and costs the readers nothing.
        ///
        /// # Panics
        ///
        /// As [`stats`](Self::stats).
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::from([(1, 'a')]);")]
        /// let view = map.enter();
        /// let readers = map.readers();
        /// let inside = readers.iter().find(|reader| reader.is_active).unwrap();
        /// assert_eq!(inside.version, Some(view.version()));
        /// ```
        #[track_caller]
        pub fn readers(&self) -> Vec<$crate::ReaderState> {
            Self::sound(self.inner.readers())
        }

        /// Logs operations that were made without a look, none of another writer in between.
        #[track_caller]
        fn log(&self, operations: impl IntoIterator<Item = Logged<K, V, M>>) {
            Self::sound(self.inner.update(|writer| writer.extend(operations)));
        }

        #[track_caller]
        fn sound<R>(result: Result<R, $crate::Poisoned>) -> R {
            match result {
                Ok(result) => result,
                Err(error) => panic!("{error}"),
            }
        }
    };
}

/// How a `SharedMap` is made, cloned and shown, in both maps. Its arguments are the crate's name and
/// the bounds of the values.
#[doc(hidden)]
#[macro_export]
macro_rules! shared_conversions {
    ($map:literal, $($value:tt)+) => {
        impl<K, V> SharedMap<K, V>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
        {
            /// An empty map with the default hasher and no metadata, whose writes are visible when
            /// they return. The [`Builder`](crate::Builder) makes others.
            ///
            /// ```
            #[doc = concat!("let map = ", $map, "::SharedMap::new();")]
            /// map.insert("a", 1);
            /// assert!(map.contains_key("a"));
            /// ```
            pub fn new() -> Self {
                Builder::new().build_shared()
            }
        }

        impl<K, V, S> SharedMap<K, V, (), S>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
            S: BuildHasher + Clone + Send + Sync + 'static,
        {
            /// An empty map with a hasher of one's own: that of the standard library for keys that
            /// come from outside and might be chosen to collide.
            ///
            /// ```
            /// use std::collections::hash_map::RandomState;
            ///
            #[doc = concat!("let map = ", $map, "::SharedMap::with_hasher(RandomState::new());")]
            /// map.insert("a", 1);
            /// assert!(map.contains_key("a"));
            /// ```
            pub fn with_hasher(hasher: S) -> Self {
                Builder::new().hasher(hasher).build_shared()
            }
        }

        impl<K, V, M, S> WriteHandle<K, V, M, S>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
            M: Clone + Send + Sync + 'static,
            S: BuildHasher + Clone + Send + Sync + 'static,
        {
            /// Lets any number of threads write: see [`SharedMap`](crate::SharedMap). What is
            /// pending becomes visible with the first publish. Never waits.
            ///
            /// # Panics
            ///
            /// For [`Publishing::Interval`], if no thread can be
            /// started.
            ///
            /// ```
            /// use std::time::Duration;
            #[doc = concat!("use ", $map, "::Publishing;")]
            ///
            #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
            /// writer.insert(1, 'a');
            /// let map = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
            /// map.insert(2, 'b');
            /// assert_eq!(reader.len(), 2);
            /// ```
            pub fn into_shared(
                self,
                publishing: $crate::Publishing,
                patience: std::time::Duration,
            ) -> SharedMap<K, V, M, S> {
                let (inner, hasher) = self.into_parts();
                let inner = inner.into_shared(publishing, patience);
                SharedMap { inner, hasher }
            }
        }

        /// An empty map whose writes are visible when they return.
        ///
        /// ```
        #[doc = concat!("let map = ", $map, "::SharedMap::<u32, char>::default();")]
        /// map.insert(1, 'a');
        /// assert_eq!(map.len(), 1);
        /// ```
        impl<K, V, M, S> Default for SharedMap<K, V, M, S>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
            M: Clone + Send + Sync + Default + 'static,
            S: BuildHasher + Clone + Send + Sync + Default + 'static,
        {
            fn default() -> Self {
                Builder::<M, S>::default().build_shared()
            }
        }

        /// A map of what a [`WriteHandle`](crate::WriteHandle) is collected from, whose writes are
        /// visible when they return. As fast as [`Builder::build_from`](crate::Builder::build_from).
        ///
        /// ```
        #[doc = concat!("use ", $map, "::SharedMap;")]
        ///
        /// let map: SharedMap<_, _> = (0..3).map(|n| (n, n * n)).collect();
        /// assert_eq!(map.len(), 3);
        /// ```
        impl<K, V, M, S, E> FromIterator<E> for SharedMap<K, V, M, S>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
            M: Clone + Send + Sync + 'static,
            S: BuildHasher + Clone + Send + Sync + 'static,
            WriteHandle<K, V, M, S>: FromIterator<E>,
        {
            fn from_iter<I: IntoIterator<Item = E>>(entries: I) -> Self {
                WriteHandle::from_iter(entries).into()
            }
        }

        /// A map of a [`WriteHandle`](crate::WriteHandle), or of whatever makes one: an array, a
        /// hash map, a [`Snapshot`](crate::Snapshot). Its writes are visible when they return.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::SharedMap;")]
        ///
        /// let map = SharedMap::from([("a", 1), ("b", 2)]);
        /// assert_eq!(map.len(), 2);
        ///
        /// // To start over from what is left of a poisoned map.
        /// let copy = SharedMap::from(map.enter().clone());
        /// copy.insert("c", 3);
        /// assert_eq!((map.len(), copy.len()), (2, 3));
        /// ```
        impl<K, V, M, S, T> From<T> for SharedMap<K, V, M, S>
        where
            K: Eq + Hash + Clone + Send + Sync + 'static,
            V: $($value)+ + Send + Sync + 'static,
            M: Clone + Send + Sync + 'static,
            S: BuildHasher + Clone + Send + Sync + 'static,
            WriteHandle<K, V, M, S>: From<T>,
        {
            fn from(source: T) -> Self {
                let (publishing, patience) = Builder::new().sharing();
                WriteHandle::from(source).into_shared(publishing, patience)
            }
        }

        /// Another handle of the same map.
        impl<K, V, M, S> Clone for SharedMap<K, V, M, S>
        where
            K: Eq + Hash + Clone,
            V: $($value)+,
            M: Clone,
            S: BuildHasher + Clone,
        {
            fn clone(&self) -> Self {
                Self {
                    inner: self.inner.clone(),
                    hasher: self.hasher.clone(),
                }
            }
        }

        impl<K, V, M, S> fmt::Debug for SharedMap<K, V, M, S>
        where
            K: Eq + Hash + Clone,
            V: $($value)+,
            M: Clone,
            S: BuildHasher + Clone,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct("SharedMap")
                    .field("version", &self.version())
                    .field("len", &self.len())
                    .field("publishing", &self.publishing())
                    .field("poisoned", &self.is_poisoned())
                    .finish_non_exhaustive()
            }
        }
    };
}
