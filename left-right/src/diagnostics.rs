//! What the writer can tell about itself, and the errors of its calls. Nothing here costs a reader
//! anything.

use std::{error::Error, fmt, time::Duration};

/// A publish, or a look at the write copy, gave up: a reader is still inside the copy that the
/// last publish took out.
///
/// Nothing was lost: the operations are in the log and go out with the next publish that succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stalled {
    /// How many readers hold on.
    pub readers: usize,
    /// How long the call waited for them.
    pub waited: Duration,
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { readers, waited } = self;
        write!(
            f,
            "{readers} reader(s) still hold a guard of an older version after {waited:?}; nothing \
             is lost: drop those guards, or call ReadGuard::refresh on them, and publish again"
        )
    }
}

impl Error for Stalled {}

/// An `absorb_*` or `sync_with` panicked earlier. Nothing can be published any more; readers keep
/// the last published copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poisoned;

impl fmt::Display for Poisoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an operation panicked while it was applied, so one of the two copies may be half \
             changed: this writer publishes nothing any more and its readers keep the last \
             published copy; take() returns that copy, to start over from it",
        )
    }
}

impl Error for Poisoned {}

/// Why a publish did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Operations that fit into the log before it allocates.
    pub log_capacity: usize,
    /// Registered read handles, the writer's own included.
    pub readers: usize,
}
