//! A compiler with the source of `std`, so that `std` can be built with a sanitizer or for another
//! target: Debian's `rustc-web` packages, unpacked below the target directory and installed
//! nowhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::context::{Context, Verdict, is_installed, llvm_major, rustc};

const LIBRARIES: &str = "usr/lib/rustlib/x86_64-unknown-linux-gnu/lib";

/// An unpacked compiler.
#[derive(Debug)]
pub(crate) struct Toolchain {
    root: PathBuf,
}

impl Toolchain {
    /// Makes a call of cargo use it.
    pub(crate) fn apply(&self, command: &mut Command) {
        command
            .env(
                "LD_LIBRARY_PATH",
                self.root.join("usr/lib/x86_64-linux-gnu"),
            )
            .env("RUSTC", self.root.join("usr/bin/rustc"))
            .env("RUSTDOC", self.root.join("usr/bin/rustdoc"))
            .env("RUSTC_BOOTSTRAP", "1");
    }

    fn rustc(&self) -> Command {
        let mut command = Command::new("");
        self.apply(&mut command);
        let mut rustc = Command::new(self.root.join("usr/bin/rustc"));
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                rustc.env(name, value);
            }
        }
        rustc
    }
}

/// The compiler, fetched if it is not there yet; else why it cannot be had.
pub(crate) fn toolchain(context: &Context) -> Result<Toolchain, String> {
    let root = context.folder("verify/rustc-web");
    let complete = root.join("complete");
    let toolchain = Toolchain { root };
    if complete.is_file() {
        return Ok(toolchain);
    }
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Err("the compiler with std's source is to be had for x86_64 Linux only".into());
    }
    for tool in ["apt-get", "apt-cache", "dpkg"] {
        if !is_installed(tool) {
            return Err(format!(
                "{tool} is not installed, and std's source comes by apt"
            ));
        }
    }
    let _ = fs::remove_dir_all(&toolchain.root);
    unpack(context, &toolchain.root)?;
    copy_runtimes(context, &toolchain)?;
    fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(toolchain)
}

fn unpack(context: &Context, root: &Path) -> Result<(), String> {
    let downloads = root.join("downloads");
    fs::create_dir_all(&downloads).map_err(|error| error.to_string())?;
    let mut names = packages(context);
    if names.is_err() {
        // Fresh machines have no lists of packages yet.
        context.run(Command::new("apt-get").arg("update"));
        names = packages(context);
    }
    let mut download = Command::new("apt-get");
    download
        .arg("download")
        .args(names?)
        .current_dir(&downloads);
    if !context.run(&mut download) {
        return Err("apt-get cannot download Debian's rustc-web packages".into());
    }
    for package in fs::read_dir(&downloads).map_err(|error| error.to_string())? {
        let package = package.map_err(|error| error.to_string())?.path();
        if !context.run(Command::new("dpkg").arg("-x").arg(&package).arg(root)) {
            return Err("dpkg cannot unpack Debian's rustc-web packages".into());
        }
    }
    let _ = fs::remove_dir_all(&downloads);
    Ok(())
}

/// The packages, those with a version in their name read from what depends on them.
fn packages(context: &Context) -> Result<Vec<String>, String> {
    let mut names = vec!["rustc-web".to_owned(), "libstd-rust-web-dev".to_owned()];
    for start in ["libstd-rust-web-", "libllvm"] {
        let of = names.last().expect("never empty");
        let found = context
            .output(Command::new("apt-cache").args(["depends", of]))
            .and_then(|text| dependency(&text, start))
            .ok_or("apt knows no rustc-web packages with std's source")?;
        names.push(found);
    }
    names.push("rust-web-src".to_owned());
    Ok(names)
}

/// The first dependency whose name starts like this, from the output of `apt-cache depends`.
fn dependency(text: &str, start: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with(start))
        .map(str::to_owned)
}

/// Our compiler comes with the sanitizers' runtimes, Debian's does not.
fn copy_runtimes(context: &Context, toolchain: &Toolchain) -> Result<(), String> {
    let ours = llvm_major(context, &mut Command::new(rustc()));
    let theirs = llvm_major(context, &mut toolchain.rustc());
    if ours.is_none() || ours != theirs {
        return Err(format!(
            "rustc has LLVM {}, Debian's rustc-web {}: the sanitizers' runtimes do not fit",
            ours.as_deref().unwrap_or("?"),
            theirs.as_deref().unwrap_or("?")
        ));
    }
    let sysroot = context
        .output(Command::new(rustc()).args(["--print", "sysroot"]))
        .ok_or("rustc does not say where it is")?;
    let from = Path::new(sysroot.trim()).join(&LIBRARIES["usr/".len()..]);
    let mut copied = 0;
    for file in fs::read_dir(&from).map_err(|error| error.to_string())? {
        let file = file.map_err(|error| error.to_string())?;
        let name = file.file_name().to_string_lossy().into_owned();
        // For example librustc-stable_rt.tsan.a.
        if name.starts_with("librustc") && name.contains("_rt.") && name.ends_with(".a") {
            fs::copy(file.path(), toolchain.root.join(LIBRARIES).join(&name))
                .map_err(|error| error.to_string())?;
            copied += 1;
        }
    }
    match copied {
        0 => Err("this compiler comes without the sanitizers' runtimes".into()),
        _ => Ok(()),
    }
}

/// The verdict on a build of `std`: without a network its dependencies cannot be had.
pub(crate) fn verdict(context: &Context, passed: bool) -> Verdict {
    if !passed && is_offline(&context.log_text()) {
        return Verdict::Skipped("cargo cannot download what std depends on".into());
    }
    Verdict::of(passed)
}

fn is_offline(log: &str) -> bool {
    [
        "failed to download",
        "failed to get `",
        "Could not resolve host",
    ]
    .iter()
    .any(|words| log.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_versions_are_found() {
        let text = "libstd-rust-web-dev\n  Depends: libc6\n  Depends: libstd-rust-web-1.96\n  Conflicts: <libstd-rust-web-mozilla>\n";
        let found = dependency(text, "libstd-rust-web-");
        assert_eq!(found.as_deref(), Some("libstd-rust-web-1.96"));
        assert_eq!(dependency(text, "libllvm"), None);
    }

    #[test]
    fn a_failed_test_is_no_missing_network() {
        assert!(!is_offline("test result: FAILED. 3 passed; 1 failed"));
        assert!(is_offline("error: failed to download from the registry"));
    }
}
