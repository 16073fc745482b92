//! Where and from what the figures were made. Not the name of the host: it says nothing about them.

mod round_trip;

use std::process::Command;
use std::time::SystemTime;

use serde::Serialize;
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use round_trip::RoundTrip;

/// The circumstances of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Environment {
    /// The command that repeats it.
    pub command: String,
    /// The commit, with a note if there were changes on top of it.
    pub commit: String,
    /// When, in UTC.
    pub date: String,
    /// The processor's model.
    pub cpu: String,
    /// The cores that this process may use.
    pub cores: usize,
    /// The operating system and its kernel.
    pub os: String,
    /// The compiler.
    pub rustc: String,
    /// The fences that `left-right` uses here.
    pub fences: String,
    /// How far apart the cores are, in nanoseconds.
    pub line_round_trip: RoundTrip,
}

impl Environment {
    /// Looks around.
    #[must_use]
    pub fn look(arguments: &[String]) -> Self {
        let system =
            System::new_with_specifics(RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()));
        let cpu = system
            .cpus()
            .first()
            .map(|cpu| cpu.brand().trim().to_owned());
        let unknown = || "unknown".to_owned();
        Self {
            command: command(arguments),
            commit: commit().unwrap_or_else(unknown),
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            cpu: cpu.filter(|it| !it.is_empty()).unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            os: format!(
                "{}, kernel {}, {}",
                System::long_os_version().unwrap_or_else(unknown),
                System::kernel_version().unwrap_or_else(unknown),
                std::env::consts::ARCH,
            ),
            rustc: env!("BENCH_RUSTC_VERSION").to_owned(),
            fences: left_right::fence_strategy().to_string(),
            line_round_trip: RoundTrip::before(),
        }
    }

    /// Looks again at what may have changed while the figures were made.
    pub fn look_again(&mut self) {
        self.line_round_trip.measure_after();
    }

    /// Names and values, in the order to show them.
    #[must_use]
    pub fn lines(&self) -> [(&'static str, String); 9] {
        [
            ("command", self.command.clone()),
            ("commit", self.commit.clone()),
            ("date", self.date.clone()),
            ("processor", format!("{}, {} cores", self.cpu, self.cores)),
            ("system", self.os.clone()),
            ("compiler", self.rustc.clone()),
            (
                "build",
                "cargo's release profile, the benchmark itself in one codegen unit, no link-time \
                 optimization"
                    .to_owned(),
            ),
            ("fences of left-right", self.fences.clone()),
            (
                "a line's round trip between two threads",
                self.line_round_trip.to_string(),
            ),
        ]
    }
}

fn command(arguments: &[String]) -> String {
    let mut command = "cargo xtask bench".to_owned();
    for argument in arguments {
        command.push(' ');
        if argument.contains(char::is_whitespace) {
            command += &format!("'{argument}'");
        } else {
            command += argument;
        }
    }
    command
}

fn commit() -> Option<String> {
    let hash = git(&["rev-parse", "HEAD"])?;
    match git(&["status", "--porcelain"])?.is_empty() {
        true => Some(hash),
        false => Some(format!("{hash}, with changes that are not committed")),
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR")])
        .args(arguments)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
