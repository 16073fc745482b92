//! What a writer only passes on to `left-right`: nothing about tables.

/// The methods of a `WriteHandle` that both maps have.
///
/// A macro, since they are methods of two types in two crates, which no trait and no `Deref` could
/// give them: a trait has to be imported, and a mutable `Deref` ends a chain of calls and lets two
/// maps exchange what is inside. It stands in an `impl` of a type with a field `inner`, the
/// `left_right::WriteHandle`, where `Logged`, `Snapshot`, `Operation`, `ReadHandle` and
/// `View` are those of the map. Its argument is the crate's name, for the examples.
#[doc(hidden)]
#[macro_export]
macro_rules! writer_methods {
    ($map:literal) => {
        /// The map with all pending operations: reads one's own writes.
        ///
        /// Waits for readers that are still in a state from before the last publish, then applies
        /// the operations that the writer's copy lacks. O(1) if there are none. The next publish
        /// does not wait again and has that much less to do; nothing becomes visible to readers.
        ///
        /// Calling it after a publish also brings the second copy up to date at once: it drops what
        /// that publish removed or replaced, which otherwise lives until the next one, and empties
        /// the log.
        ///
        /// # Panics
        ///
        /// Panics if the handle is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop`
        /// does, which poisons it. In debug builds also if it would wait for a view that this very
        /// thread holds; a release build waits for ever then.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert("a", 1);
        /// assert!(writer.view().contains_key("a"));
        /// assert!(!reader.contains_key("a"));
        /// ```
        #[track_caller]
        pub fn view(&mut self) -> &Snapshot<K, V, M, S> {
            self.inner.view()
        }

        /// [`view`](Self::view), unless it would have to wait. Never blocks.
        ///
        /// A publish and then this frees at once what the publish removed, if no reader is in the
        /// way.
        ///
        /// # Panics
        ///
        /// As [`view`](Self::view).
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// let view = reader.enter();
        /// writer.insert(1, 'a').publish();
        /// assert!(writer.try_view().is_none());
        /// drop(view);
        /// assert!(writer.try_view().unwrap().contains_key(&1));
        /// ```
        #[track_caller]
        pub fn try_view(&mut self) -> Option<&Snapshot<K, V, M, S>> {
            self.inner.try_view()
        }

        /// [`view`](Self::view) that no reader can stop: if one is still in the writer's copy after
        /// `timeout`, that copy is left to it, as by [`publish_or_replace`](Self::publish_or_replace).
        ///
        /// # Errors
        ///
        /// As [`publish_or_replace`](Self::publish_or_replace).
        ///
        /// # Panics
        ///
        /// As [`publish_or_replace`](Self::publish_or_replace).
        ///
        /// ```
        /// use std::time::Duration;
        ///
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// let view = reader.enter();
        /// writer.insert(1, 'a').publish();
        /// assert!(writer.try_view().is_none());
        /// assert!(writer.view_or_replace(Duration::ZERO).unwrap().contains_key(&1));
        /// assert!(view.is_empty());
        /// ```
        #[track_caller]
        pub fn view_or_replace(
            &mut self,
            timeout: std::time::Duration,
        ) -> Result<&Snapshot<K, V, M, S>, $crate::PublishError>
        where
            S: Clone,
        {
            self.inner.view_or_replace(timeout)
        }

        /// Makes all pending operations visible to readers at once.
        ///
        /// Waits for readers that are still in a state from before the last publish, applies the
        /// operations to that copy and swaps. O(operations since the publish before the last), plus
        /// the wait.
        ///
        /// Without pending operations it publishes the same state under a new version;
        /// [`flush`](Self::flush) does not.
        ///
        /// # Panics
        ///
        /// Panics if the handle is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop`
        /// does, which poisons it. In debug builds also if it would wait for a view that this very
        /// thread holds; a release build waits for ever then.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert(1, 1).insert(2, 2).publish();
        /// assert_eq!(reader.len(), 2);
        /// ```
        #[track_caller]
        pub fn publish(&mut self) -> &mut Self {
            self.inner.publish();
            self
        }

        /// [`publish`](Self::publish), unless it would have to wait. Never blocks; says whether it
        /// published.
        ///
        /// # Panics
        ///
        /// As [`publish`](Self::publish).
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.publish();
        /// let view = reader.enter();
        /// assert!(writer.insert(1, 1).try_publish());
        /// assert!(!writer.insert(2, 2).try_publish());
        /// drop(view);
        /// assert!(writer.try_publish());
        /// ```
        #[must_use = "if it is `false` nothing was published"]
        #[track_caller]
        pub fn try_publish(&mut self) -> bool {
            self.inner.try_publish()
        }

        /// [`publish`](Self::publish) that waits no longer than `timeout`.
        ///
        /// # Errors
        ///
        /// [`PublishError::Stalled`](crate::PublishError::Stalled) if a reader was still in the
        /// stale copy at the deadline. Nothing was published; the operations are pending still.
        /// [`PublishError::Poisoned`](crate::PublishError::Poisoned) if the handle is poisoned
        /// already.
        ///
        /// # Panics
        ///
        /// Panics when the user's `Hash`, `Eq`, `Clone` or `Drop` does, which poisons the handle.
        /// It neither panics for a handle that is poisoned nor for a view that this very thread
        /// holds.
        ///
        /// ```
        /// use std::time::Duration;
        ///
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// let view = reader.enter();
        /// writer.insert(1, 1);
        /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_ok());
        /// writer.insert(2, 2);
        /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_err());
        /// drop(view);
        /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_ok());
        /// ```
        #[track_caller]
        pub fn publish_timeout(
            &mut self,
            timeout: std::time::Duration,
        ) -> Result<(), $crate::PublishError> {
            self.inner.publish_timeout(timeout)
        }

        /// [`publish`](Self::publish) that no reader can stop: if one is still in the stale copy
        /// after `timeout`, that copy is left to it, and the writer goes on with a fresh clone of
        /// the published one.
        ///
        /// A view that is held for long, or leaked, then costs the memory of one more copy until it
        /// is gone, and this call the time to clone the map: O(capacity). The copy is freed by a
        /// later call of the writer.
        ///
        /// # Errors
        ///
        /// [`PublishError::Poisoned`](crate::PublishError::Poisoned) if the handle is poisoned.
        /// [`PublishError::Stalled`](crate::PublishError::Stalled) if a handful of copies have been
        /// left to readers already; the operations are pending still.
        ///
        /// # Panics
        ///
        /// If a `Clone` of the user panics while the map is cloned; nothing has changed then. Else
        /// as [`publish_timeout`](Self::publish_timeout).
        ///
        /// ```
        /// use std::time::Duration;
        ///
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// let view = reader.enter();
        /// for n in 0..100 {
        ///     writer.insert(n, n).publish_or_replace(Duration::ZERO).unwrap();
        /// }
        /// assert!(view.is_empty());
        /// assert_eq!(writer.published().len(), 100);
        /// ```
        #[track_caller]
        pub fn publish_or_replace(
            &mut self,
            timeout: std::time::Duration,
        ) -> Result<(), $crate::PublishError>
        where
            S: Clone,
        {
            self.inner.publish_or_replace(timeout)
        }

        /// [`publish`](Self::publish) for asynchronous code: while readers are in the way the task
        /// sleeps, and no thread with it. Needs the feature `async`.
        ///
        /// Runs on any executor. Applying the operations happens within a poll. A future that is
        /// dropped publishes nothing and loses nothing: the operations stay pending.
        ///
        /// # Errors
        ///
        /// [`Poisoned`](crate::Poisoned) if the handle is poisoned.
        ///
        /// # Panics
        ///
        /// When the user's `Hash`, `Eq`, `Clone` or `Drop` does, which poisons the handle.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.insert(1, 'a');
        /// futures::executor::block_on(writer.publish_async())?;
        /// assert!(reader.contains_key(&1));
        #[doc = concat!("# Ok::<(), ", $map, "::Poisoned>(())")]
        /// ```
        #[cfg(feature = "async")]
        pub fn publish_async(&mut self) -> impl Future<Output = Result<(), $crate::Poisoned>> {
            self.inner.publish_async()
        }

        /// [`publish`](Self::publish) if there is anything to publish. Waits as that does.
        ///
        /// # Panics
        ///
        /// As [`publish`](Self::publish).
        ///
        /// ```
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// writer.flush();
        /// assert_eq!(writer.version(), 0);
        /// writer.insert(1, 1).flush();
        /// assert_eq!(writer.version(), 1);
        /// ```
        #[track_caller]
        pub fn flush(&mut self) -> &mut Self {
            self.inner.flush();
            self
        }

        /// The published state, as readers see it. O(1), never blocks.
        ///
        /// The writer's own state is in [`view`](Self::view).
        ///
        /// ```
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// writer.insert(1, 1);
        /// assert!(writer.published().is_empty());
        /// writer.publish();
        /// assert_eq!(writer.published().len(), 1);
        /// ```
        #[inline]
        pub fn published(&self) -> View<'_, K, V, M, S> {
            $crate::base::view::View::new(self.inner.enter())
        }

        /// A new reader. Never waits for anybody.
        ///
        /// ```
        #[doc = concat!("let (mut writer, first) = ", $map, "::new();")]
        /// drop(first);
        /// writer.insert(1, 1).publish();
        /// assert_eq!(writer.reader().len(), 1);
        /// ```
        pub fn reader(&self) -> ReadHandle<K, V, M, S> {
            ReadHandle::new(left_right::ReadHandle::clone(&self.inner))
        }

        /// Whether there are operations that readers do not see yet. O(1), never waits.
        ///
        /// ```
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// assert!(!writer.has_pending_operations());
        /// assert!(writer.insert(1, 1).has_pending_operations());
        /// assert!(!writer.publish().has_pending_operations());
        /// ```
        pub fn has_pending_operations(&self) -> bool {
            self.inner.has_pending_operations()
        }

        /// The operations that readers do not see yet, in order. Never waits.
        ///
        /// To send them to a replica, write them to a journal or count them. One call is one
        /// operation, except that `extend` logs one per entry, and that a method that looks first,
        /// or takes a closure, logs the changes that it came to, one per key or value, or none.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::Operation;")]
        ///
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// writer.insert(1, 'a').insert(2, 'b');
        /// let pending: Vec<_> = writer.pending().collect();
        /// assert_eq!(
        ///     pending,
        ///     [
        ///         Operation::Insert { key: &1, value: &'a' },
        ///         Operation::Insert { key: &2, value: &'b' },
        ///     ],
        /// );
        /// ```
        pub fn pending(
            &self,
        ) -> impl DoubleEndedIterator<Item = Operation<&K, &V, &M>> + ExactSizeIterator + Clone {
            self.inner.pending().map(Logged::as_operation)
        }

        /// The number of the last publish; 0 before the first. O(1), never waits.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new::<u32, u32>();")]
        /// assert_eq!(writer.version(), 0);
        /// writer.publish();
        /// assert_eq!(writer.version(), 1);
        /// assert_eq!(reader.version(), 1);
        /// ```
        pub fn version(&self) -> u64 {
            self.inner.version()
        }

        /// Whether a panic in the user's code ended this writer; see the section on panics above.
        /// O(1), never waits.
        ///
        /// ```
        #[doc = concat!("let (writer, _) = ", $map, "::new::<u32, u32>();")]
        /// assert!(!writer.is_poisoned());
        /// ```
        pub fn is_poisoned(&self) -> bool {
            self.inner.is_poisoned()
        }

        /// Figures of this map: publishes, operations, the log, readers, abandoned copies. O(1);
        /// takes a lock for a moment and waits for no reader.
        ///
        /// ```
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// writer.insert(1, 1).publish();
        /// println!("{:?}", writer.stats());
        /// ```
        pub fn stats(&self) -> $crate::Stats {
            self.inner.stats()
        }

        /// The registered readers, this handle's own included, and what each was doing at that moment:
        /// which hold views, of which version, and the thread that each belongs to. O(readers); takes
        /// a lock for that time, and costs the readers nothing.
        ///
        /// ```
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new::<u32, u32>();")]
        /// writer.publish();
        /// let view = reader.enter();
        /// let readers = writer.readers();
        /// let inside = readers.iter().find(|reader| reader.is_active).unwrap();
        /// assert_eq!(inside.version, Some(view.version()));
        /// ```
        pub fn readers(&self) -> Vec<$crate::ReaderState> {
            self.inner.readers()
        }

        /// Chooses the fences that publishes use from the next one on. O(1), never waits.
        ///
        /// The default, [`FencePolicy::Adaptive`](crate::FencePolicy::Adaptive), suits nearly
        /// everybody; [`FencePolicy::WriteMostly`](crate::FencePolicy::WriteMostly) spares the rest
        /// of the process an interruption per publish.
        ///
        /// ```
        #[doc = concat!("use ", $map, "::FencePolicy;")]
        ///
        #[doc = concat!("let (mut writer, reader) = ", $map, "::new();")]
        /// writer.set_fence_policy(FencePolicy::WriteMostly);
        /// writer.insert(1, 'a').publish();
        /// assert!(reader.contains_key(&1));
        /// ```
        pub fn set_fence_policy(&mut self, policy: $crate::FencePolicy) -> &mut Self {
            self.inner.set_fence_policy(policy);
            self
        }

        /// Ends writing for good and returns a reader. Never waits.
        ///
        /// What is pending is dropped: [`publish`](Self::publish) first. Dropping the writer does
        /// the same; this says it aloud, and leaves a handle to read with.
        ///
        /// ```
        #[doc = concat!("let (mut writer, _) = ", $map, "::new();")]
        /// writer.insert(1, 'a').publish();
        /// writer.insert(2, 'b');
        /// let reader = writer.freeze();
        /// assert!(reader.contains_key(&1));
        /// assert!(!reader.contains_key(&2));
        /// ```
        pub fn freeze(self) -> ReadHandle<K, V, M, S> {
            self.reader()
        }
    };
}
