//! What rungs have in common: commands, flags, folders, a log each.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{cargo, joined_flags, target_directory};

/// The crates that users get.
pub(crate) const LIBRARIES: [&str; 3] = ["left-right", "evmap-core", "evmap-multi"];

/// How many lines of its log a rung shows that failed and says nothing.
pub(crate) const TAIL: usize = 40;

/// How a rung ended; the text is shown in its line, and whatever follows the first line below it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    Passed(String),
    Failed(String),
    Skipped(String),
}

impl Verdict {
    /// Passed or failed, with nothing to add.
    pub(crate) fn of(passed: bool) -> Self {
        match passed {
            true => Self::Passed(String::new()),
            false => Self::Failed(String::new()),
        }
    }
}

/// What a rung may use.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) root: PathBuf,
    target: PathBuf,
    pub(crate) long: bool,
    /// Run only the mutants whose names contain this.
    pub(crate) mutant: Option<String>,
    log: PathBuf,
}

impl Context {
    /// For the rung `name`, with an empty log.
    pub(crate) fn new(
        root: &Path,
        name: &str,
        long: bool,
        mutant: Option<String>,
    ) -> Result<Self, String> {
        let target = target_directory(root);
        let folder = target.join("verify");
        let log = folder.join(format!("{name}.log"));
        fs::create_dir_all(&folder)
            .and_then(|()| File::create(&log))
            .map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        Ok(Self {
            root: root.to_owned(),
            target,
            long,
            mutant,
            log,
        })
    }

    /// A folder below the target directory, for a build with other flags or for other files.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.target.join(name)
    }

    /// Cargo in the root of the workspace, building into a folder of its own.
    pub(crate) fn cargo(&self, folder: &str) -> Command {
        let mut command = cargo();
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", self.folder(folder))
            .env("CARGO_TERM_COLOR", "never");
        command
    }

    /// `cargo test` of the unit and integration tests of the libraries, with all features.
    pub(crate) fn cargo_test_libraries(&self, folder: &str) -> Command {
        let mut command = self.cargo(folder);
        command.args([
            "test",
            "--lib",
            "--tests",
            "--all-features",
            "--no-fail-fast",
        ]);
        for library in LIBRARIES {
            command.args(["--package", library]);
        }
        command
    }

    /// Runs a command to its end, its output into the log; whether it succeeded.
    pub(crate) fn run(&self, command: &mut Command) -> bool {
        self.status(command) == Some(0)
    }

    /// As [`run`](Self::run), with the exit status, `None` if it did not run or was killed.
    pub(crate) fn status(&self, command: &mut Command) -> Option<i32> {
        self.note(&format!("$ {command:?}"));
        let log = self.open_log()?;
        let output = log.try_clone().ok()?;
        let status = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(log)
            .status();
        match status {
            Ok(status) => status.code(),
            Err(error) => {
                self.note(&error.to_string());
                None
            }
        }
    }

    /// Runs a command for what it prints; `None` if it fails.
    pub(crate) fn output(&self, command: &mut Command) -> Option<String> {
        self.note(&format!("$ {command:?}"));
        let output = command
            .stdin(Stdio::null())
            .stderr(self.open_log()?)
            .output();
        let output = output.ok().filter(|output| output.status.success())?;
        Some(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Adds a line to the log.
    pub(crate) fn note(&self, line: &str) {
        if let Some(mut log) = self.open_log() {
            // A log that cannot be written is no reason to stop.
            let _ = writeln!(log, "{line}");
        }
    }

    fn open_log(&self) -> Option<File> {
        File::options().append(true).open(&self.log).ok()
    }

    pub(crate) fn log_text(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// What failed, from the log: the lines that say so, else its last ones.
    pub(crate) fn log_tail(&self, lines: usize) -> String {
        telling(&self.log_text(), lines)
    }
}

/// The lines of a log that say that something failed, each with the few after it; else the last ones.
fn telling(log: &str, most: usize) -> String {
    /// How many lines a message may have.
    const MESSAGE: usize = 4;
    let all: Vec<&str> = log.lines().collect();
    let tells = |line: &str| {
        line.starts_with("error") || line.contains(" ... FAILED") || line.contains("panicked at")
    };
    let is_near = |at: &usize| (at.saturating_sub(MESSAGE)..=*at).any(|it| tells(all[it]));
    let near: Vec<&str> = (0..all.len()).filter(is_near).map(|at| all[at]).collect();
    match near.is_empty() {
        false => near[..near.len().min(most)].join("\n"),
        true => all[all.len().saturating_sub(most)..].join("\n"),
    }
}

/// Adds compiler flags; the caller's own stay in force.
pub(crate) fn add_flags(command: &mut Command, flags: &str) {
    command.env("RUSTFLAGS", joined_flags("RUSTFLAGS", flags));
}

/// Whether a program can be found.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The platform that the compiler builds for by default.
pub(crate) fn host(context: &Context) -> Option<String> {
    let text = context.output(Command::new(rustc()).arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "))?;
    Some(host.to_owned())
}

/// The major version of the LLVM that this compiler has.
pub(crate) fn llvm_major(context: &Context, rustc: &mut Command) -> Option<String> {
    let text = context.output(rustc.arg("-vV"))?;
    let version = text
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    version.split('.').next().map(str::to_owned)
}

/// The compiler.
pub(crate) fn rustc() -> impl AsRef<OsStr> {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// The platform that this compiler's sanitizers are used on.
pub(crate) const ASAN_TARGET: &str = "x86_64-unknown-linux-gnu";

/// Whether this is that platform.
pub(crate) fn has_sanitizers(context: &Context) -> bool {
    host(context).as_deref() == Some(ASAN_TARGET)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_tell_come_first() {
        let log = "one\ntwo\ntest a ... FAILED\nb\nc\nd\ne\nf\n";
        assert_eq!(telling(log, 9), "test a ... FAILED\nb\nc\nd\ne");
        assert_eq!(telling(log, 2), "test a ... FAILED\nb");
        assert_eq!(telling("one\ntwo\nthree\n", 2), "two\nthree");
    }
}
