//! What the writer sees and readers do not yet.

use std::time::{Duration, Instant};

use super::WriteHandle;
use crate::{
    Absorb, Independent, PublishError, copies::ENDLESS, diagnostics::Poisoned, wait::Patience,
};

const FREE: &str = "nobody enters the write copy between two looks at it";

impl<T, O> WriteHandle<T, O>
where
    T: Absorb<O>,
{
    /// Whether operations were appended that readers cannot see yet.
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
    /// assert!(!writer.has_pending_operations());
    /// assert!(writer.append(1).has_pending_operations());
    /// assert!(!writer.publish().has_pending_operations());
    /// # drop(reader);
    /// ```
    pub fn has_pending_operations(&self) -> bool {
        self.writer().has_pending()
    }

    /// The operations that were appended and that readers cannot see yet, in order: to replicate,
    /// persist or inspect them.
    ///
    /// Operations appended before the first publish are listed only for a pair made by
    /// [`new_logged`](crate::new_logged); others apply them at once and keep no record.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, _reader) = left_right::new_logged::<Count, u32>(Count(0));
    /// writer.append(7).publish();
    /// writer.append(8).append(9);
    /// assert!(writer.pending().eq(&[8, 9]));
    /// ```
    pub fn pending(&self) -> impl DoubleEndedIterator<Item = &O> + ExactSizeIterator + Clone {
        self.writer().log.pending()
    }

    /// The write copy with everything applied that was appended so far, published or not.
    ///
    /// Waits like [`publish`](Self::publish) and then applies the log; the next publish finds that
    /// work done.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
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
    /// writer.append(5);
    /// assert_eq!(writer.view().0, 5);
    /// assert_eq!(reader.enter().unwrap().0, 0);
    /// ```
    #[track_caller]
    pub fn view(&mut self) -> &T {
        let reclaimed = self.writer_to_wait().prepare(Patience::Forever);
        reclaimed.map_err(drop).expect(ENDLESS).into_stale()
    }

    /// Like [`view`](Self::view), but `None` instead of waiting for a reader.
    ///
    /// # Panics
    ///
    /// As [`publish`](Self::publish).
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
    /// writer.append(1).publish();
    /// // The guard is in the copy that would have to be brought up to date.
    /// assert!(writer.try_view().is_none());
    /// drop(guard);
    /// assert_eq!(writer.try_view().unwrap().0, 1);
    /// ```
    #[track_caller]
    pub fn try_view(&mut self) -> Option<&T> {
        let reclaimed = self.writer_to_wait().prepare(Patience::Never).ok()?;
        Some(reclaimed.into_stale())
    }

    /// As [`view`](Self::view), but a write copy that readers are still in after `timeout` is left to
    /// them, and a clone of the published one takes its place: see
    /// [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// # Errors
    ///
    /// [`PublishError::Stalled`] if too many copies are left to readers already;
    /// [`PublishError::Poisoned`] if an operation has panicked.
    ///
    /// # Panics
    ///
    /// As [`publish_or_replace`](Self::publish_or_replace).
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::new_logged::<Count, u32>(Count(1));
    /// let guard = reader.enter().unwrap();
    /// writer.append(2).publish();
    /// writer.append(3);
    /// // The guard is in the copy that is to be changed.
    /// assert!(writer.try_view().is_none());
    /// assert_eq!(writer.view_or_replace(Duration::ZERO).unwrap().0, 6);
    /// assert_eq!(guard.0, 1);
    /// ```
    #[track_caller]
    pub fn view_or_replace(&mut self, timeout: Duration) -> Result<&T, PublishError>
    where
        T: Independent,
    {
        if self.is_poisoned() {
            return Err(Poisoned.into());
        }
        let writer = self.writer_to_wait();
        // The clock is asked only if it matters: mostly nobody is in the way.
        if writer.prepare(Patience::Briefly).is_err() {
            let start = Instant::now();
            let patience = Patience::up_to(start.checked_add(timeout));
            if writer.prepare(patience).is_err() && !writer.replace_stale() {
                return Err(writer.stalled(start));
            }
        }
        let reclaimed = writer.prepare(Patience::Never).map_err(drop);
        Ok(reclaimed.expect(FREE).into_stale())
    }
}
