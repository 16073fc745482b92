//! What a handle that threads share is made of.

#![forbid(unsafe_code)]

use crate::write::WriteHandle;

/// A writer that threads share through a [`SharedHandle`](crate::SharedHandle): a [`WriteHandle`], or a structure's own
/// handle around one, whose writes may have answers of a type `A`.
///
/// Threads that write at the same time have their operations carried out by one of them. So
/// [`answer`](Self::answer) may run on another thread than that of the call, where it must not depend on
/// thread-locals; a panic of it goes on in the call.
///
/// ```
/// use left_right::doctest::Count;
/// use left_right::{Owned, Publishing, SharedHandle, SharedWriter, WriteHandle};
/// use std::time::Duration;
///
/// struct Counter(WriteHandle<Count, u32, Owned>);
///
/// /// A write returns the count before it.
/// impl SharedWriter<Count, u32, Owned, u32> for Counter {
///     fn handle(&mut self) -> &mut WriteHandle<Count, u32, Owned> {
///         &mut self.0
///     }
///
///     fn answer(count: &Count, _: &u32) -> (u32, bool) {
///         (count.0, true)
///     }
/// }
///
/// let (writer, _) = left_right::new_owned(Count(5));
/// let count = SharedHandle::new(Counter(writer), Publishing::EachWrite, Duration::from_secs(1));
/// assert_eq!((count.write(1), count.write(1)), (Ok(5), Ok(6)));
/// ```
///
/// The answer may be made on another thread than that of the call:
///
/// ```compile_fail,E0277
/// # use std::{rc::Rc, time::Duration};
/// # use left_right::{Owned, Publishing, SharedHandle, SharedWriter, WriteHandle, doctest::Count};
/// # struct Counter(WriteHandle<Count, u32, Owned>);
/// impl SharedWriter<Count, u32, Owned, Rc<u32>> for Counter {
///     fn answer(count: &Count, _: &u32) -> (Rc<u32>, bool) {
///         (Rc::new(count.0), true)
///     }
/// #   fn handle(&mut self) -> &mut WriteHandle<Count, u32, Owned> { &mut self.0 }
/// }
/// let (writer, _) = left_right::new_owned(Count(0));
/// SharedHandle::new(Counter(writer), Publishing::EachWrite, Duration::ZERO); // An `Rc` is not `Send`.
/// ```
pub trait SharedWriter<T, O, D, A> {
    /// What a write that does not look at the state returns, if that is known before. Under a policy by which writes do
    /// not publish, they do not wait for readers then.
    const BLIND: Option<A> = None;

    /// The writer itself, the same each time.
    fn handle(&mut self) -> &mut WriteHandle<T, O, D>;

    /// What a write returns, found out before it, and whether it changes anything: if not, its operation is dropped, and
    /// nothing is published on its account.
    fn answer(state: &T, operation: &O) -> (A, bool);
}

impl<T, O, D> SharedWriter<T, O, D, ()> for WriteHandle<T, O, D> {
    const BLIND: Option<()> = Some(());

    #[inline]
    fn handle(&mut self) -> &mut WriteHandle<T, O, D> {
        self
    }

    #[inline]
    fn answer(_: &T, _: &O) -> ((), bool) {
        ((), true)
    }
}
