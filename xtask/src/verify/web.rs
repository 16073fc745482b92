//! A compiler with the source of `std`, so that `std` can be built with a sanitizer or for another
//! target.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::context::{ASAN_TARGET, Context, Verdict, llvm_major, rustc};
use super::debian::{self, Compiler};

/// The compiler, or why it cannot be had.
pub(crate) fn compiler(context: &Context) -> Result<Compiler, String> {
    let compiler = debian::compiler(context, "verify/rustc-web", None, &["rust-web-src"])?;
    copy_runtimes(context, &compiler)?;
    Ok(compiler)
}

/// Makes a call of cargo use this compiler, and build `std` with it.
pub(crate) fn build_std(command: &mut Command, compiler: &Compiler) {
    compiler.apply(command);
    command.arg("-Zbuild-std").env("RUSTC_BOOTSTRAP", "1");
}

/// Our compiler comes with the sanitizers' runtimes, Debian's does not.
fn copy_runtimes(context: &Context, compiler: &Compiler) -> Result<(), String> {
    let ours = llvm_major(context, &mut Command::new(rustc()));
    let theirs = llvm_major(context, &mut compiler.rustc());
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
    let libraries = Path::new(ASAN_TARGET).join("lib");
    let to = compiler.rustlib().join(&libraries);
    let from = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(libraries);
    let mut copied = 0;
    for file in fs::read_dir(&from).map_err(|error| error.to_string())? {
        let file = file.map_err(|error| error.to_string())?;
        let name = file.file_name().to_string_lossy().into_owned();
        // For example librustc-stable_rt.tsan.a.
        if name.starts_with("librustc") && name.contains("_rt.") && name.ends_with(".a") {
            fs::copy(file.path(), to.join(&name)).map_err(|error| error.to_string())?;
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
    fn a_failed_test_is_no_missing_network() {
        assert!(!is_offline("test result: FAILED. 3 passed; 1 failed"));
        assert!(is_offline("error: failed to download from the registry"));
    }
}
