//! A structure that any number of threads read and write, with a say in when writes become visible.

mod change;

use std::{fmt, time::Duration};

use super::{Publishing, ReadHandle, Ref, View, publishing::Timer};
use crate::{
    Absorb, Independent, Poisoned, ReadGuard, ReaderState, SharedReadHandle, SharedWriteHandle,
    Stats, sync::Arc,
};

/// A handle that reads and writes, for any number of threads: `Clone`, `Send` and `Sync`. Made by
/// [`WriteHandle::into_shared`](super::WriteHandle::into_shared).
///
/// Reads never wait and cannot fail. Changes wait for each other, and when they are published for
/// readers of the older copy; one that stays for longer than the patience that the handle was made
/// with keeps that copy for itself, and the writers go on with a clone. So nothing that a reader does
/// stops a writer, not even a guard that is leaked.
///
/// A thread must not change anything while it holds a view: it would be such a reader. Debug builds
/// panic at the call, also if the thread has leaked a view.
///
/// When the last handle goes, what is pending is published; views and read handles that are left
/// keep the data.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use left_right::{Absorb, Independent, kept};
///
/// #[derive(Clone, Default)]
/// struct Sum(u64);
/// impl Absorb<u64> for Sum {
///     fn absorb_first(&mut self, n: &mut u64, _: &Self) {
///         self.0 += *n;
///     }
///     fn sync_with(&mut self, first: &Self) {
///         self.0 = first.0;
///     }
/// }
/// impl Independent for Sum {}
///
/// let (writer, _reader) = kept::new::<Sum, u64>(Sum::default());
/// let sum = writer.into_shared(kept::Publishing::EachWrite, Duration::from_secs(1));
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             sum.update(|writer| {
///                 writer.append(1);
///             })?;
///             assert!(sum.enter().0 >= 1);
///             Ok::<(), left_right::Poisoned>(())
///         });
///     }
/// });
/// assert_eq!(sum.enter().0, 4);
/// ```
pub struct SharedHandle<T: Absorb<O> + Independent, O> {
    reader: SharedReadHandle<T>,
    writing: Arc<Writing<T, O>>,
}

struct Writing<T: Absorb<O> + Independent, O> {
    writer: SharedWriteHandle<T, O>,
    publishing: Publishing,
    /// How long a reader may be in the way.
    patience: Duration,
    timer: Option<Timer>,
}

impl<T, O> SharedHandle<T, O>
where
    T: Absorb<O> + Independent + Send + Sync + 'static,
    O: Send + 'static,
{
    pub(super) fn new(
        writer: crate::WriteHandle<T, O>,
        publishing: Publishing,
        patience: Duration,
    ) -> Self {
        let writer = writer.into_shared();
        let reader = writer.reader().clone();
        let timer = match publishing {
            Publishing::Interval(interval) => {
                Some(Timer::start(interval, writer.clone(), patience))
            }
            _ => None,
        };
        let writing = Arc::new(Writing {
            writer,
            publishing,
            patience,
            timer,
        });
        Self { reader, writing }
    }
}

impl<T: Absorb<O> + Independent, O> SharedHandle<T, O> {
    /// A view of the newest published state. O(1), never blocks.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.enter().0, 3);
    /// ```
    #[inline]
    pub fn enter(&self) -> View<'_, T> {
        View::new(self.guard())
    }

    /// A part of the newest published state. O(1) beside `part`, never blocks.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(*count.map(|count| &count.0), 3);
    /// ```
    #[inline]
    pub fn map<U: ?Sized>(&self, part: impl for<'a> FnOnce(&'a T) -> &'a U) -> Ref<'_, U> {
        Ref::new(ReadGuard::map(self.guard(), part))
    }

    /// A part of the newest published state, if there is such a part. O(1) beside `part`, never
    /// blocks.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert!(count.try_map(|count| Some(&count.0).filter(|n| **n > 100)).is_none());
    /// ```
    #[inline]
    pub fn try_map<U: ?Sized>(
        &self,
        part: impl for<'a> FnOnce(&'a T) -> Option<&'a U>,
    ) -> Option<Ref<'_, U>> {
        ReadGuard::try_map(self.guard(), part).map(Ref::new)
    }

    #[inline]
    fn guard(&self) -> ReadGuard<'_, T> {
        // The pair is one whose readers keep the data: see `kept::new`.
        self.reader
            .enter()
            .expect("readers keep the last published state when the writer goes")
    }

    /// A handle for one thread, which reads a little faster, and which keeps the data when this one
    /// goes.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let reader = count.reader();
    /// drop(count);
    /// assert_eq!(reader.enter().0, 3);
    /// ```
    pub fn reader(&self) -> ReadHandle<T> {
        ReadHandle::new(self.reader.handle())
    }

    /// Figures of the writer: see [`WriteHandle::stats`](crate::WriteHandle::stats). Waits as
    /// [`update`](Self::update) for other threads' changes. They are to be had of a poisoned structure, too.
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if the writer is not there any more: see [`WriteGuard`](crate::WriteGuard).
    ///
    /// # Panics
    ///
    /// If this thread is in a call of [`update`](Self::update).
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.stats()?.publishes, 0);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn stats(&self) -> Result<Stats, Poisoned> {
        self.writing.writer.inspect(crate::WriteHandle::stats)
    }

    /// The registered readers: see [`WriteHandle::readers`](crate::WriteHandle::readers). Waits, fails
    /// and panics as [`stats`](Self::stats).
    ///
    /// # Errors
    ///
    /// [`Poisoned`] if an operation has panicked.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// let view = count.enter();
    /// assert_eq!(count.readers()?.iter().filter(|reader| reader.is_inside).count(), 1);
    /// # drop(view);
    /// # Ok::<(), left_right::Poisoned>(())
    /// ```
    #[track_caller]
    pub fn readers(&self) -> Result<Vec<ReaderState>, Poisoned> {
        self.writing.writer.inspect(crate::WriteHandle::readers)
    }

    /// When changes become visible.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.publishing(), Publishing::EachWrite);
    /// ```
    pub fn publishing(&self) -> Publishing {
        self.writing.publishing
    }

    /// How long a reader may be in the way before the copy that it is in is left to it.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert_eq!(count.patience(), Duration::from_secs(1));
    /// ```
    pub fn patience(&self) -> Duration {
        self.writing.patience
    }

    /// Whether an operation has panicked, so that nothing can be changed any more.
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
    /// # use std::time::Duration;
    /// # use left_right::kept::{self, Publishing};
    /// let (writer, _) = kept::new::<Count, u32>(Count(3));
    /// let count = writer.into_shared(Publishing::EachWrite, Duration::from_secs(1));
    /// assert!(!count.is_poisoned());
    /// ```
    pub fn is_poisoned(&self) -> bool {
        self.writing.writer.is_poisoned()
    }
}

impl<T: Absorb<O> + Independent, O> Clone for SharedHandle<T, O> {
    fn clone(&self) -> Self {
        Self {
            reader: self.reader.clone(),
            writing: Arc::clone(&self.writing),
        }
    }
}

impl<T: Absorb<O> + Independent, O> fmt::Debug for SharedHandle<T, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedHandle")
            .field("publishing", &self.writing.publishing)
            .field("is_poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}
