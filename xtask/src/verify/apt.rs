//! Programs that come with the system's packages.

use std::env;
use std::process::Command;

use super::context::{Context, is_installed};

/// Makes sure that a program is there, and installs its package if that can be done without asking
/// anybody: as root, or with sudo on a machine that says it is for CI.
///
/// # Errors
///
/// Why it is not there.
pub(crate) fn ensure(context: &Context, program: &str, package: &str) -> Result<(), String> {
    if is_installed(program) {
        return Ok(());
    }
    let missing = format!("{program} is not installed (apt-get install {package})");
    let Some(apt) = apt(context) else {
        return Err(missing);
    };
    let install = || {
        let mut install = apt.command();
        install.args(["install", "-y", "--no-install-recommends", package]);
        context.run(&mut install)
    };
    // Fresh machines have no lists of packages yet.
    if install() || (context.run(apt.command().arg("update")) && install()) {
        return Ok(());
    }
    Err(format!("{missing}, and that fails here"))
}

/// How packages can be installed.
#[derive(Clone, Copy, Debug)]
enum Apt {
    AsRoot,
    WithSudo,
}

impl Apt {
    fn command(self) -> Command {
        let mut command = match self {
            Self::AsRoot => Command::new("apt-get"),
            Self::WithSudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "apt-get"]);
                sudo
            }
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

fn apt(context: &Context) -> Option<Apt> {
    if !is_installed("apt-get") {
        return None;
    }
    let user = context.output(Command::new("id").arg("-u"))?;
    if user.trim() == "0" {
        return Some(Apt::AsRoot);
    }
    let may_use_sudo = env::var_os("CI").is_some()
        && is_installed("sudo")
        && context.run(Command::new("sudo").args(["-n", "true"]));
    may_use_sudo.then_some(Apt::WithSudo)
}
