//! What is left of a pair whose writer was taken.

use std::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

use crate::absorb::Absorb;

/// The data of a pair whose writer was [taken](crate::WriteHandle::take).
///
/// Dropping it calls [`Absorb::drop_second`]; a panic of that goes on, as from the drop of a box.
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, _reader) = left_right::new::<Count, u32>();
/// writer.append(1);
/// let mut count = writer.take();
/// count.0 += 1;
/// assert_eq!(count.0, 2);
/// ```
pub struct Taken<T: Absorb<O>, O> {
    /// `None` only once `into_box` or `drop` has begun.
    data: Option<Box<T>>,
    operations: PhantomData<O>,
}

const PRESENT: &str = "the data is there until the owner goes";

impl<T: Absorb<O>, O> Taken<T, O> {
    pub(crate) fn new(data: Box<T>) -> Self {
        Self {
            data: Some(data),
            operations: PhantomData,
        }
    }

    /// The data, without a promise that [`Absorb::drop_second`] is called on it.
    ///
    /// # Safety
    ///
    /// The other copy was dropped by [`Absorb::drop_first`]. If that leaves to `drop_second` what
    /// a plain drop would not do, or would do wrongly, then call `T::drop_second` on the box
    /// instead of dropping it.
    ///
    /// # Examples
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, _reader) = left_right::new::<Count, u32>();
    /// writer.append(1);
    /// // SAFETY: a count has nothing that one copy leaves to the other to drop.
    /// let count = unsafe { writer.take().into_box() };
    /// assert_eq!(count.0, 1);
    /// ```
    #[allow(unsafe_code)] // Unsafe to call, as in left-right 0.11; nothing unsafe inside.
    pub unsafe fn into_box(mut self) -> Box<T> {
        self.data.take().expect(PRESENT)
    }
}

impl<T: Absorb<O>, O> Deref for Taken<T, O> {
    type Target = T;

    fn deref(&self) -> &T {
        self.data.as_ref().expect(PRESENT)
    }
}

impl<T: Absorb<O>, O> DerefMut for Taken<T, O> {
    fn deref_mut(&mut self) -> &mut T {
        self.data.as_mut().expect(PRESENT)
    }
}

impl<T: Absorb<O>, O> Drop for Taken<T, O> {
    fn drop(&mut self) {
        if let Some(data) = self.data.take() {
            T::drop_second(data);
        }
    }
}

impl<T: Absorb<O> + fmt::Debug, O> fmt::Debug for Taken<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Taken").field(&**self).finish()
    }
}
