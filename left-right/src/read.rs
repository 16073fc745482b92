//! The read handle: how a thread gets at the published copy.

use std::{cell::Cell, fmt, marker::PhantomData, ptr::NonNull};

use crate::{
    copies::{CoreArc, Shared},
    record::data_ptr,
    registry::SharedSlot,
    sync::Arc,
};

mod factory;
mod guard;
pub(crate) mod local;
mod shared;

pub use factory::ReadHandleFactory;
pub use guard::ReadGuard;
pub use shared::SharedReadHandle;

/// A reader of a pair.
///
/// [`enter`](Self::enter) gives a guard, and through it a reference to the published copy. It is
/// wait-free and costs two loads, a store and a comparison, without a read-modify-write or, on Linux
/// and Windows, a fence; leaving costs one more store. The first enter after a publish costs a few of
/// each more. See [`fence_strategy`](crate::fence_strategy).
///
/// A handle belongs to one thread at a time: it is `Send` but not `Sync`. Clone it for each
/// thread, or share a [`ReadHandleFactory`]. Making, cloning and dropping a handle takes the
/// registry's lock for some nanoseconds; it never waits for the writer or for readers, also
/// inside a guard.
///
/// # Stalled readers
///
/// A guard that is held for long does not disturb other readers. It makes the writer's next
/// publish but one wait: hold guards for short, or [`refresh`](ReadGuard::refresh) them.
///
/// # Memory ordering
///
/// Entering acquires everything that the writer did before the publish that the guard sees.
///
/// # Signals and fork
///
/// Do not enter from a signal handler that may interrupt a thread inside `enter`, and after a
/// `fork` of a process with several threads only `exec` in the child.
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
/// let other = reader.clone();
/// let seen = std::thread::spawn(move || other.enter().map(|count| count.0)).join().unwrap();
/// assert_eq!(seen, Some(1));
/// ```
///
/// A handle cannot be shared between threads by reference:
///
/// ```compile_fail
/// fn is_sync<T: Sync>() {}
/// is_sync::<left_right::ReadHandle<u32>>();
/// ```
///
/// It can be sent if the data may be read from several threads:
///
/// ```
/// fn is_send<T: Send>() {}
/// is_send::<left_right::ReadHandle<u32>>();
/// ```
///
/// ```compile_fail
/// fn is_send<T: Send>() {}
/// is_send::<left_right::ReadHandle<std::cell::Cell<u32>>>();
/// ```
pub struct ReadHandle<T> {
    shared: Arc<Shared<T>>,
    core: CoreArc,
    slot: SharedSlot,
    /// Only one thread at a time may write the slot.
    not_sync: PhantomData<Cell<()>>,
}

impl<T> ReadHandle<T> {
    pub(crate) fn new(shared: &Arc<Shared<T>>) -> Self {
        Self {
            shared: Arc::clone(shared),
            core: CoreArc::clone(&shared.core),
            slot: shared.core.registry.register(),
            not_sync: PhantomData,
        }
    }

    /// Enters the published copy and returns a guard that keeps it as it is.
    ///
    /// Wait-free. A second guard of the same handle sees the same copy as the first, whatever was
    /// published in between.
    ///
    /// `None` once the writer was dropped or taken, unless it left the data to the readers
    /// ([`WriteHandle::freeze`](crate::WriteHandle::freeze)), which a poisoned writer does, too.
    ///
    /// # Panics
    ///
    /// If so many guards of this handle were leaked that their count would overflow.
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
    /// let guard = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!(guard.0, 1);
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// drop(guard);
    /// assert_eq!(reader.enter().unwrap().0, 2);
    /// ```
    #[inline]
    pub fn enter(&self) -> Option<ReadGuard<'_, T>> {
        let published = &self.core.published;
        let record = match self.slot.enter(self.slot.word(), published) {
            Ok(record) => record,
            Err(otherwise) => self.slot.enter_otherwise(otherwise, published)?,
        };
        let data = data_ptr::<T>(record);
        Some(ReadGuard::new(
            data,
            NonNull::from(&**self.slot),
            &self.core,
        ))
    }

    /// A factory of handles that can be shared between threads.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let factory = reader.factory();
    /// drop(reader);
    /// writer.append(1).publish();
    /// assert_eq!(factory.handle().enter().unwrap().0, 1);
    /// ```
    pub fn factory(&self) -> ReadHandleFactory<T> {
        ReadHandleFactory::new(&self.shared)
    }

    /// A handle that threads can share.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let shared = reader.shared();
    /// writer.append(1).publish();
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| assert_eq!(shared.enter().unwrap().0, 1));
    /// });
    /// ```
    pub fn shared(&self) -> SharedReadHandle<T> {
        SharedReadHandle::new(&self.shared)
    }

    /// Whether the writer took the data away, by being dropped or taken.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// assert!(!reader.was_dropped());
    /// drop(writer);
    /// assert!(reader.was_dropped());
    /// ```
    pub fn was_dropped(&self) -> bool {
        self.core.published.is_closed()
    }

    /// Whether there is still a writer, which could publish something newer. O(1), never waits.
    ///
    /// Once it is `false` it stays so, and what is entered from then on is the last state that there will be, if the
    /// writer has left it. A poisoned writer counts until it is dropped.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// assert!(reader.has_writer());
    /// writer.append(1).publish();
    /// writer.freeze();
    /// assert!(!reader.has_writer() && !reader.was_dropped());
    /// assert_eq!(reader.enter().unwrap().0, 1);
    /// ```
    pub fn has_writer(&self) -> bool {
        self.shared.has_writer()
    }

    /// A pointer to the published copy, or `None` if the writer took the data away.
    ///
    /// It may be read only by somebody who knows that the writer does not publish meanwhile and
    /// then change this copy, for example because they hold the writer. It must never be written.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (writer, reader) = left_right::new::<Count, u32>();
    /// let published = reader.raw_handle().unwrap();
    /// // SAFETY: the writer is here, and does nothing meanwhile.
    /// assert_eq!(unsafe { published.as_ref() }.0, 0);
    /// drop(writer);
    /// assert!(reader.raw_handle().is_none());
    /// ```
    pub fn raw_handle(&self) -> Option<NonNull<T>> {
        let record = self.core.published.peek()?;
        Some(data_ptr::<T>(record))
    }

    /// Takes note that this is the writer's own handle: nobody enters through it while the writer is used.
    pub(crate) fn belong_to_writer(&self) {
        self.slot.belong_to_writer();
    }

    /// Ends the session that leaked guards of this handle have left open.
    ///
    /// Guards borrow the handle, so `&mut self` shows that none of them can be used any more, nor
    /// any reference that was got from one (invariant 7).
    pub(crate) fn end_leaked_guards(&mut self) {
        self.slot.end_leaked_session();
    }
}

impl<T> Clone for ReadHandle<T> {
    /// Registers another reader. Never waits for the writer or for readers.
    fn clone(&self) -> Self {
        Self::new(&self.shared)
    }
}

impl<T> Drop for ReadHandle<T> {
    fn drop(&mut self) {
        self.end_leaked_guards();
        self.core.registry.deregister(self.slot.key());
    }
}

impl<T> fmt::Debug for ReadHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandle")
            .field("slot", &self.slot)
            .field("was_dropped", &self.was_dropped())
            .finish_non_exhaustive()
    }
}
