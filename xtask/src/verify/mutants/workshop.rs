//! A copy of the workspace to spoil, and the checks on it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::context::{ASAN_TARGET, Context, add_flags, has_sanitizers, is_installed};
use super::super::workspace::copy_workspace;
use super::edit::replace_once;
use super::mutant::Check;

/// How long a check may take, or ten times what it takes without a mutant if that is more.
const LIMIT: Duration = Duration::from_secs(20);

/// What a check says.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Passed,
    /// The first test that failed.
    Failed(String),
    Hung,
    NotBuilt,
    /// What the check needs.
    Missing(String),
}

/// A copy of the workspace.
pub(super) struct Workshop<'a> {
    context: &'a Context,
    /// The copy, what is built from it, and what a check prints.
    folder: PathBuf,
    limits: Vec<(Check, Duration)>,
}

/// A mutation; the original comes back when it is dropped.
pub(super) struct Mutated {
    file: PathBuf,
    original: String,
}

impl Drop for Mutated {
    fn drop(&mut self) {
        fs::write(&self.file, &self.original).expect("the copy can be written");
    }
}

impl<'a> Workshop<'a> {
    pub(super) fn new(context: &'a Context) -> Result<Self, String> {
        let folder = context.folder("verify/mutants/0");
        copy_workspace(&context.root, &folder.join("copy"))
            .map_err(|error| format!("cannot copy the workspace: {error}"))?;
        Ok(Self {
            context,
            folder,
            limits: Vec::new(),
        })
    }

    /// Another one, with all that is built in this one. Two copies cannot share what they build:
    /// cargo would take the one for the other.
    pub(super) fn twin(&self, number: usize) -> Result<Self, String> {
        let folder = self.context.folder(&format!("verify/mutants/{number}"));
        let _ = fs::remove_dir_all(&folder);
        let mut copy = Command::new("cp");
        copy.arg("-a").arg(&self.folder).arg(&folder);
        if !self.context.run(&mut copy) {
            return Err("cannot copy the copy of the workspace".into());
        }
        Ok(Self {
            context: self.context,
            folder,
            limits: self.limits.clone(),
        })
    }

    /// Whether the check passes without a mutant; remembers how long it takes.
    pub(super) fn passes(&mut self, check: Check) -> bool {
        self.limits.push((check, 10 * LIMIT));
        let Ok(executable) = self.build(check) else {
            return false;
        };
        let since = Instant::now();
        let passed = self.execute(check, &executable) == Outcome::Passed;
        self.limits.pop();
        self.limits.push((check, LIMIT.max(10 * since.elapsed())));
        passed
    }

    /// Spoils the copy.
    pub(super) fn mutate(&self, file: &str, find: &str, replace: &str) -> Result<Mutated, String> {
        let file = self.folder.join("copy").join("left-right/src").join(file);
        let original = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let mutated = replace_once(&original, find, replace)?;
        fs::write(&file, mutated).map_err(|error| error.to_string())?;
        Ok(Mutated { file, original })
    }

    /// Builds and runs a check on the copy as it is.
    pub(super) fn ask(&self, check: Check) -> Outcome {
        match check {
            Check::Model(options) => return self.ask_model(options),
            Check::Address(_) if !has_sanitizers(self.context) => {
                return Outcome::Missing(format!("AddressSanitizer is for {ASAN_TARGET}"));
            }
            _ => {}
        }
        match self.build(check) {
            Ok(executable) => self.execute(check, &executable),
            Err(outcome) => outcome,
        }
    }

    fn build(&self, check: Check) -> Result<PathBuf, Outcome> {
        let mut command = self.context.cargo("");
        command
            .current_dir(self.folder.join("copy"))
            // Fast to build, since that is done for every mutant, and not slow to run.
            .args(["--config", "profile.dev.opt-level=1"])
            .args(["--config", "profile.dev.debug=0"])
            .args(["test", "--no-run", "--message-format=json", "--quiet"])
            .args([
                "--manifest-path",
                "left-right/Cargo.toml",
                "--features",
                "async",
            ])
            .env("CARGO_TARGET_DIR", self.folder.join("target"));
        match check {
            Check::Loom => {
                command.args(["--test", "loom"]);
                command.env("CARGO_TARGET_DIR", self.folder.join("target-loom"));
                add_flags(&mut command, "--cfg loom --cap-lints=allow");
            }
            Check::Test(name) => {
                command.args(["--test", name]);
                add_flags(&mut command, "--cap-lints=allow");
            }
            Check::Address(name) => {
                command.args(["--test", name, "--target", ASAN_TARGET]);
                command.env("CARGO_TARGET_DIR", self.folder.join("target-asan"));
                command.env("RUSTC_BOOTSTRAP", "1");
                add_flags(&mut command, "-Zsanitizer=address --cap-lints=allow");
            }
            Check::Unit | Check::Model(_) => {
                command.arg("--lib");
                add_flags(&mut command, "--cap-lints=allow");
            }
        }
        let messages = self.context.output(&mut command);
        let executable = messages.as_deref().and_then(executable);
        executable.ok_or(Outcome::NotBuilt)
    }

    fn execute(&self, check: Check, executable: &Path) -> Outcome {
        // Each preemption more takes loom ten times as long, and most mutants are found with few.
        let bounds: &[&str] = match (check, self.context.long) {
            (Check::Loom, false) => &["1", "2"],
            (Check::Loom, true) => &["1", "2", "3"],
            _ => &[""],
        };
        for bound in bounds {
            match self.execute_with(check, executable, bound) {
                Outcome::Passed => {}
                outcome => return outcome,
            }
        }
        Outcome::Passed
    }

    fn execute_with(&self, check: Check, executable: &Path, preemptions: &str) -> Outcome {
        let limit = self.limits.iter().find(|(it, _)| *it == check);
        let limit = limit.map_or(LIMIT, |(_, limit)| *limit);
        let run = || -> io::Result<Option<ExitStatus>> {
            let mut child = Command::new(executable)
                // One at a time, so that the last one named is the one that did not end.
                .args(["--test-threads=1", "--color=never"])
                .current_dir(self.folder.join("copy").join("left-right"))
                .env("LOOM_MAX_PREEMPTIONS", preemptions)
                .env("PROPTEST_MAX_SHRINK_ITERS", "0")
                // The tests may leak; what is asked is whether they use what is freed.
                .env("ASAN_OPTIONS", "detect_leaks=0")
                .stdin(Stdio::null())
                .stdout(File::create(self.folder.join("said"))?)
                .stderr(Stdio::null())
                .spawn()?;
            // One test that fails is enough.
            let has_failed = || self.said().contains(FAILED);
            wait_until(&mut child, Instant::now() + limit, has_failed)
        };
        match run() {
            Ok(Some(status)) if status.success() => Outcome::Passed,
            Ok(None) if !self.said().contains(FAILED) => Outcome::Hung,
            Ok(_) => Outcome::Failed(first_failure(&self.said())),
            Err(_) => Outcome::NotBuilt,
        }
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.join("said")).unwrap_or_default()
    }

    fn ask_model(&self, options: &[&str]) -> Outcome {
        for tool in ["spin", "gcc"] {
            if !is_installed(tool) {
                return Outcome::Missing(format!("{tool} is not installed"));
            }
        }
        let mut command = Command::new("left-right/models/check");
        command.args(options).current_dir(self.folder.join("copy"));
        // It says what it found with its last line.
        match command.output() {
            Ok(output) => match String::from_utf8_lossy(&output.stdout).lines().last() {
                Some("holds") => Outcome::Passed,
                Some(found @ ("assertion violated" | "non-progress cycle")) => {
                    Outcome::Failed(found.to_owned())
                }
                _ => Outcome::NotBuilt,
            },
            Err(_) => Outcome::NotBuilt,
        }
    }
}

/// How libtest says that a test failed.
const FAILED: &str = " ... FAILED";

/// The status of a child that ends by itself; ends one that need not or may not go on.
fn wait_until(
    child: &mut Child,
    deadline: Instant,
    is_enough: impl Fn() -> bool,
) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline || is_enough() {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The test that failed, from libtest's output; if the process ended early, the one it was in.
fn first_failure(said: &str) -> String {
    let tests = || said.lines().filter_map(|line| line.strip_prefix("test "));
    let failed = tests().find_map(|line| line.split_once(FAILED));
    let unfinished = || tests().find_map(|line| line.trim_end().strip_suffix(" ..."));
    match failed {
        Some((test, _)) => test.trim_end_matches(" - should panic").to_owned(),
        None => match unfinished() {
            Some(test) => format!("{test} (aborted)"),
            None => "aborted".to_owned(),
        },
    }
}

/// The executable in cargo's messages.
fn executable(messages: &str) -> Option<PathBuf> {
    let (_, rest) = messages.rsplit_once("\"executable\":\"")?;
    let (path, _) = rest.split_once('"')?;
    Some(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_named() {
        let said = "test a ... ok\ntest b ... FAILED\ntest c - should panic ... FAILED\n";
        assert_eq!(first_failure(said), "b");
        assert_eq!(first_failure("test a ... ok\ntest b ... \n"), "b (aborted)");
        assert_eq!(first_failure(""), "aborted");
    }

    #[test]
    fn the_executable_is_found() {
        let messages = "{\"executable\":null}\n{\"executable\":\"/x/loom-1\",\"fresh\":true}\n";
        assert_eq!(executable(messages), Some(PathBuf::from("/x/loom-1")));
    }
}
