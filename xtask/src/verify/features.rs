//! Sets of features of every library; the least versions of what they depend on, with the oldest compiler.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

use super::context::{Context, LIBRARIES, TAIL, Verdict};
use super::debian::{self, Compiler};
use super::workspace::copy_workspace;

pub(crate) fn run(context: &Context) -> Verdict {
    let mut count = 0;
    let mut failed = Vec::new();
    for library in LIBRARIES {
        let manifest = context.root.join(library).join("Cargo.toml");
        let Ok(manifest) = fs::read_to_string(&manifest) else {
            return Verdict::Failed(format!("cannot read {}", manifest.display()));
        };
        let features = features(&manifest);
        let sets = match context.long {
            true => subsets(&features),
            false => few_subsets(&features),
        };
        for set in sets {
            let mut command = context.cargo("verify/features");
            command
                .args(["check", "--lib", "--no-default-features"])
                .args(["--package", library, "--features", &set.join(",")]);
            count += 1;
            if !context.run(&mut command) {
                failed.push(format!("{library} with [{}]", set.join(", ")));
            }
        }
    }
    let least = least_versions(context).unwrap_or_else(|error| {
        failed.push(error);
        String::new()
    });
    match failed.is_empty() {
        true => Verdict::Passed(format!("{count} sets; {least}")),
        false => Verdict::Failed(format!("{}\n{}", failed.join("; "), context.log_tail(TAIL))),
    }
}

/// Builds the libraries with the oldest versions that they say they can do with, of dependencies and of
/// the compiler; says with which. In a copy, since it changes the lock file.
fn least_versions(context: &Context) -> Result<String, String> {
    let copy = context.folder("verify/least");
    copy_workspace(&context.root, &copy)
        .and_then(|()| strip(&copy))
        .map_err(|error| format!("no copy: {error}"))?;
    let mut update = context.cargo("verify/features");
    update
        .args(["update", "-Zdirect-minimal-versions"])
        .env("RUSTC_BOOTSTRAP", "1")
        .current_dir(&copy);
    let mut check = context.cargo("verify/features");
    check
        .args(["check", "--lib", "--all-features"])
        .current_dir(&copy);
    for library in LIBRARIES {
        check.args(["--package", library]);
    }
    let manifest = fs::read_to_string(copy.join("Cargo.toml"));
    let release = manifest
        .ok()
        .and_then(|manifest| oldest(&manifest).map(str::to_owned))
        .ok_or("Cargo.toml has no rust-version")?;
    let said = match compiler(context, &release) {
        Ok(compiler) => {
            compiler.apply(&mut check);
            format!("the least versions with Rust {release}")
        }
        Err(reason) => {
            format!("the least versions with this compiler, not with Rust {release}: {reason}")
        }
    };
    match context.run(&mut update) && context.run(&mut check) {
        true => Ok(said),
        false => Err(said),
    }
}

/// The compiler of a release, from rustup if that has it, else from Debian; or why it cannot be had.
fn compiler(context: &Context, release: &str) -> Result<Compiler, String> {
    let mut rustc = Command::new("rustup");
    rustc.args(["run", release, "rustc", "--print", "sysroot"]);
    match context.output(&mut rustc) {
        Some(sysroot) => Ok(Compiler::at(sysroot.trim())),
        None => {
            let folder = format!("verify/rustc-{release}");
            debian::compiler(context, &folder, Some(release), &[])
        }
    }
}

/// The oldest compiler that a manifest promises.
fn oldest(manifest: &str) -> Option<&str> {
    manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .map(|release| release.trim_matches('"'))
}

/// Leaves of the workspace what users get: the libraries, without what only their tests need.
fn strip(workspace: &Path) -> io::Result<()> {
    let manifest = workspace.join("Cargo.toml");
    let text = fs::read_to_string(&manifest)?;
    let members = |line: &str| match line.split_once(" = ") {
        Some(("members" | "default-members", _)) => format!("members = {LIBRARIES:?}"),
        _ => line.to_owned(),
    };
    let mut lines: Vec<String> = text.lines().map(members).collect();
    lines.dedup();
    fs::write(manifest, lines.join("\n"))?;
    for library in LIBRARIES {
        let manifest = workspace.join(library).join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        fs::write(manifest, without_dev_dependencies(&text))?;
    }
    Ok(())
}

fn without_dev_dependencies(manifest: &str) -> String {
    let mut is_wanted = true;
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_wanted = !line.contains("dev-dependencies");
        }
        if is_wanted {
            text += line;
            text.push('\n');
        }
    }
    text
}

/// The features that a manifest declares, but for `default`.
fn features(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name.trim())
        .filter(|name| *name != "default" && !name.starts_with('#'))
        .collect()
}

/// None, each alone, and all: what most mistakes show in.
fn few_subsets<'a>(all: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut sets = vec![Vec::new()];
    sets.extend(all.iter().map(|feature| vec![*feature]));
    if all.len() > 1 {
        sets.push(all.to_vec());
    }
    sets
}

/// All subsets, the empty one first.
fn subsets<'a>(all: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut sets = vec![Vec::new()];
    for feature in all {
        let with = sets.clone().into_iter().map(|mut set| {
            set.push(*feature);
            set
        });
        sets.extend(with.collect::<Vec<_>>());
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_read_from_a_manifest() {
        let manifest = "[package]\nname = \"a\"\n\n[features]\ndefault = []\n# b = []\nserde = [\"dep:serde\"]\nrayon = []\n\n[dependencies]\nc = \"1\"\n";
        assert_eq!(features(manifest), ["serde", "rayon"]);
        assert!(features("[package]\nname = \"a\"\n").is_empty());
    }

    #[test]
    fn the_oldest_compiler_is_read_from_a_manifest() {
        let manifest = "[workspace.package]\nrust-version = \"1.85\"\n";
        assert_eq!(oldest(manifest), Some("1.85"));
        assert_eq!(oldest("[workspace.package]\n"), None);
    }

    #[test]
    fn what_only_tests_need_goes() {
        let manifest = "[a]\nb = 1\n[target.'x'.dev-dependencies]\nc = 1\n[lints]\nd = 1\n";
        assert_eq!(
            without_dev_dependencies(manifest),
            "[a]\nb = 1\n[lints]\nd = 1\n"
        );
    }

    #[test]
    fn subsets_are_complete() {
        let expected: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
        assert_eq!(subsets(&["a", "b"]), expected);
        assert_eq!(few_subsets(&["a", "b"]), expected);
        assert_eq!(few_subsets(&["a", "b", "c"]).len(), 5);
        assert_eq!(few_subsets(&["a"]).len(), 2);
        assert_eq!(few_subsets(&[]).len(), 1);
    }
}
