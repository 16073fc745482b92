//! A read handle for any number of threads.

use std::{fmt, ptr::NonNull};

use super::{ReadGuard, ReadHandle, guard, local};
use crate::{
    copies::{CoreArc, Shared},
    record::{Header, data_ptr},
    registry::StructureId,
    slot::{Otherwise, Slot, Word},
    sync::Arc,
};

/// A reader of a pair that threads can share: `Clone`, `Send` and `Sync`.
///
/// Each thread that enters gets a slot of its own, remembered in a thread-local and given back when
/// the thread ends, so threads may come and go. An enter costs one look at that thread-local
/// more than through a [`ReadHandle`]; a thread's first enter, and one after it used more
/// than a handful of other structures, costs a search and perhaps a registration, some tens to
/// hundreds of nanoseconds. Never waits.
///
/// # Guards
///
/// Guards of one handle on one thread may nest and interleave. A guard that is taken while another
/// is alive sees the newest published copy, which may be newer than the other's. Guards are not
/// `Send`. A guard that is leaked holds its copy for ever.
///
/// # Asynchronous code
///
/// Do not hold a guard across an `.await`: the future is not `Send` then, and while it sleeps the
/// writer may have to wait for it. Enter, take out what is needed, and leave; or hold an `Arc` of
/// a value. On a single-threaded executor guards across `.await` are sound, and every task that
/// enters meanwhile still sees the newest copy.
///
/// # Memory ordering
///
/// As [`ReadHandle`].
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
/// let shared = reader.shared();
/// writer.append(1).publish();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| assert_eq!(shared.enter().unwrap().0, 1));
///     }
/// });
/// ```
///
/// Data that may not be read from several threads cannot be shared:
///
/// ```
/// fn is_sync<T: Sync>() {}
/// is_sync::<left_right::SharedReadHandle<u32>>();
/// ```
///
/// ```compile_fail
/// fn is_sync<T: Sync>() {}
/// is_sync::<left_right::SharedReadHandle<std::cell::Cell<u32>>>();
/// ```
///
/// A guard held across an `.await` makes the future one that stays on its thread:
///
/// ```compile_fail
/// async fn hold(shared: left_right::SharedReadHandle<u32>) {
///     let guard = shared.enter();
///     std::future::ready(()).await;
///     drop(guard);
/// }
/// fn is_send<T: Send>(_: T) {}
/// fn check(shared: left_right::SharedReadHandle<u32>) {
///     is_send(hold(shared));
/// }
/// ```
///
/// ```
/// async fn hold(shared: left_right::SharedReadHandle<u32>) {
///     let guard = shared.enter();
///     drop(guard);
///     std::future::ready(()).await;
/// }
/// # fn is_send<T: Send>(_: T) {}
/// fn check(shared: left_right::SharedReadHandle<u32>) {
///     is_send(async move { let _seen = shared.enter().map(|guard| *guard); });
/// }
/// ```
pub struct SharedReadHandle<T> {
    shared: Arc<Shared<T>>,
    core: CoreArc,
    /// That of `core`, at hand.
    id: StructureId,
}

impl<T> SharedReadHandle<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        Self {
            shared: Arc::clone(shared),
            core: CoreArc::clone(&shared.core),
            id: shared.core.id,
        }
    }

    /// Enters the published copy, with a slot of the calling thread.
    ///
    /// `None` once the writer took the data away, as for [`ReadHandle::enter`]. Never waits for the writer or a
    /// reader; a thread's first enter registers it, which takes a lock for a moment and allocates.
    ///
    /// # Panics
    ///
    /// If so many guards of one thread were leaked that their count would overflow.
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
    /// let shared = reader.shared();
    /// let guard = shared.enter().unwrap();
    /// writer.append(1).publish();
    /// // Unlike two guards of a `ReadHandle`, these see what is newest when they are made.
    /// assert_eq!((guard.0, shared.enter().unwrap().0), (0, 1));
    /// ```
    #[inline]
    pub fn enter(&self) -> Option<ReadGuard<'_, T>> {
        let (slot, word) = self.slot();
        // SAFETY: the structure is alive, since `self` shares it, and so is the slot in its
        // registry; this is the thread that owns it, or nobody does (invariant 7).
        let entered = unsafe { slot.as_ref() }.enter(word, &self.core.published);
        let record = match entered {
            Ok(record) => record,
            Err(otherwise) => self.enter_otherwise(slot, otherwise)?,
        };
        let data = data_ptr::<T>(record);
        Some(ReadGuard::new(data, slot, &self.core))
    }

    /// Enters with a slot of this thread when it is not so simple.
    #[cold]
    fn enter_otherwise(
        &self,
        slot: NonNull<Slot>,
        otherwise: Otherwise,
    ) -> Option<NonNull<Header>> {
        // SAFETY: as in `enter`.
        let entered = unsafe { slot.as_ref() }.enter_otherwise(otherwise, &self.core.published);
        if entered.is_none() {
            guard::give_back_if_nobodys(slot, &self.core);
        }
        entered
    }

    /// A slot of this thread that nobody gives back before it is entered, and what it says.
    ///
    /// Both ways end in registers: a guard that came out of memory on the rare way would go
    /// through memory on the usual one, too, which costs more than everything else here.
    #[inline]
    fn slot(&self) -> (NonNull<Slot>, Word) {
        if let Some(slot) = local::cached(self.id) {
            // SAFETY: as in `enter`.
            let word = unsafe { slot.as_ref() }.word();
            if !word.is_inside() {
                return (slot, word);
            }
        }
        self.find_slot()
    }

    /// Finds a slot when the one used last is unknown or inside.
    #[cold]
    #[inline(never)]
    fn find_slot(&self) -> (NonNull<Slot>, Word) {
        let slot = local::slot(self.id, &self.core);
        // SAFETY: as in `enter`.
        (slot, unsafe { slot.as_ref() }.word())
    }

    /// A handle for one thread, which enters a little faster.
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
    ///     scope.spawn(|| {
    ///         let own = shared.handle();
    ///         assert_eq!(own.enter().unwrap().0, 1);
    ///     });
    /// });
    /// ```
    pub fn handle(&self) -> ReadHandle<T> {
        ReadHandle::new(&self.shared)
    }

    /// # Panics
    ///
    /// In debug builds, if the calling thread holds a guard of this pair, through any handle.
    #[track_caller]
    pub(crate) fn assert_not_inside(&self) {
        self.core.registry.assert_not_inside();
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
    /// let shared = reader.shared();
    /// drop(writer);
    /// assert!(shared.was_dropped());
    /// assert!(shared.enter().is_none());
    /// ```
    pub fn was_dropped(&self) -> bool {
        self.core.published.is_closed()
    }

    /// Whether there is still a writer: see [`ReadHandle::has_writer`].
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
    /// assert!(shared.has_writer());
    /// writer.freeze();
    /// assert!(!shared.has_writer());
    /// ```
    pub fn has_writer(&self) -> bool {
        self.shared.has_writer()
    }
}

impl<T> Clone for SharedReadHandle<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared)
    }
}

impl<T> fmt::Debug for SharedReadHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedReadHandle")
            .field("was_dropped", &self.was_dropped())
            .finish_non_exhaustive()
    }
}
