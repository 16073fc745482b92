//! What can go wrong, and the exit status that says so.

use std::io;
use std::process::ExitCode;

/// Why a benchmark run ended without a report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call was wrong: an argument or the file that it names.
    #[error("{0}")]
    Usage(String),
    /// A peer answered wrongly; its figures mean nothing, and neither does the comparison.
    #[error("wrong result from peer `{peer}` in workload `{workload}`: {mismatch}")]
    Wrong {
        /// The map that answered.
        peer: String,
        /// What it was asked to do.
        workload: String,
        /// The answer and what it should have been.
        mismatch: Mismatch,
    },
    /// Something that was called did not do its work.
    #[error("{0}")]
    Failed(String),
    /// The report could not be written.
    #[error("cannot {doing}: {source}")]
    Io {
        /// The step that failed.
        doing: String,
        /// The system's word.
        source: io::Error,
    },
}

impl Error {
    /// The exit status: 2 for a wrong call, as clap's own errors have, else 1.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Wrong { .. } | Self::Failed(_) | Self::Io { .. } => 1,
        }
    }
}

/// Says what went wrong, if anything, and ends so.
#[must_use]
pub fn exit(outcome: Result<(), Error>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

/// A wrong answer: found where only the look-up is known, named by [`Error::Wrong`] further out.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Mismatch(pub String);

impl Mismatch {
    /// Names the peer and the workload.
    #[must_use]
    pub fn at(self, peer: &str, workload: &str) -> Error {
        Error::Wrong {
            peer: peer.to_owned(),
            workload: workload.to_owned(),
            mismatch: self,
        }
    }
}
