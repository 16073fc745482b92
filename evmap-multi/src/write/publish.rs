//! Publishing, and what the writer knows about it: delegation to `left-right`, nothing about
//! tables.

use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use left_right::{FencePolicy, PublishError, Stats};

use crate::operation::{Logged, Operation};
use crate::read::ReadHandle;
use crate::write::WriteHandle;

impl<K, V, M, S> WriteHandle<K, V, M, S>
where
    K: Eq + Hash + Clone,
    V: Eq + Hash + Clone,
    M: Clone,
    S: BuildHasher + Clone,
{
    /// Makes all pending operations visible to readers at once.
    ///
    /// Waits for readers that are still in a state from before the last publish, applies the
    /// operations to that copy and swaps. O(operations since the publish before the last), plus the
    /// wait.
    ///
    /// Without pending operations it publishes the same state under a new version;
    /// [`flush`](Self::flush) does not.
    ///
    /// # Panics
    ///
    /// Panics if the handle is poisoned, or when the user's `Hash`, `Eq`, `Clone` or `Drop` does,
    /// which poisons it.
    ///
    /// ```
    /// let (mut writer, reader) = evmap_multi::new();
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
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.publish();
    /// let view = reader.enter();
    /// assert!(writer.insert(1, 1).try_publish());
    /// assert!(!writer.insert(2, 2).try_publish());
    /// drop(view);
    /// assert!(writer.try_publish());
    /// ```
    #[track_caller]
    pub fn try_publish(&mut self) -> bool {
        self.inner.try_publish()
    }

    /// [`publish`](Self::publish) that waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if a reader was still in the stale copy at the deadline. Nothing
    /// was published; the operations are pending still. [`PublishError::Poisoned`] if the handle is
    /// poisoned already.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (mut writer, reader) = evmap_multi::new();
    /// let view = reader.enter();
    /// writer.insert(1, 1);
    /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_ok());
    /// writer.insert(2, 2);
    /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_err());
    /// drop(view);
    /// assert!(writer.publish_timeout(Duration::from_millis(1)).is_ok());
    /// ```
    #[track_caller]
    pub fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.inner.publish_timeout(timeout)
    }

    /// [`publish`](Self::publish) that no reader can stop: if one is still in the stale copy after
    /// `timeout`, that copy is left to it, and the writer goes on with a fresh clone of the
    /// published one.
    ///
    /// A view that is held for long, or leaked, then costs the memory of one more copy until it is
    /// gone, and this call the time to clone the map: O(capacity). The copy is freed by a later
    /// call of the writer.
    ///
    /// # Errors
    ///
    /// [`PublishError::Poisoned`] if the handle is poisoned. [`PublishError::Stalled`] if a handful
    /// of copies have been left to readers already; the operations are pending still.
    ///
    /// # Panics
    ///
    /// If a `Clone` of the user panics while the map is cloned; nothing has changed then. Else as
    /// [`publish`](Self::publish).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (mut writer, reader) = evmap_multi::new();
    /// let view = reader.enter();
    /// for n in 0..100 {
    ///     writer.update("n", n).publish_or_replace(Duration::ZERO).unwrap();
    /// }
    /// assert!(view.is_empty());
    /// assert_eq!(writer.published()["n"], [99]);
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError> {
        self.inner.publish_or_replace(timeout)
    }

    /// [`publish`](Self::publish) if there is anything to publish. Waits as that does.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
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

    /// Whether there are operations that readers do not see yet. O(1), never waits.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// assert!(!writer.has_pending_operations());
    /// assert!(writer.insert(1, 1).has_pending_operations());
    /// assert!(!writer.publish().has_pending_operations());
    /// ```
    pub fn has_pending_operations(&self) -> bool {
        self.inner.has_pending_operations()
    }

    /// The operations that readers do not see yet, in order. Never waits.
    ///
    /// To send them to a replica, write them to a journal or count them. One call is one operation,
    /// except that `extend` logs one per pair, and [`retain`](Self::retain) and
    /// [`empty_random`](Self::empty_random) one per removal.
    ///
    /// ```
    /// use evmap_multi::Operation;
    ///
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.insert(1, 'a').remove_entry(2);
    /// let pending: Vec<_> = writer.pending().collect();
    /// assert_eq!(
    ///     pending,
    ///     [Operation::Insert { key: &1, value: &'a' }, Operation::RemoveEntry { key: &2 }],
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
    /// let (mut writer, reader) = evmap_multi::new::<u32, u32>();
    /// assert_eq!(writer.version(), 0);
    /// writer.publish();
    /// assert_eq!(writer.version(), 1);
    /// assert_eq!(reader.version(), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.inner.version()
    }

    /// Whether a panic in the user's code ended this writer; see the section on panics above. O(1),
    /// never waits.
    ///
    /// ```
    /// let (writer, _) = evmap_multi::new::<u32, u32>();
    /// assert!(!writer.is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.inner.is_poisoned()
    }

    /// Counters of this map: publishes, operations, the log, waits. O(1), never waits.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.insert(1, 1).publish();
    /// println!("{:?}", writer.stats());
    /// ```
    pub fn stats(&self) -> Stats {
        self.inner.stats()
    }

    /// Chooses the fences that publishes use from the next one on. O(1), never waits.
    ///
    /// The default, [`FencePolicy::Adaptive`], suits nearly everybody;
    /// [`FencePolicy::WriteMostly`] spares the rest of the process an interruption per publish.
    ///
    /// ```
    /// use evmap_multi::FencePolicy;
    ///
    /// let (mut writer, reader) = evmap_multi::new();
    /// writer.set_fence_policy(FencePolicy::WriteMostly);
    /// writer.insert(1, 'a').publish();
    /// assert_eq!(reader.get_one_cloned(&1), Some('a'));
    /// ```
    pub fn set_fence_policy(&mut self, policy: FencePolicy) -> &mut Self {
        self.inner.set_fence_policy(policy);
        self
    }

    /// Ends writing for good and returns a reader. Never waits.
    ///
    /// What is pending is dropped: [`publish`](Self::publish) first. Dropping the writer does the
    /// same; this says it aloud, and leaves a handle to read with.
    ///
    /// ```
    /// let (mut writer, _) = evmap_multi::new();
    /// writer.insert(1, 'a').publish();
    /// writer.insert(2, 'b');
    /// let reader = writer.freeze();
    /// assert_eq!(reader.get_one_cloned(&1), Some('a'));
    /// assert_eq!(reader.get_one_cloned(&2), None);
    /// ```
    pub fn freeze(self) -> ReadHandle<K, V, M, S> {
        ReadHandle::new(self.inner.freeze())
    }
}
