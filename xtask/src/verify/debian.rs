//! Compilers that this machine does not have: Debian's `rustc-web` packages, unpacked below the target
//! directory and installed nowhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::context::{Context, is_installed};

/// A compiler other than the usual one.
#[derive(Debug)]
pub(crate) struct Compiler {
    /// The folder with its `bin` and `lib`.
    prefix: PathBuf,
}

impl Compiler {
    pub(crate) fn at(prefix: impl Into<PathBuf>) -> Self {
        let prefix = prefix.into();
        Self { prefix }
    }

    /// Makes a call of cargo use it.
    pub(crate) fn apply(&self, command: &mut Command) {
        command
            .env("LD_LIBRARY_PATH", self.prefix.join("lib/x86_64-linux-gnu"))
            .env("RUSTC", self.prefix.join("bin/rustc"))
            .env("RUSTDOC", self.prefix.join("bin/rustdoc"));
    }

    /// Itself.
    pub(crate) fn rustc(&self) -> Command {
        let mut rustc = Command::new(self.prefix.join("bin/rustc"));
        self.apply(&mut rustc);
        rustc
    }

    /// Where its libraries are that start with `lib/rustlib`.
    pub(crate) fn rustlib(&self) -> PathBuf {
        self.prefix.join("lib/rustlib")
    }
}

/// Debian's compiler of this release, say `1.85`, else the newest one, with these packages beside it.
/// It is fetched into `folder` if it is not there yet; an error says why it cannot be had.
pub(crate) fn compiler(
    context: &Context,
    folder: &str,
    release: Option<&str>,
    beside: &[&str],
) -> Result<Compiler, String> {
    let root = context.folder(folder);
    let complete = root.join("complete");
    let compiler = Compiler::at(root.join("usr"));
    if complete.is_file() {
        return Ok(compiler);
    }
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        return Err("Debian's compiler is to be had for x86_64 Linux only".into());
    }
    for tool in ["apt-get", "apt-cache", "dpkg"] {
        if !is_installed(tool) {
            return Err(format!(
                "{tool} is not installed, and Debian's compiler comes by apt"
            ));
        }
    }
    let _ = fs::remove_dir_all(&root);
    unpack(context, &root, release, beside)?;
    fs::write(complete, "").map_err(|error| error.to_string())?;
    Ok(compiler)
}

fn unpack(
    context: &Context,
    root: &Path,
    release: Option<&str>,
    beside: &[&str],
) -> Result<(), String> {
    let downloads = root.join("downloads");
    fs::create_dir_all(&downloads).map_err(|error| error.to_string())?;
    // A fresh machine has no lists of packages yet, and old lists name an older compiler, whose runtimes do not fit.
    // Without a network those that are there have to do.
    context.run(Command::new("apt-get").arg("update"));
    let names = packages(context, release);
    let mut download = Command::new("apt-get");
    download
        .arg("download")
        .args(names?)
        .args(beside)
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
fn packages(context: &Context, release: Option<&str>) -> Result<Vec<String>, String> {
    let unknown = || match release {
        Some(release) => format!("apt knows no rustc-web {release}"),
        None => "apt knows no rustc-web packages".to_owned(),
    };
    // What apt is to take after the name of a package.
    let version = match release {
        Some(release) => context
            .output(Command::new("apt-cache").args(["madison", "rustc-web"]))
            .and_then(|text| version(&text, release))
            .map(|version| format!("={version}"))
            .ok_or_else(unknown)?,
        None => String::new(),
    };
    let find = |of: &str, start: &str| {
        context
            .output(Command::new("apt-cache").args(["depends", of]))
            .and_then(|text| dependency(&text, start))
            .ok_or_else(unknown)
    };
    let development = format!("libstd-rust-web-dev{version}");
    let std = find(&development, "libstd-rust-web-")? + &version;
    let llvm = find(&std, "libllvm")?;
    let rustc = format!("rustc-web{version}");
    Ok(vec![rustc, development, std, llvm])
}

/// The newest version of a release, from the output of `apt-cache madison`, which has that first.
fn version(text: &str, release: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|version| version.starts_with(&format!("{release}.")))
        .map(str::to_owned)
}

/// The first dependency whose name starts like this, from the output of `apt-cache depends`.
fn dependency(text: &str, start: &str) -> Option<String> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with(start))
        .map(str::to_owned)
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
    fn the_version_of_a_release_is_found() {
        let text =
            " rustc-web | 1.96.0+d-1 | http://a main\n rustc-web | 1.85.0+d-3 | http://a main\n";
        assert_eq!(version(text, "1.85").as_deref(), Some("1.85.0+d-3"));
        assert_eq!(version(text, "1.8"), None);
    }
}
