//! Which lines of the libraries the unit and integration tests reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::context::{Context, LIBRARIES, Verdict, add_flags, is_installed, llvm_major, rustc};

/// The least share of lines, in percent, that a library's tests must reach.
const FLOOR: f64 = 98.0;

/// How often each line of each file was run.
type Lines = BTreeMap<String, BTreeMap<u32, u64>>;

pub(crate) fn run(context: &Context) -> Verdict {
    let tools = match tools(context) {
        Ok(tools) => tools,
        Err(reason) => return Verdict::Skipped(reason),
    };
    let raw = context.folder("verify/coverage/raw");
    // Profiles of earlier runs.
    let _ = fs::remove_dir_all(&raw);
    let mut build = context.cargo_test_libraries("verify/coverage");
    build.args(["--no-run", "--message-format=json", "--quiet"]);
    add_flags(&mut build, "-Cinstrument-coverage");
    let Some(messages) = context.output(&mut build) else {
        return Verdict::of(false);
    };
    let mut test = context.cargo_test_libraries("verify/coverage");
    test.env("LLVM_PROFILE_FILE", raw.join("%p-%m.profraw"))
        .env("LEFT_RIGHT_TORTURE_SECONDS", "2");
    add_flags(&mut test, "-Cinstrument-coverage");
    if !context.run(&mut test) {
        return Verdict::of(false);
    }
    let Some(lcov) = export(context, &tools, &raw, &executables(&messages)) else {
        return Verdict::of(false);
    };
    judge(&lines(&lcov, &context.root))
}

/// Where `llvm-profdata` and `llvm-cov` are, of the compiler's version of LLVM.
fn tools(context: &Context) -> Result<PathBuf, String> {
    let major = llvm_major(context, &mut Command::new(rustc())).ok_or("rustc has no LLVM")?;
    let debian = PathBuf::from(format!("/usr/lib/llvm-{major}/bin"));
    if debian.join("llvm-cov").is_file() {
        return Ok(debian);
    }
    let sysroot = context.output(Command::new(rustc()).args(["--print", "sysroot"]));
    let host = super::context::host(context);
    if let (Some(sysroot), Some(host)) = (sysroot, host) {
        let component = Path::new(sysroot.trim()).join(format!("lib/rustlib/{host}/bin"));
        if component.join("llvm-cov").is_file() {
            return Ok(component);
        }
    }
    let hint = match is_installed("apt-get") {
        true => format!("apt-get install llvm-{major}"),
        false => "rustup component add llvm-tools".into(),
    };
    Err(format!("llvm-cov {major} is not installed ({hint})"))
}

/// What LLVM says about every line, in lcov's format.
fn export(context: &Context, tools: &Path, raw: &Path, executables: &[String]) -> Option<String> {
    let profile = raw.join("all.profdata");
    let profiles = fs::read_dir(raw).ok()?;
    let profiles: Vec<PathBuf> = profiles.filter_map(|it| Some(it.ok()?.path())).collect();
    let mut merge = Command::new(tools.join("llvm-profdata"));
    merge
        .args(["merge", "-sparse", "-failure-mode=all", "-o"])
        .arg(&profile)
        .args(profiles);
    if !context.run(&mut merge) {
        return None;
    }
    let mut export = Command::new(tools.join("llvm-cov"));
    export
        .args(["export", "-format=lcov", "-instr-profile"])
        .arg(&profile)
        .args(executables.iter().flat_map(|it| ["-object", it]));
    context.output(&mut export)
}

/// The executables in cargo's messages.
fn executables(messages: &str) -> Vec<String> {
    let found = messages.split("\"executable\":\"").skip(1);
    let found = found.filter_map(|rest| rest.split('"').next());
    found.map(str::to_owned).collect()
}

/// The lines of the libraries' sources, by their paths in the workspace.
fn lines(lcov: &str, root: &Path) -> Lines {
    let mut all = Lines::new();
    let mut file = None;
    for line in lcov.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path).strip_prefix(root).ok();
            let is_source = |path: &&Path| {
                LIBRARIES
                    .iter()
                    .any(|library| path.starts_with(Path::new(library).join("src")))
            };
            file = path
                .filter(is_source)
                .map(|path| path.display().to_string());
        } else if let (Some(file), Some(data)) = (&file, line.strip_prefix("DA:")) {
            let mut numbers = data.split(',');
            let number = numbers.next().and_then(|it| it.parse().ok());
            let count: Option<u64> = numbers.next().and_then(|it| it.parse().ok());
            if let (Some(number), Some(count)) = (number, count) {
                *all.entry(file.clone())
                    .or_default()
                    .entry(number)
                    .or_default() += count;
            }
        }
    }
    all
}

/// The share of each library, and the lines that no test reaches.
fn judge(all: &Lines) -> Verdict {
    let mut shares = Vec::new();
    let mut sound = true;
    for library in LIBRARIES {
        let files = || all.iter().filter(|(file, _)| file.starts_with(library));
        let total: usize = files().map(|(_, lines)| lines.len()).sum();
        let missed: usize = files().map(|(_, lines)| missed(lines).len()).sum();
        let share = 100.0 * (total - missed) as f64 / total.max(1) as f64;
        sound &= share >= FLOOR;
        shares.push(format!("{library} {share:.1} % of {total} lines"));
    }
    let mut text = shares.join(", ");
    for (file, lines) in all {
        let missed = missed(lines);
        if !missed.is_empty() {
            text += &format!("\n  {file}: {}", ranges(&missed));
        }
    }
    match sound {
        true => Verdict::Passed(text),
        false => Verdict::Failed(format!("below {FLOOR} %: {text}")),
    }
}

fn missed(lines: &BTreeMap<u32, u64>) -> BTreeSet<u32> {
    let missed = lines.iter().filter(|(_, count)| **count == 0);
    missed.map(|(number, _)| *number).collect()
}

/// For example `3, 7-9`.
fn ranges(numbers: &BTreeSet<u32>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let text = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_libraries_count_and_a_line_is_reached_if_any_copy_is() {
        let lcov = "SF:/w/left-right/src/a.rs\nDA:1,0\nDA:2,0\nend_of_record\n\
                    SF:/w/xtask/src/b.rs\nDA:1,0\nend_of_record\n\
                    SF:/w/left-right/src/a.rs\nDA:1,4\nend_of_record\n";
        let lines = lines(lcov, Path::new("/w"));
        assert_eq!(lines.len(), 1);
        let missed = missed(&lines["left-right/src/a.rs"]);
        assert_eq!(missed.into_iter().collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn ranges_are_short() {
        assert_eq!(ranges(&BTreeSet::from([3, 7, 8, 9])), "3, 7-9");
    }

    #[test]
    fn too_little_fails() {
        let file = |count| {
            let lines = BTreeMap::from([(1, count)]);
            LIBRARIES.map(|library| (format!("{library}/src/a.rs"), lines.clone()))
        };
        assert!(matches!(judge(&Lines::from(file(1))), Verdict::Passed(_)));
        assert!(matches!(judge(&Lines::from(file(0))), Verdict::Failed(_)));
    }
}
