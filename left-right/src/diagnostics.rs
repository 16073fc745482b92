//! What the writer can tell about itself, and the errors of its calls. Nothing here costs a reader
//! anything.

#![forbid(unsafe_code)]

use std::{error::Error, fmt, time::Duration};

/// A publish, or a read of what is unpublished, gave up: readers are still in the copy that the last publish took out.
///
/// Nothing was lost: the operations are in the log and go out with the next publish that succeeds.
///
/// ```
/// use left_right::doctest::Count;
/// use std::time::Duration;
/// use left_right::PublishError;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// let guard = reader.enter().unwrap();
/// writer.publish();
/// let Err(PublishError::Stalled(stalled)) = writer.publish_timeout(Duration::ZERO) else {
///     unreachable!("the guard is in the way");
/// };
/// assert_eq!(stalled.readers.len(), 1);
/// // Who, since which version, for how long, and what to do.
/// println!("{stalled}");
/// # drop(guard);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stalled {
    /// Who holds on. Empty if it was no reader but another thread that had locked a
    /// [`SharedHandle`](crate::SharedHandle).
    pub readers: Vec<StalledReader>,
    /// How long the call waited for them.
    pub waited: Duration,
    /// How long ago a call, this one or an earlier one, first found them in its way.
    pub stalled_for: Duration,
}

impl Stalled {
    /// By another thread that has the writer.
    pub(crate) fn by_a_writer(waited: Duration) -> Self {
        Self {
            readers: Vec::new(),
            waited,
            stalled_for: waited,
        }
    }
}

/// A reader that a publish waits for.
///
/// ```
/// use left_right::doctest::Count;
/// use std::time::Duration;
/// use left_right::PublishError;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// let guard = reader.enter().unwrap();
/// writer.publish();
/// if let Err(PublishError::Stalled(stalled)) = writer.publish_timeout(Duration::ZERO) {
///     assert_eq!(stalled.readers[0].version, Some(0));
///     println!("waiting for {}", stalled.readers[0]);
/// }
/// # drop(guard);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StalledReader {
    /// The name of the thread that made the reader's handle, or that entered through a
    /// [`SharedReadHandle`](crate::SharedReadHandle).
    pub thread: Option<String>,
    /// The version that the reader sees; `None` if it was stopped before it found out. (One that was
    /// stopped in its very first instructions may be said to see what it saw before.)
    pub version: Option<u64>,
    /// Whether it is the thread that wants to publish, which would then wait for itself. Debug
    /// builds know for sure; others go by the thread that made the handle.
    pub is_this_thread: bool,
}

/// A registered reader, from [`WriteHandle::readers`](crate::WriteHandle::readers).
///
/// ```
/// use left_right::doctest::Count;
/// let (writer, reader) = left_right::new::<Count, u32>();
/// let guard = reader.enter().unwrap();
/// let readers = writer.readers();
/// let active = readers.iter().find(|reader| reader.is_active).unwrap();
/// assert_eq!(active.version, Some(0));
/// # drop(guard);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReaderState {
    /// The name of the thread that made the reader's handle, or that entered through a
    /// [`SharedReadHandle`](crate::SharedReadHandle).
    pub thread: Option<String>,
    /// Whether it held a guard at that moment.
    pub is_active: bool,
    /// The version that it saw then; `None` if it was inactive or had only just begun to enter. (In its very
    /// first instructions a reader may be said to see what it saw before.)
    pub version: Option<u64>,
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            readers,
            waited,
            stalled_for,
        } = self;
        if readers.is_empty() {
            return write!(
                f,
                "another thread still had the writer locked after {waited:?}; nothing is lost: publish again"
            );
        }
        write!(
            f,
            "{} reader(s) still hold a guard of an older version after {waited:?}, and have for {stalled_for:?} (",
            readers.len()
        )?;
        for (index, reader) in readers.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{reader}")?;
        }
        f.write_str("); nothing is lost: drop those guards, or refresh them, and publish again")
    }
}

impl fmt::Display for StalledReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "thread {:?}",
            self.thread.as_deref().unwrap_or("unnamed")
        )?;
        if self.is_this_thread {
            f.write_str(", this very thread")?;
        }
        match self.version {
            Some(version) => write!(f, ", since version {version}"),
            None => f.write_str(", just entering"),
        }
    }
}

impl Error for Stalled {}

/// An `absorb_*` or `sync_with` panicked earlier. Nothing can be published any more; readers keep
/// the last published copy.
///
/// Shared writers report it, too, if somebody has exchanged the writer that
/// [`lock`](crate::SharedHandle::lock) lends for that of another structure.
///
/// ```
/// use std::panic::{AssertUnwindSafe, catch_unwind};
/// # #[derive(Clone)] struct Strict;
/// # impl left_right::Absorb<u32> for Strict {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { assert_ne!(*n, 0); }
/// #     fn sync_with(&mut self, _: &Self) {}
/// # }
/// let (writer, reader) = left_right::new_logged::<Strict, u32>(Strict);
/// let shared = writer.into_shared(left_right::Publishing::EachWrite);
/// // An operation that panics…
/// assert!(catch_unwind(AssertUnwindSafe(|| shared.write(0))).is_err());
/// // …ends the writing, for whoever comes later, and no reading.
/// assert!(shared.write(1).is_err());
/// assert!(reader.enter().is_some());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poisoned;

impl fmt::Display for Poisoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an operation panicked while it was applied, so one of the two copies may be half \
             changed: this writer publishes nothing any more and its readers keep the last \
             published copy, which is whole; to start over, make a new structure of a clone of that",
        )
    }
}

impl Error for Poisoned {}

/// Why a publish did not happen.
///
/// ```
/// use left_right::doctest::Count;
/// use std::time::Duration;
/// use left_right::PublishError;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// match writer.append(1).publish_timeout(Duration::from_millis(10)) {
///     Ok(()) => assert_eq!(reader.enter().unwrap().0, 1),
///     Err(PublishError::Stalled(stalled)) => println!("later, then: {stalled}"),
///     Err(error) => panic!("{error}"),
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// Readers hold on to the copy that is to be changed. Try again later.
    Stalled(Stalled),
    /// The structure is damaged for good.
    Poisoned(Poisoned),
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stalled(error) => error.fmt(f),
            Self::Poisoned(error) => error.fmt(f),
        }
    }
}

impl Error for PublishError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Stalled(error) => Some(error),
            Self::Poisoned(error) => Some(error),
        }
    }
}

impl From<Poisoned> for PublishError {
    fn from(error: Poisoned) -> Self {
        Self::Poisoned(error)
    }
}

/// Figures about a writer, from [`WriteHandle::stats`](crate::WriteHandle::stats).
///
/// ```
/// use left_right::doctest::Count;
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).publish();
/// writer.append(2);
/// let stats = writer.stats();
/// assert_eq!((stats.publishes, stats.pending, stats.readers), (1, 1, 2));
/// # drop(reader);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How often the writer has published.
    pub publishes: u64,
    /// Operations appended and not yet visible to readers. Operations appended before the first
    /// publish of a pair that does not log them are not counted.
    pub pending: usize,
    /// Operations in the log: those pending and those that one copy still lacks.
    pub logged: usize,
    /// Operations that the log has memory for.
    pub log_capacity: usize,
    /// Registered readers, the writer's own handle included. One that has held guards of several versions at a time
    /// counts as many times.
    pub readers: usize,
    /// Copies that were left to stalled readers and are not freed yet.
    pub deferred: usize,
}
