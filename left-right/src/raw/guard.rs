//! The guard: a reference into the published copy; the last of nested guards leaves, exactly once.

use std::{fmt, marker::PhantomData, mem, ops::Deref, ptr::NonNull};

use super::{
    current::CopyPtr,
    slot::{Slot, Step},
    state::{Core, Share},
};

/// A reference to the published copy, or to a part of it, that keeps the copy as it is.
///
/// Nothing changes under a guard: it is one consistent snapshot, from one publish, of everything
/// in the structure. Dropping it leaves. It is not `Send`: it leaves on the thread that entered. It is
/// `Sync` if the data is, so scoped threads can read through it.
///
/// While a guard lives the writer can publish once; the publish after that waits for it, unless it is one that
/// [nothing stops](crate::WriteHandle::publish_or_replace). The [guide](crate::guide#who-waits-for-whom) has the
/// details, also of guards that are leaked.
#[must_use = "the guard leaves at once if it is not held"]
pub struct ReadGuard<'rh, T: ?Sized> {
    /// A pointer and not a reference: it is not valid any more when the guard's drop returns.
    data: NonNull<T>,
    /// A pointer, too: the last guard of a slot that nobody else owns gives it back, and frees it.
    slot: NonNull<Slot>,
    core: &'rh Core,
    /// Whether `data` is a part of the copy and not all of it.
    narrowed: bool,
    data_type: PhantomData<&'rh T>,
}

// SAFETY: through a shared guard other threads get `&T`, which needs `T: Sync`, and read the word
// that says which version the reader is in, which does not change while the guard lives. Leaving
// or moving on takes the guard itself, which does not leave its thread.
unsafe impl<T: ?Sized + Sync> Sync for ReadGuard<'_, T> {}

impl<'rh, T: ?Sized> ReadGuard<'rh, T> {
    /// Narrows a guard to a part of what it guards.
    ///
    /// An associated function, so that it hides no method of the data.
    ///
    /// ```
    /// use left_right::{ReadGuard, ReadHandle};
    ///
    /// fn first(handle: &ReadHandle<Vec<String>>) -> Option<ReadGuard<'_, str>> {
    ///     ReadGuard::try_map(handle.enter()?, |names| names.first().map(String::as_str))
    /// }
    ///
    /// fn all(handle: &ReadHandle<Vec<String>>) -> Option<ReadGuard<'_, [String]>> {
    ///     Some(ReadGuard::map(handle.enter()?, Vec::as_slice))
    /// }
    /// ```
    #[inline]
    pub fn map<F, U: ?Sized>(orig: Self, f: F) -> ReadGuard<'rh, U>
    where
        F: for<'a> FnOnce(&'a T) -> &'a U,
    {
        let part = NonNull::from(f(&orig));
        orig.narrow(part)
    }

    /// Narrows a guard to a part of what it guards, if there is such a part; else leaves.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::ReadGuard;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// writer.append(3).publish();
    /// let small = ReadGuard::try_map(reader.enter().unwrap(), |count| Some(&count.0).filter(|n| **n < 9));
    /// assert_eq!(*small.unwrap(), 3);
    /// let large = ReadGuard::try_map(reader.enter().unwrap(), |count| Some(&count.0).filter(|n| **n > 9));
    /// assert!(large.is_none());
    /// ```
    #[inline]
    pub fn try_map<F, U: ?Sized>(orig: Self, f: F) -> Option<ReadGuard<'rh, U>>
    where
        F: for<'a> FnOnce(&'a T) -> Option<&'a U>,
    {
        let part = NonNull::from(f(&orig)?);
        Some(orig.narrow(part))
    }

    /// The number of the publish that this guard sees; 0 if nothing was published before it.
    ///
    /// Versions grow by one with each publish, so two guards with the same version of the same
    /// pair see the same data, and the difference to
    /// [`WriteHandle::version`](crate::WriteHandle::version) says how far a reader is behind.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::ReadGuard;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// assert_eq!(ReadGuard::version(&reader.enter().unwrap()), 0);
    /// writer.publish();
    /// assert_eq!(ReadGuard::version(&reader.enter().unwrap()), 1);
    /// ```
    #[inline]
    pub fn version(orig: &Self) -> u64 {
        let version = orig.slot().word().version();
        version.expect("the slot of a guard names the version that its reader is in")
    }

    #[inline]
    fn slot(&self) -> &Slot {
        // SAFETY: a slot stays in the registry for as long as it has guards, and the registry for
        // as long as the handle that this guard borrows (invariant 15).
        unsafe { self.slot.as_ref() }
    }

    /// Hands over to a guard of a part.
    #[inline]
    fn narrow<U: ?Sized>(self, data: NonNull<U>) -> ReadGuard<'rh, U> {
        let Self { slot, core, .. } = self;
        // The new guard leaves in place of this one.
        mem::forget(self);
        ReadGuard {
            data,
            slot,
            core,
            narrowed: true,
            data_type: PhantomData,
        }
    }
}

impl<'rh, T> ReadGuard<'rh, T> {
    /// A guard of all of a copy.
    ///
    /// # Safety
    ///
    /// The calling thread has entered with `slot`, once for this guard, and found `copy`, which is one of the
    /// structure of `share`. The slot stands in that structure's registry for as long as its owner has it or it has
    /// guards, and nobody but this thread uses it (invariant 15).
    #[inline]
    pub(super) unsafe fn new(share: &'rh Share<T>, slot: NonNull<Slot>, copy: CopyPtr) -> Self {
        Self {
            data: copy.cast(),
            slot,
            core: &share.core,
            narrowed: false,
            data_type: PhantomData,
        }
    }

    /// Whether nothing newer was published, as far as this thread can see. Costs a load.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// use left_right::ReadGuard;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// assert!(ReadGuard::is_newest(&guard));
    /// writer.append(1).publish();
    /// assert!(!ReadGuard::is_newest(&guard));
    /// ```
    #[inline]
    pub fn is_newest(orig: &Self) -> bool {
        !orig.core.current.is_newer_than(orig.slot().word())
    }

    /// Moves to the newest published copy, without leaving and entering again.
    ///
    /// For loops that hold one guard per round and pay nothing per look-up: a refresh that finds
    /// nothing new costs a load. Wait-free.
    ///
    /// Returns the guard as it is if nothing newer was published, if the writer took the data
    /// away, if other guards of the same handle that see the same copy are alive, or if the
    /// guard was narrowed by [`map`](Self::map). A method `refresh` of the data itself is hidden by
    /// this one: call it as `(*guard).refresh()`. `None` if the writer takes the data away at this
    /// very moment.
    ///
    /// ```
    /// use left_right::doctest::Count;
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let guard = reader.enter().unwrap();
    /// writer.append(1).publish();
    /// assert_eq!(guard.0, 0);
    /// let guard = guard.refresh().unwrap();
    /// assert_eq!(guard.0, 1);
    /// ```
    #[inline]
    pub fn refresh(mut self) -> Option<Self> {
        if self.narrowed {
            return Some(self);
        }
        match self.slot().step(&self.core.current) {
            Step::Stay => Some(self),
            Step::Moved(copy) => {
                // It is a `T`: the guard was made by a handle and never narrowed.
                self.data = copy.cast();
                Some(self)
            }
            // The reader is inactive already; the drop of the guard leaves it there.
            Step::Closed => None,
        }
    }
}

impl<T: ?Sized> Drop for ReadGuard<'_, T> {
    /// Small enough to be inlined also where a panic unwinds: a guard whose address is needed
    /// nowhere lives in registers.
    #[inline]
    fn drop(&mut self) {
        if !self.slot().leave() {
            leave_nested(self.slot, self.core);
        }
    }
}

#[cold]
#[inline(never)]
fn leave_nested(slot: NonNull<Slot>, core: &Core) {
    // SAFETY: as in `ReadGuard::slot`; the guard that is being dropped is one of the slot's. The
    // reference is not used once the slot is freed.
    let slot = unsafe { slot.as_ref() };
    if slot.leave_nested() {
        core.registry.deregister(slot.key());
    }
}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: it points to the copy that the reader is in, or, narrowed, is a reference into it; the
        // reader is there until this guard is dropped (invariant 1).
        unsafe { self.data.as_ref() }
    }
}

impl<T: ?Sized> AsRef<T> for ReadGuard<'_, T> {
    #[inline]
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(feature = "serde")]
impl<T: ?Sized + serde::Serialize> serde::Serialize for ReadGuard<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}
