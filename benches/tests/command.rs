//! The binary as a person calls it: exit status, messages, and reports that are whole or absent.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Run {
    output: Output,
    directory: TempDir,
}

impl Run {
    fn status(&self) -> i32 {
        self.output.status.code().expect("the benchmark exits")
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    fn out(&self) -> std::path::PathBuf {
        self.directory.path().join("out")
    }

    /// Nothing was written: no report, and no temporary file of one.
    fn assert_no_report(&self) {
        assert!(!self.out().exists(), "{:?} exists", self.out());
    }

    fn assert_refused(&self, message: &str) {
        let stderr = self.stderr();
        assert_eq!(self.status(), 2, "{stderr}");
        assert!(stderr.contains(message), "{stderr:?} lacks {message:?}");
        self.assert_no_report();
    }

    fn report(&self) -> serde_json::Value {
        assert_eq!(self.status(), 0, "{}", self.stderr());
        let text = fs::read_to_string(self.out().join("report.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

fn bench_in(directory: TempDir, arguments: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .current_dir(directory.path())
        .args(["--quick", "--out", "out"])
        .args(arguments)
        .output()
        .unwrap();
    Run { output, directory }
}

fn bench(arguments: &[&str]) -> Run {
    bench_in(tempfile::tempdir().unwrap(), arguments)
}

fn bench_on(keys: &[u8], arguments: &[&str]) -> Run {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("words"), keys).unwrap();
    bench_in(directory, &[&["--keys", "words"], arguments].concat())
}

#[test]
fn a_file_that_is_not_there() {
    bench(&["--keys", "nowhere"]).assert_refused("`nowhere`: there is no such file");
}

#[test]
fn a_directory_in_place_of_a_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("folder")).unwrap();
    bench_in(directory, &["--keys", "folder"]).assert_refused("`folder`: it is a directory");
}

#[test]
fn an_empty_file_and_one_of_blank_lines() {
    bench_on(b"", &[]).assert_refused("`words`: it is empty");
    bench_on(b"\n\r\n  \n", &[]).assert_refused("`words`: it holds only blank lines");
}

#[test]
fn a_line_that_is_not_utf8() {
    bench_on(b"one\ntwo\nthr\xee\n", &[]).assert_refused("line 3 is not UTF-8 (at byte 4");
}

#[test]
fn a_line_that_does_not_end() {
    bench_on(&[b'x'; (1 << 20) + 1], &[]).assert_refused("line 1 is longer than 1048576 bytes");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret");
    fs::write(&path, "one\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let allowed_all_the_same = fs::File::open(&path).is_ok();
    let run = bench_in(directory, &["--keys", "secret", "--filter", "hashbrown"]);
    if allowed_all_the_same {
        // The superuser may read it; then it is a file like any other.
        assert_eq!(run.status(), 0, "{}", run.stderr());
    } else {
        run.assert_refused("`secret`: it may not be read");
    }
}

#[test]
fn what_was_dropped_is_said_and_the_rest_is_used() {
    let run = bench_on(
        b"one\r\ntwo\r\n\r\none\r\nthree",
        &["--filter", "hashbrown"],
    );
    let said = "3 keys of words, 1 duplicate dropped, 1 blank line skipped";
    assert!(run.stderr().contains(said), "{}", run.stderr());
    assert_eq!(run.report()["keys"][0], "3 keys of words");
}

#[test]
fn one_key_is_enough() {
    assert_eq!(bench_on(b"only", &[]).report()["keys"][0], "1 key of words");
}

#[test]
fn wrong_arguments() {
    bench(&["--suite", "nonsense"]).assert_refused("invalid value 'nonsense'");
    bench(&["--no-such-option"]).assert_refused("unexpected argument");
    bench(&["--filter", "nonsense"]).assert_refused("no peer's name contains `nonsense`");
    bench(&["--suite", "reads", "--filter", "papaya"]).assert_refused("--filter works with");
    bench(&["--suite", "mixed", "--native-hasher"]).assert_refused("--native-hasher works with");
    for suite in ["bulk", "memory", "multi", "micro"] {
        bench_on(b"one", &["--suite", suite]).assert_refused("--keys has no meaning for suite");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error_and_not_a_wrong_call() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("out"), "a file is in the way").unwrap();
    let run = bench_in(directory, &["--filter", "hashbrown"]);
    assert_eq!(run.status(), 1);
    assert!(
        run.stderr().contains("cannot create `out`"),
        "{}",
        run.stderr()
    );
    // That is said before anything is measured.
    assert!(!run.stderr().contains("round 1"), "{}", run.stderr());
}

#[test]
fn the_comparison_has_every_map_and_every_figure() {
    let run = bench(&[]);
    let report = run.report();
    let tables = report["tables"].as_array().unwrap();
    assert_eq!(tables.len(), 3);
    for table in tables {
        let columns = table["columns"].as_array().unwrap().len();
        let rows = table["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 8);
        for row in rows {
            let cells = row["cells"].as_array().unwrap();
            // Only plain hashbrown has nobody beside its writer: its row of that table is empty.
            assert!(cells.len() == columns || row["name"] == "hashbrown");
            for cell in cells.iter().filter(|cell| !cell.is_null()) {
                assert!(cell["figure"]["median"].as_f64().unwrap() > 0.0);
                assert!(cell["ratio"].as_f64().unwrap() > 0.0);
                assert_eq!(cell["figure"]["samples"].as_array().unwrap().len(), 2);
            }
        }
    }
    assert_eq!(report["smoke"], true);
    assert_eq!(
        report["environment"]["command"],
        "cargo xtask bench --quick --out out"
    );

    let names: Vec<_> = fs::read_dir(run.out())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let markdown = fs::read_to_string(run.out().join("report.md")).unwrap();
    assert!(markdown.contains("## Where evmap-core loses"));
    assert!(run.stdout().contains("Where evmap-core loses"));
}

#[test]
fn the_suites_print_their_claims() {
    assert_claims("reads", 11);
    assert_claims("mixed", 15);
    assert_claims("writes", 27);
    assert_claims("bulk", 7);
    assert_claims("memory", 4);
    assert_claims("multi", 7);
    // On many cores more threads are asked for.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    assert_claims("shared", if cores < 16 { 22 } else { 25 });
}

#[test]
fn the_suite_shared_has_every_number_of_threads_and_its_break_even() {
    let run = bench(&["--suite", "shared"]);
    let report = run.report();
    let tables = report["tables"].as_array().unwrap();
    let markdown = fs::read_to_string(run.out().join("report.md")).unwrap();
    for threads in ["1 thread", "2 threads", "4 threads"] {
        let of = format!("{threads}, uniform, ");
        let title = |table: &&serde_json::Value| table["title"].as_str().unwrap().contains(&of);
        // With some keys, and with many.
        let with: Vec<_> = tables.iter().filter(title).collect();
        assert_eq!(with.len(), 2, "{threads}");
        for table in with {
            let rows = table["rows"].as_array().unwrap();
            let names: Vec<_> = rows
                .iter()
                .map(|row| row["name"].as_str().unwrap())
                .collect();
            let maps = ["evmap-core, SharedMap", "dashmap", "papaya", "scc"];
            assert_eq!(names, maps);
        }
        let break_even = format!("Break-even of SharedMap and the best of the other maps, {of}");
        assert_eq!(markdown.matches(&break_even).count(), 2, "{markdown}");
    }
    let last = tables.last().unwrap();
    assert_eq!(last["title"], "First write after a bulk load");
}

fn assert_claims(suite: &str, count: usize) {
    let run = bench(&["--suite", suite]);
    let claims = run.report()["claims"].as_array().unwrap().clone();
    assert_eq!(claims.len(), count);
    for claim in &claims {
        let median = claim["ours"]["median"].as_f64().unwrap();
        // Only memory can come back.
        assert!(median >= 0.0 || claim["unit"] == "KiB", "{claim}");
    }
    let verdicts = run.stdout().matches(" met ").count() + run.stdout().matches(" MISSED ").count();
    assert_eq!(verdicts, count, "{}", run.stdout());
}

/// A cargo that is asked for benches and leaves what criterion would.
#[cfg(unix)]
fn micro(cargo: &str) -> Run {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cargo");
    fs::write(&path, cargo).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bench"))
        .current_dir(directory.path())
        .env("CARGO", path)
        .args(["--quick", "--out", "out", "--suite", "micro"])
        .output()
        .unwrap();
    Run { output, directory }
}

#[cfg(unix)]
#[test]
fn the_suite_micro_takes_what_criterion_has_estimated() {
    let run = micro(
        r#"#!/bin/sh
case "$*" in "bench --package benches --manifest-path "*" -- --noplot "*) ;; *) exit 9 ;; esac
echo "criterion speaks"
leave() {
    mkdir -p "$CRITERION_HOME/g/$1/new"
    cd "$CRITERION_HOME/g/$1/new"
    echo "{\"group_id\":\"read: get\",\"function_id\":\"$1\",\"value_str\":\"8 keys\",\"throughput\":{\"Elements\":10}}" > benchmark.json
    echo "{\"median\":{\"confidence_interval\":{\"confidence_level\":0.95,\"lower_bound\":$2,\"upper_bound\":$4},\"point_estimate\":$3,\"standard_error\":1}}" > estimates.json
    echo "{\"sampling_mode\":\"Flat\",\"iters\":[1,1],\"times\":[$2,$4]}" > sample.json
}
leave papaya 180 200 210
leave evmap-core 90 100 110
"#,
    );
    let report = run.report();
    let table = &report["tables"][0];
    assert_eq!(table["title"], "read: get");
    assert_eq!(table["columns"][0], "8 keys");
    let [ours, theirs] = [0, 1].map(|row| &table["rows"][row]);
    assert_eq!(ours["name"], "evmap-core");
    assert_eq!(theirs["name"], "papaya");
    let figure = &theirs["cells"][0]["figure"];
    assert_eq!(figure["median"], 20.0);
    assert_eq!(figure["interval"]["lower_bound"], 18.0);
    assert_eq!(figure["interval"]["upper_bound"], 21.0);
    assert_eq!(theirs["cells"][0]["ratio"], 2.0);
    let markdown = fs::read_to_string(run.out().join("report.md")).unwrap();
    assert!(
        markdown.contains("20.0 [18.0, 21.0], 2.00\u{d7}"),
        "{markdown}"
    );
    assert!(!markdown.contains("Rounds are interleaved"), "{markdown}");
    // The report is what this program prints, and nothing else.
    assert!(run.stderr().contains("criterion speaks"));
    assert!(!run.stdout().contains("criterion speaks"));
}

#[cfg(unix)]
#[test]
fn benches_that_fail_leave_no_report() {
    let failed = micro("#!/bin/sh\nexit 101\n");
    assert_eq!(failed.status(), 1);
    assert!(failed.stderr().contains("cargo bench: exit status: 101"));
    failed.assert_no_report();
    let nothing = micro("#!/bin/sh\n");
    assert_eq!(nothing.status(), 1);
    assert!(nothing.stderr().contains("criterion left no estimates"));
    nothing.assert_no_report();
}

#[test]
fn a_report_is_replaced_as_a_whole() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("report.md"), "old").unwrap();
    fs::write(out.join("report.json"), "old").unwrap();

    let refused = bench_in(directory, &["--keys", "nowhere"]);
    assert_eq!(refused.status(), 2);
    assert_eq!(read(&out, "report.md"), "old");
    let run = bench_in(refused.directory, &["--filter", "hashbrown"]);
    assert!(read(&out, "report.md").starts_with("# Benchmark"));
    assert!(run.report().is_object());
}

fn read(out: &Path, name: &str) -> String {
    fs::read_to_string(out.join(name)).unwrap()
}

#[test]
fn the_list_names_suites_and_maps_and_measures_nothing() {
    let run = bench(&["--list"]);
    assert_eq!(run.status(), 0);
    let suites = [
        "compare", "reads", "mixed", "writes", "bulk", "memory", "multi", "shared", "micro",
    ];
    for name in suites.into_iter().chain(["evmap-core", "papaya"]) {
        assert!(run.stdout().contains(name), "{}", run.stdout());
    }
    run.assert_no_report();
}
