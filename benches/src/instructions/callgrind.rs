//! Running this program under callgrind.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::operation::{Operation, ROUND, WARM_UP};
use crate::error::Error;

/// Rounds of the shorter of two runs. The longer one has twice as many.
const ROUNDS: usize = 4;

// What is appended and not published must fit where the first rounds did.
const _: () = assert!(2 * ROUNDS <= WARM_UP);

/// Valgrind, and where its files go.
#[derive(Debug)]
pub struct Callgrind {
    files: TempDir,
}

impl Callgrind {
    /// Looks for it.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    pub fn find() -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("valgrind is used on Linux only".to_owned());
        }
        let version = Command::new("valgrind").arg("--version").output();
        if !version.is_ok_and(|output| output.status.success()) {
            return Err("valgrind is not installed (apt-get install valgrind)".to_owned());
        }
        let files = tempfile::tempdir()
            .map_err(|error| format!("no folder for callgrind's files: {error}"))?;
        Ok(Self { files })
    }

    /// The instructions of one operation.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`] if it does not run to its end under callgrind.
    pub fn count(&self, operation: &Operation) -> Result<f64, Error> {
        let shorter = self.total(operation, ROUNDS)?;
        let longer = self.total(operation, 2 * ROUNDS)?;
        Ok(per_operation(shorter, longer))
    }

    /// All instructions of a process that carries the operation out.
    fn total(&self, operation: &Operation, rounds: usize) -> Result<u64, Error> {
        let failed = |what: String| Error::Failed(format!("`{}`: {what}", operation.name));
        let file: PathBuf = self.files.path().join("callgrind.out");
        let program = std::env::current_exe()
            .map_err(|error| failed(format!("this program cannot be found: {error}")))?;
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--quiet"])
            .arg(format!("--callgrind-out-file={}", file.display()))
            .arg(program)
            .args(["--carry-out", operation.name])
            .args(["--rounds", &rounds.to_string()])
            .output()
            .map_err(|error| failed(format!("valgrind does not start: {error}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(failed(format!(
                "valgrind: {}: {}",
                output.status,
                said.trim()
            )));
        }
        let text = std::fs::read_to_string(&file)
            .map_err(|error| failed(format!("callgrind's file cannot be read: {error}")))?;
        summary(&text).ok_or_else(|| failed("callgrind's file has no line `summary: `".to_owned()))
    }
}

/// The instructions of all threads, from callgrind's file.
fn summary(file: &str) -> Option<u64> {
    let of_part = |line: &str| line.strip_prefix("summary: ")?.trim().parse::<u64>().ok();
    // A part for each time that the program was stopped, usually one.
    let parts: Vec<u64> = file.lines().filter_map(of_part).collect();
    (!parts.is_empty()).then(|| parts.iter().sum())
}

/// From the totals of two runs, to a tenth of an instruction: what happens once in a while, like a log that
/// gets more room, is a part of every operation.
fn per_operation(shorter: u64, longer: u64) -> f64 {
    let difference = longer as f64 - shorter as f64;
    let each = difference / (ROUNDS * ROUND) as f64;
    (each * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_read_from_the_file() {
        let file = "# callgrind format\nversion: 1\nevents: Ir\nsummary: 295807\n\nfn=(1) main\n";
        assert_eq!(summary(file), Some(295_807));
        assert_eq!(summary("summary: 2\nsummary: 3\n"), Some(5));
        assert_eq!(summary("totals: 1\n"), None);
    }

    #[test]
    fn what_both_runs_have_in_common_does_not_count() {
        let operations = (ROUNDS * ROUND) as u64;
        let (common, each) = (1_000_000, 12);
        let run = |rounds: u64| common + rounds * operations * each + 700;
        assert_eq!(per_operation(run(1), run(2)), 12.0);
    }
}
