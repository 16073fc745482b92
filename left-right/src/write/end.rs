//! The ways in which a writer goes, and what becomes of the data.

use super::{PRESENT, Taken, WriteHandle};
use crate::{Absorb, Independent, unwind::swallow};

impl<T, O> WriteHandle<T, O>
where
    T: Absorb<O>,
{
    /// Ends the pair and returns its data, with everything applied that was appended.
    ///
    /// Takes the data away from the readers ([`ReadHandle::enter`](crate::ReadHandle::enter) returns `None` from then on),
    /// waits until the last has left, and drops one copy by [`Absorb::drop_first`]. If the pair
    /// is poisoned, it returns the last published copy.
    ///
    /// # Panics
    ///
    /// If an `absorb_*` or `sync_with` panics; readers then keep the last published copy. If
    /// `drop_first` panics; the data is leaked then. In debug builds, if this thread holds a guard: it would wait for
    /// itself for ever. The data is leaked then, too.
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
    /// writer.append(1).publish();
    /// writer.append(2);
    /// let count = writer.take();
    /// assert_eq!(count.0, 3);
    /// assert!(reader.enter().is_none());
    /// ```
    #[track_caller]
    pub fn take(mut self) -> Taken<T, O> {
        self.reader.end_leaked_guards();
        let writer = self.writer.take().expect(PRESENT);
        Taken::new(writer.close())
    }

    /// Ends the writer and leaves the published data to the readers, until the last of them goes.
    ///
    /// Operations that were not published are dropped. Waits for readers that are still in the
    /// copy that the last publish took out, to bring it up to date and drop it; structures that
    /// are [`Independent`] can go without waiting, see [`freeze_on_drop`](Self::freeze_on_drop).
    ///
    /// # Panics
    ///
    /// If `absorb_second` or `drop_first` panics; readers keep the published copy.
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
    /// writer.append(5).publish();
    /// writer.freeze();
    /// assert_eq!(reader.enter().unwrap().0, 5);
    /// ```
    pub fn freeze(mut self)
    where
        T: Send,
    {
        self.reader.end_leaked_guards();
        self.writer.take().expect(PRESENT).freeze();
    }

    /// From now on, dropping this handle leaves the published data to the readers, until the last
    /// of them goes, and waits for nobody. Operations that were not published are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// # impl left_right::Independent for Count {}
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.freeze_on_drop().append(1).publish();
    /// writer.append(2);
    /// drop(writer);
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    pub fn freeze_on_drop(&mut self) -> &mut Self
    where
        T: Independent + Send,
    {
        self.writer_mut().leave = Some(|copies, sound| {
            copies.leave_to_readers(sound, T::drop_first, T::drop_second);
        });
        self
    }
}

impl<T, O> Drop for WriteHandle<T, O>
where
    T: Absorb<O>,
{
    fn drop(&mut self) {
        let Some(writer) = self.writer.take() else {
            return;
        };
        self.reader.end_leaked_guards();
        // Letting a panic of user code out of `drop` could abort the process.
        swallow(|| writer.go());
    }
}
