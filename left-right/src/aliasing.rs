#![doc = include_str!("../docs/ALIASING.md")]

use std::{
    borrow::Borrow,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    mem::{ManuallyDrop, MaybeUninit},
    ops::Deref,
    path::{Path, PathBuf},
    ptr,
    rc::Rc,
    sync::Arc,
};

/// Whether dropping an [`Aliased`] drops the value that it stands for.
///
/// ```
/// struct NoDrop;
///
/// impl left_right::aliasing::DropBehavior for NoDrop {
///     const DO_DROP: bool = false;
/// }
/// ```
pub trait DropBehavior {
    /// `true` if an `Aliased<T, Self>` drops its `T`.
    ///
    /// ```
    /// use left_right::aliasing::DropBehavior;
    ///
    /// struct DoDrop;
    ///
    /// impl DropBehavior for DoDrop {
    ///     const DO_DROP: bool = true;
    /// }
    /// assert!(DoDrop::DO_DROP);
    /// ```
    const DO_DROP: bool;
}

/// A value that may be in both copies at once.
///
/// It reads like a `&T`: it dereferences, compares, hashes and borrows like the value.
///
/// ```
/// use left_right::aliasing::{Aliased, DropBehavior};
///
/// struct NoDrop;
/// impl DropBehavior for NoDrop {
///     const DO_DROP: bool = false;
/// }
/// struct DoDrop;
/// impl DropBehavior for DoDrop {
///     const DO_DROP: bool = true;
/// }
///
/// let value: Aliased<String, NoDrop> = Aliased::from("shared".to_string());
/// // SAFETY: `value` never drops the string, and `alias` is not used after `last` is dropped.
/// let alias = unsafe { value.alias() };
/// assert_eq!(*alias, *value);
/// drop(value); // Drops nothing.
/// // SAFETY: this is the only alias left that will drop.
/// let last: Aliased<String, DoDrop> = unsafe { alias.change_drop() };
/// drop(last); // Drops the string.
/// ```
#[repr(transparent)]
pub struct Aliased<T, D>
where
    D: DropBehavior,
{
    value: MaybeUninit<T>,
    behavior: PhantomData<D>,
    /// Rules out the automatic `Send` and `Sync`, which are too generous; see below.
    not_auto: PhantomData<*const T>,
}

// SAFETY: sending one alias gives another thread `&T`, for as long as there are others (`Sync`),
// and the drop of the `T`, if it is the one that drops (`Send`).
unsafe impl<T: Send + Sync, D: DropBehavior> Send for Aliased<T, D> {}
// SAFETY: sharing an alias gives `&T` and nothing else.
unsafe impl<T: Sync, D: DropBehavior> Sync for Aliased<T, D> {}

impl<T, D> Aliased<T, D>
where
    D: DropBehavior,
{
    /// Wraps a value. With a `D` that does not drop, the value is leaked unless some alias of it
    /// is given a `D` that does.
    ///
    /// Not an implementation of `From`, so that nobody makes one by accident.
    ///
    /// ```
    /// # use left_right::aliasing::{Aliased, DropBehavior};
    /// # struct NoDrop;
    /// # impl DropBehavior for NoDrop { const DO_DROP: bool = false; }
    /// # struct DoDrop;
    /// # impl DropBehavior for DoDrop { const DO_DROP: bool = true; }
    /// let value: Aliased<String, DoDrop> = Aliased::from("owned".to_string());
    /// assert_eq!(&*value, "owned");
    /// ```
    #[allow(clippy::should_implement_trait)] // The name in left-right 0.11.
    pub fn from(value: T) -> Self {
        Self {
            value: MaybeUninit::new(value),
            behavior: PhantomData,
            not_auto: PhantomData,
        }
    }

    /// Makes a second value of the same bits.
    ///
    /// # Safety
    ///
    /// - No alias of a value is used after one of them has dropped it, and at most one drops it.
    /// - Nobody gets a `&mut T` while more than one alias exists.
    /// - A structure that puts aliases into both of its copies does not implement
    ///   [`Independent`](crate::Independent): the drop of what they share is split between them.
    ///
    /// ```
    /// # use left_right::aliasing::{Aliased, DropBehavior};
    /// # struct NoDrop;
    /// # impl DropBehavior for NoDrop { const DO_DROP: bool = false; }
    /// let value: Aliased<i32, NoDrop> = Aliased::from(7);
    /// // SAFETY: neither of the two drops the number, and nobody changes it.
    /// let alias = unsafe { value.alias() };
    /// assert_eq!(value, alias);
    /// ```
    pub unsafe fn alias(&self) -> Self {
        Self {
            // SAFETY: the value is initialised and the source is valid for reads. That two copies
            // of its bits exist now is what the caller answers for.
            value: unsafe { ptr::read(&self.value) },
            behavior: PhantomData,
            not_auto: PhantomData,
        }
    }

    /// Changes what dropping this alias does.
    ///
    /// # Safety
    ///
    /// Going from a behaviour that drops to one that does not is always fine (it may leak). The
    /// other way round, this alias drops the value, so it must be the one that is meant to: see
    /// [`alias`](Self::alias).
    ///
    /// ```
    /// # use left_right::aliasing::{Aliased, DropBehavior};
    /// # struct NoDrop;
    /// # impl DropBehavior for NoDrop { const DO_DROP: bool = false; }
    /// # struct DoDrop;
    /// # impl DropBehavior for DoDrop { const DO_DROP: bool = true; }
    /// let value: Aliased<String, NoDrop> = Aliased::from("once".to_string());
    /// // SAFETY: it is the only alias, so it is the one that drops the string.
    /// let value: Aliased<String, DoDrop> = unsafe { value.change_drop() };
    /// drop(value);
    /// ```
    pub unsafe fn change_drop<D2: DropBehavior>(self) -> Aliased<T, D2> {
        // `self` must not run its own drop: with a `D` that drops, the value would be gone.
        let this = ManuallyDrop::new(self);
        Aliased {
            // SAFETY: the value is initialised, and `this` is never used again.
            value: unsafe { ptr::read(&this.value) },
            behavior: PhantomData,
            not_auto: PhantomData,
        }
    }
}

impl<T, D: DropBehavior> Drop for Aliased<T, D> {
    fn drop(&mut self) {
        if D::DO_DROP {
            // SAFETY: the value was initialised by `from`, and whoever gave this alias a behaviour
            // that drops promised that no other has dropped or will use it.
            unsafe { self.value.assume_init_drop() };
        }
    }
}

impl<T, D: DropBehavior> Deref for Aliased<T, D> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value was initialised by `from`, and `alias` forbids its use after the drop.
        unsafe { self.value.assume_init_ref() }
    }
}

impl<T, D: DropBehavior> AsRef<T> for Aliased<T, D> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T: Hash, D: DropBehavior> Hash for Aliased<T, D> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: fmt::Debug, D: DropBehavior> fmt::Debug for Aliased<T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq, D: DropBehavior> PartialEq for Aliased<T, D> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, D: DropBehavior> Eq for Aliased<T, D> {}

impl<T: PartialOrd, D: DropBehavior> PartialOrd for Aliased<T, D> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord, D: DropBehavior> Ord for Aliased<T, D> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl<T, D: DropBehavior> Borrow<T> for Aliased<T, D> {
    fn borrow(&self) -> &T {
        self
    }
}

// What `T` itself borrows as cannot be passed on in general, so the common cases are here.

impl<D: DropBehavior> Borrow<str> for Aliased<String, D> {
    fn borrow(&self) -> &str {
        self
    }
}

impl<D: DropBehavior> Borrow<Path> for Aliased<PathBuf, D> {
    fn borrow(&self) -> &Path {
        self
    }
}

impl<T, D: DropBehavior> Borrow<[T]> for Aliased<Vec<T>, D> {
    fn borrow(&self) -> &[T] {
        self
    }
}

impl<T: ?Sized, D: DropBehavior> Borrow<T> for Aliased<Box<T>, D> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized, D: DropBehavior> Borrow<T> for Aliased<Arc<T>, D> {
    fn borrow(&self) -> &T {
        self
    }
}

impl<T: ?Sized, D: DropBehavior> Borrow<T> for Aliased<Rc<T>, D> {
    fn borrow(&self) -> &T {
        self
    }
}
