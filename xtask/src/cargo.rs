//! Calling cargo, and knowing where things are.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// The cargo that runs this program, so that a toolchain given to it holds further down.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The root of the workspace that the caller stands in.
pub(crate) fn workspace_root() -> Result<PathBuf, String> {
    let output = cargo()
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let manifest = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    match manifest.parent() {
        Some(root) => Ok(root.to_owned()),
        None => Err("cargo names no workspace".to_owned()),
    }
}

/// The directory that cargo builds into.
pub(crate) fn target_directory(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => env::current_dir().unwrap_or_default().join(directory),
        None => root.join("target"),
    }
}

/// The flags that this variable holds, and these.
pub(crate) fn joined_flags(variable: &str, flags: &str) -> String {
    match env::var(variable) {
        Ok(given) => format!("{given} {flags}"),
        Err(_) => flags.to_owned(),
    }
}

/// Runs a command to its end.
pub(crate) fn wait(command: &mut Command) -> Result<ExitStatus, String> {
    command
        .status()
        .map_err(|error| format!("cannot run {command:?}: {error}"))
}
