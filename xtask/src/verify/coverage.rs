//! Which lines of the libraries the unit and integration tests reach, and why not the others.

mod reasons;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt;
use super::context::{Context, LIBRARIES, Verdict, add_flags, host, llvm_major, rustc};

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
    let source = |file: &str| fs::read_to_string(context.root.join(file)).unwrap_or_default();
    judge(&lines(&lcov, &context.root), context.long, source)
}

/// Where `llvm-profdata` and `llvm-cov` are, of the compiler's version of LLVM.
fn tools(context: &Context) -> Result<PathBuf, String> {
    let sysroot = context.output(Command::new(rustc()).args(["--print", "sysroot"]));
    if let (Some(sysroot), Some(host)) = (sysroot, host(context)) {
        let component = Path::new(sysroot.trim()).join(format!("lib/rustlib/{host}/bin"));
        if component.join("llvm-cov").is_file() {
            return Ok(component);
        }
    }
    let major = llvm_major(context, &mut Command::new(rustc())).ok_or("rustc has no LLVM")?;
    apt::ensure(
        context,
        &format!("llvm-cov-{major}"),
        &format!("llvm-{major}"),
    )
    .map_err(|reason| format!("{reason}, and rustup's component llvm-tools is not, either"))?;
    Ok(PathBuf::from(format!("/usr/lib/llvm-{major}/bin")))
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

/// The lines of the libraries' sources, by their paths in the workspace. What tests share is none.
fn lines(lcov: &str, root: &Path) -> Lines {
    let mut all = Lines::new();
    let mut file = None;
    for line in lcov.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path).strip_prefix(root).ok();
            let is_source = |path: &&Path| {
                LIBRARIES.iter().any(|library| {
                    let source = Path::new(library).join("src");
                    path.starts_with(&source) && !path.starts_with(source.join("testing"))
                })
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

/// The share of each library, and the lines that no test reaches, each with its reason. If it is
/// `strict`, one without fails like too small a share. (Some lines are reached only by a race.)
fn judge(all: &Lines, strict: bool, source: impl Fn(&str) -> String) -> Verdict {
    let mut shares = Vec::new();
    let mut wrong = Vec::new();
    for library in LIBRARIES {
        let files = || all.iter().filter(|(file, _)| file.starts_with(library));
        let total: usize = files().map(|(_, lines)| lines.len()).sum();
        let missed: usize = files().map(|(_, lines)| missed(lines).count()).sum();
        let share = 100.0 * (total - missed) as f64 / total.max(1) as f64;
        if share < FLOOR {
            wrong.push(format!("{library} is below {FLOOR} %"));
        }
        shares.push(format!("{library} {share:.1} % of {total} lines"));
    }
    let mut list = String::new();
    let mut unexplained = 0;
    for (file, lines) in all {
        let source = source(file);
        for number in missed(lines) {
            let text = source.lines().nth(number as usize - 1).unwrap_or_default();
            let reason = reasons::reason(file, text);
            unexplained += usize::from(reason.is_none());
            let reason = reason.unwrap_or("NO REASON IS KNOWN");
            list += &format!("\n  {file}:{number}: {}: {reason}", text.trim());
        }
    }
    if strict && unexplained > 0 {
        wrong.push(format!(
            "{unexplained} lines are neither reached nor explained"
        ));
    }
    let shares = shares.join(", ");
    match wrong.is_empty() {
        true => Verdict::Passed(shares + &list),
        false => Verdict::Failed(format!("{}: {shares}{list}", wrong.join(", "))),
    }
}

fn missed(lines: &BTreeMap<u32, u64>) -> impl Iterator<Item = u32> {
    let missed = lines.iter().filter(|(_, count)| **count == 0);
    missed.map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_libraries_count_and_a_line_is_reached_if_any_copy_is() {
        let lcov = "SF:/w/left-right/src/a.rs\nDA:1,0\nDA:2,0\nend_of_record\n\
                    SF:/w/xtask/src/b.rs\nDA:1,0\nend_of_record\n\
                    SF:/w/evmap-core/src/testing/c.rs\nDA:1,0\nend_of_record\n\
                    SF:/w/left-right/src/a.rs\nDA:1,4\nend_of_record\n";
        let lines = lines(lcov, Path::new("/w"));
        assert_eq!(lines.len(), 1);
        let missed = missed(&lines["left-right/src/a.rs"]);
        assert_eq!(missed.collect::<Vec<_>>(), [2]);
    }

    /// Three libraries of a file of a hundred lines each, these of which are not reached.
    fn all(missed: u32) -> Lines {
        let lines: BTreeMap<_, _> = (1..=100).map(|it| (it, u64::from(it > missed))).collect();
        Lines::from(LIBRARIES.map(|library| (format!("{library}/src/absorb.rs"), lines.clone())))
    }

    #[test]
    fn too_little_fails() {
        let unreachable = "unreachable!(\"every operation of this map is logged\");\n";
        let maps = |missed| {
            let mut maps = all(missed);
            maps.insert("left-right/src/absorb.rs".into(), BTreeMap::from([(1, 1)]));
            maps
        };
        let source = |_: &str| unreachable.repeat(100);
        assert!(matches!(judge(&maps(2), true, source), Verdict::Passed(_)));
        assert!(matches!(judge(&maps(3), true, source), Verdict::Failed(_)));
    }

    #[test]
    fn a_line_without_a_reason_fails() {
        let source = |_: &str| "let a = 1;\n".to_owned();
        assert!(matches!(judge(&all(0), true, source), Verdict::Passed(_)));
        assert!(matches!(judge(&all(1), false, source), Verdict::Passed(_)));
        let Verdict::Failed(text) = judge(&all(1), true, source) else {
            panic!("it fails");
        };
        assert!(text.starts_with("3 lines are neither"), "{text}");
        assert!(
            text.contains("absorb.rs:1: let a = 1;: NO REASON"),
            "{text}"
        );
    }
}
