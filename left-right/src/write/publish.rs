//! The publishes of a write handle: for as long as it takes, for a while, or past its readers.

use std::time::{Duration, Instant};

use super::WriteHandle;
use crate::{
    Absorb, Independent, PublishError,
    copies::ENDLESS,
    diagnostics::Poisoned,
    wait::{Patience, StillThere},
};

impl<T, O> WriteHandle<T, O>
where
    T: Absorb<O>,
{
    /// Makes all operations appended so far visible to readers that enter from now on.
    ///
    /// Waits for readers that are still in the copy that the publish before took out, applies to
    /// it what it lacks, and swaps: readers switch from all of the old to all of the new. Readers
    /// that are inside keep what they see until they leave or refresh.
    ///
    /// Takes time in proportion to the operations since the publish before the last, and, if a reader has
    /// entered that copy and not another since, a process-wide barrier of a few microseconds
    /// ([`FenceStrategy::Membarrier`](crate::FenceStrategy::Membarrier)); and a nanosecond or two for each
    /// registered reader.
    ///
    /// # Panics
    ///
    /// If the pair is poisoned, or if an `absorb_*` or `sync_with` panics, which poisons it. If the drop of a copy
    /// panics that was [left to its readers](Self::publish_or_replace); nothing is published then, and nothing lost.
    /// In debug builds, if this thread holds a guard that it would wait for.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let before = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!(before.0, 0);
    /// drop(before);
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    #[track_caller]
    pub fn publish(&mut self) -> &mut Self {
        let published = self.writer_to_wait().publish(Patience::Forever);
        published.expect(ENDLESS);
        self
    }

    /// Publishes if no reader is in the way; returns whether it did. Never waits.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish), but for a guard of this thread's own, which is in the way like any other.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// assert!(writer.append(1).try_publish()); // The reader is in the copy that is swapped out…
    /// assert!(!writer.append(1).try_publish()); // …and that copy is needed now.
    /// drop(guard);
    /// assert!(writer.try_publish());
    /// assert_eq!(reader.enter().unwrap().0, 2);
    /// ```
    #[must_use = "if it is `false` nothing was published"]
    #[track_caller]
    pub fn try_publish(&mut self) -> bool {
        self.writer_to_wait().publish(Patience::Never).is_ok()
    }

    /// Publishes, waiting for readers for at most `timeout`.
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if a reader held on until the timeout; nothing is lost, the
    /// operations stay in the log. [`PublishError::Poisoned`] if an operation panicked earlier.
    ///
    /// # Panics
    ///
    /// If user code panics, as [`publish`](Self::publish). In debug builds, if this thread holds a guard that it
    /// would wait for and the timeout has no end, as [`Duration::MAX`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// writer.publish();
    /// let stalled = writer.publish_timeout(Duration::from_millis(1)).unwrap_err();
    /// println!("{stalled}");
    /// ```
    #[track_caller]
    pub fn publish_timeout(&mut self, timeout: Duration) -> Result<(), PublishError> {
        if self.is_poisoned() {
            return Err(Poisoned.into());
        }
        let start = Instant::now();
        let writer = self.writer_to_wait();
        writer
            .publish_until(start.checked_add(timeout))
            .map_err(|StillThere| writer.stalled(start))
    }

    /// Publishes, and if readers hold on for longer than `timeout`, leaves the copy that they are
    /// in to them and goes on with a clone of the published one.
    ///
    /// A guard that is leaked or held for ever thus costs a clone and the memory of a copy, once,
    /// and never stops the writer. The copy is freed by the writer's next publish or view after
    /// its last reader has left.
    ///
    /// # Errors
    ///
    /// [`PublishError::Poisoned`] if an operation panicked earlier. [`PublishError::Stalled`] if a
    /// handful of copies have been left already of which nobody is known to be in them, which takes a
    /// reader that was stopped in the middle of entering: it may be in any.
    ///
    /// # Panics
    ///
    /// If `clone` panics; nothing has changed then. Else as [`publish_timeout`](Self::publish_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// impl left_right::Independent for Count {}
    ///
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// std::mem::forget(reader.enter());
    /// for _ in 0..1_000 {
    ///     writer.append(1).publish_or_replace(Duration::ZERO).unwrap();
    /// }
    /// assert_eq!(writer.enter().unwrap().0, 1_000);
    /// assert_eq!(writer.stats().abandoned, 1);
    /// ```
    #[track_caller]
    pub fn publish_or_replace(&mut self, timeout: Duration) -> Result<(), PublishError>
    where
        T: Independent,
    {
        if self.is_poisoned() {
            return Err(Poisoned.into());
        }
        let start = Instant::now();
        let writer = self.writer_to_wait();
        writer
            .publish_until(start.checked_add(timeout))
            .or_else(|StillThere| writer.publish_replacement())
            .map_err(|StillThere| writer.stalled(start))
    }

    /// Publishes if there is anything to publish.
    ///
    /// Waits and panics as [`publish`](Self::publish), if so.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.flush();
    /// assert_eq!(writer.version(), 0);
    /// writer.append(1).flush();
    /// assert_eq!(writer.version(), 1);
    /// # drop(reader);
    /// ```
    #[track_caller]
    pub fn flush(&mut self) {
        self.writer().assert_sound();
        if self.has_pending_operations() {
            self.publish();
        }
    }

    /// [`publish`](Self::publish) for a caller that pauses elsewhere, if it has to for longer.
    #[track_caller]
    pub(super) fn publish_briefly(&mut self) -> bool {
        self.writer_to_wait().publish(Patience::Briefly).is_ok()
    }

    /// The second half of [`publish_or_replace`](Self::publish_or_replace).
    #[track_caller]
    pub(super) fn replace(&mut self) -> bool
    where
        T: Independent,
    {
        self.writer_to_wait().publish_replacement().is_ok()
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[derive(Clone, Default)]
    struct Count(u32);

    impl Absorb<u32> for Count {
        fn absorb_first(&mut self, operation: &mut u32, _: &Self) {
            self.0 += *operation;
        }

        fn sync_with(&mut self, first: &Self) {
            self.0 = first.0;
        }
    }

    impl Independent for Count {}

    /// A shared writer may ask for it when it was other writers that were in the way.
    #[test]
    fn replacing_a_copy_that_nobody_is_in_loses_nothing() {
        let (mut looked_at, reader) = crate::new_logged::<Count, u32>(Count(0));
        assert_eq!(looked_at.append(1).view().0, 1);
        let (mut loaded, other) = crate::new::<Count, u32>();
        loaded.append(1);
        for (writer, reader) in [(&mut looked_at, &reader), (&mut loaded, &other)] {
            assert!(writer.replace());
            assert_eq!(reader.enter().unwrap().0, 1);
            for total in [3, 5, 7] {
                writer.append(2).publish();
                assert_eq!(reader.enter().unwrap().0, total);
            }
            assert_eq!(writer.stats().abandoned, 0);
        }
    }
}
