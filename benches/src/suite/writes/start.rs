//! Reads of a structure that is made once the process has threads. The process is registered for the barrier then only
//! because readers ask for it, and that happens once per process: each repetition is a process of its own.

use std::process::Command;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;

use crate::claim::{Claim, Target};
use crate::error::Error;
use crate::primitive::{self, Ours, Primitive, Write, enter_for};
use crate::schedule::{Trial, interleave};
use crate::suite::plan::Effort;

/// How long the readers get.
const SETTLES: Duration = Duration::from_millis(100);

/// When a process is registered.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Start {
    /// At once.
    Registered,
    /// When somebody asks for it.
    Threads,
}

pub(super) fn claim(effort: &Effort) -> Result<Claim, Error> {
    let mut trials = [
        Trial::new("left-right: a process that has threads", || {
            in_process(Start::Threads, effort)
        }),
        Trial::new("left-right: a process that registers at once", || {
            in_process(Start::Registered, effort)
        }),
    ];
    let figures = interleave(&mut trials, effort.rounds)?;
    let nanoseconds = |trial: usize| figures[trial][0].map(|per_second| 1e9 / per_second);
    Ok(Claim::ratio(
        format!("enter + leave, {SETTLES:?} after a start with threads"),
        "ns",
        nanoseconds(0),
        ("registered at once", nanoseconds(1)),
        Target::AtMost(1.1),
    ))
}

/// Has this program call [`measure`] in a process of its own.
fn in_process(start: Start, effort: &Effort) -> Result<Vec<f64>, Error> {
    let io = |source| {
        let doing = "measure in a process of its own".to_owned();
        Error::Io { doing, source }
    };
    let start = start.to_possible_value().expect("none is skipped");
    let mut command = Command::new(std::env::current_exe().map_err(io)?);
    command.args(["--start", start.get_name()]);
    if effort.smoke {
        command.arg("--quick");
    }
    let output = command.output().map_err(io)?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.trim().parse() {
        Ok(rate) if output.status.success() => Ok(vec![rate]),
        _ => Err(Error::Failed(format!(
            "a process of its own: {}, {said}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))),
    }
}

/// How often a guard can be taken and given back in a second, some time after this process has started. Nothing may
/// have asked which fences it uses.
///
/// # Errors
///
/// [`Error::Wrong`] if the data is wrong.
pub fn measure(start: Start, effort: &Effort) -> Result<f64, Error> {
    if let Start::Registered = start {
        left_right::fence_strategy();
    }
    // It ends with the process.
    thread::spawn(|| {
        loop {
            thread::park();
        }
    });
    let (mut writer, reader, _) = Ours::new();
    writer.add_and_publish();
    enter_for(&reader, SETTLES);
    let rate = enter_for(&reader, effort.slice);
    match primitive::check(&reader, 1) {
        Ok(()) => Ok(rate),
        Err(mismatch) => Err(mismatch.at(Ours::NAME, "enter + leave after a start")),
    }
}
