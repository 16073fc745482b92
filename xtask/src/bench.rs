//! `cargo xtask bench` and `cargo xtask instructions`: build a program of the package `benches`, run it where the
//! caller stands.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::cargo::{cargo, wait, workspace_root};

/// The profile is plain `release`, without link-time optimization: what a user of these crates gets by
/// default. With it, crates that forgot an `#[inline]` would look better here than in a user's program.
const PACKAGE: [&str; 4] = ["--release", "--package", "benches", "--bin"];

/// Passes the arguments through, and the exit status back.
pub(crate) fn run(program: &str, arguments: &[OsString]) -> Result<ExitCode, String> {
    let root = workspace_root()?;
    // First by itself, so that its progress shows; `run` then only runs.
    let built = wait(cargo().arg("build").args(PACKAGE).arg(program))?;
    if !built.success() {
        return Ok(ExitCode::FAILURE);
    }
    let status = wait(
        cargo()
            .args(["run", "--quiet"])
            .args(PACKAGE)
            .args([program, "--"])
            .args(arguments)
            .env("BENCH_OUT", root.join("target").join("bench")),
    )?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
