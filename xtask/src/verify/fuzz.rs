//! The fuzz targets: what is kept in their corpora again, and then something new for a while.
//!
//! They are built as `cargo fuzz` builds them, which need not be installed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::apt;
use super::context::{ASAN_TARGET, Context, LIBRARIES, TAIL, Verdict, add_flags, has_sanitizers};

/// Tells libFuzzer which branches an input takes and what it is compared with.
const COVERAGE: &str = "-Zsanitizer=address --cfg fuzzing -Cdebug-assertions \
    -Cpasses=sancov-module -Ccodegen-units=1 \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

pub(crate) fn run(context: &Context) -> Verdict {
    if !has_sanitizers(context) {
        return Verdict::Skipped(format!("it is used on {ASAN_TARGET}"));
    }
    // For libFuzzer itself.
    if let Err(reason) = apt::ensure(context, "c++", "g++") {
        return Verdict::Skipped(reason);
    }
    let mut counts = Vec::new();
    for library in LIBRARIES {
        match fuzz(context, library) {
            Ok(count) => counts.push(format!("{library} {count}")),
            Err(what) => return Verdict::Failed(format!("{library}: {what}")),
        }
    }
    Verdict::Passed(format!("programs run: {}", counts.join(", ")))
}

/// Builds and runs the target of one library; how many inputs it was given.
fn fuzz(context: &Context, library: &str) -> Result<u64, String> {
    let folder = context.root.join(library).join("fuzz");
    let mut build = context.cargo("verify/fuzz");
    build
        .args(["build", "--release", "--target", ASAN_TARGET])
        .args(["--bin", "differential"])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"))
        .env("RUSTC_BOOTSTRAP", "1");
    add_flags(&mut build, COVERAGE);
    if !context.run(&mut build) {
        return Err(format!("does not build\n{}", context.log_tail(TAIL)));
    }
    // All targets have this name; each is run before the next one is built.
    let executable = format!("verify/fuzz/{ASAN_TARGET}/release/differential");
    let executable = context.folder(&executable);
    let found = context.folder(&format!("verify/fuzz/found/{library}"));
    fs::create_dir_all(&found).map_err(|error| error.to_string())?;
    let seconds = if context.long { 1800 } else { 10 };
    let before = context.log_text().len();
    let mut run = Command::new(executable);
    run.arg(format!("-max_total_time={seconds}"))
        .args(["-timeout=300", "-print_final_stats=1"])
        // Some programs poison a map, which leaks by design.
        .env("ASAN_OPTIONS", "detect_leaks=0")
        .arg(format!("-artifact_prefix={}/", found.display()))
        // What is new goes into the first folder.
        .args([&found, &folder.join("corpus/differential")]);
    let passed = context.run(&mut run);
    let said = context.log_text().split_off(before);
    match passed {
        true => Ok(executed(&said)),
        false => Err(failure(&said, &found)),
    }
}

/// How many inputs libFuzzer tried.
fn executed(said: &str) -> u64 {
    let words = "stat::number_of_executed_units:";
    let line = said.lines().find_map(|line| line.strip_prefix(words));
    line.and_then(|count| count.trim().parse().ok())
        .unwrap_or(0)
}

/// What went wrong, and the input that did it.
fn failure(said: &str, found: &Path) -> String {
    let is_telling = |line: &&str| line.contains("panicked at") || line.contains("ERROR: ");
    let at = said.lines().position(|line| is_telling(&line)).unwrap_or(0);
    let lines: Vec<&str> = said.lines().skip(at).take(TAIL).collect();
    format!(
        "fails on an input in {}\n{}",
        found.display(),
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read() {
        let said = "Done 12 runs\nstat::number_of_executed_units: 4711\nstat::x: 1\n";
        assert_eq!(executed(said), 4711);
        assert_eq!(executed(""), 0);
    }

    #[test]
    fn a_failure_begins_with_what_is_telling() {
        let said = "#1 INIT\nthread panicked at a.rs:1\nboom\n";
        let text = failure(said, Path::new("/f"));
        assert_eq!(
            text,
            "fails on an input in /f\nthread panicked at a.rs:1\nboom"
        );
    }
}
