//! The counting of instructions as a person calls it, with a valgrind that counts as these tests want it to.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;

/// Counts so many instructions for an operation, and a million for what is around them.
const VALGRIND: &str = r#"#!/bin/sh
[ "$1" = --version ] && exit 0
for argument; do
    case $argument in
        --callgrind-out-file=*) file=${argument#*=} ;;
    esac
    rounds=$argument
done
echo "summary: $((1000000 + rounds * 4096 * EACH))" > "$file"
"#;

const ONE: &str = "left-right: enter + leave";

struct Machine {
    directory: TempDir,
}

impl Machine {
    fn without_valgrind() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let machine = Self { directory };
        fs::create_dir(machine.bin()).unwrap();
        machine
    }

    fn with_valgrind(script: &str) -> Self {
        let machine = Self::without_valgrind();
        machine.install(script);
        machine
    }

    fn install(&self, script: &str) {
        let path = self.bin().join("valgrind");
        fs::write(&path, script).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn bin(&self) -> PathBuf {
        self.directory.path().join("bin")
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("figures.json")
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let mut path = self.bin().into_os_string();
        // Without a valgrind of its own it is to find no other; with one, it asks cargo for versions.
        if self.bin().join("valgrind").exists() {
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
        }
        Command::new(env!("CARGO_BIN_EXE_instructions"))
            .env("PATH", path)
            .arg("--file")
            .arg(self.file())
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What it says if all goes well, with single spaces.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.call(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let text = String::from_utf8(output.stdout).unwrap();
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(|line| words(line) + "\n").collect()
    }

    fn refuses(&self, arguments: &[&str], status: i32) -> String {
        let output = self.call(arguments);
        assert_eq!(output.status.code(), Some(status), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn counting(each: u32) -> String {
    VALGRIND.replace("EACH", &each.to_string())
}

#[test]
fn figures_are_saved_and_compared() {
    let machine = Machine::with_valgrind(&counting(20));
    assert!(
        machine
            .says(&["--save"])
            .contains("nothing to compare with")
    );
    let all = machine.says(&[]);
    assert!(all.contains(&format!("{ONE} 20.0 unchanged\n")), "{all}");
    machine.install(&counting(15));
    let all = machine.says(&[]);
    let line = format!("{ONE} 15.0 -5.0 (-25.0 %), from 20.0\n");
    assert!(all.contains(&line), "{all}");
    assert!(all.contains("--save writes these figures"), "{all}");
    // It was not asked to write them.
    assert!(machine.says(&[]).contains(&line));
}

#[test]
fn figures_of_another_compiler_or_hashbrown_are_not_compared() {
    let machine = Machine::with_valgrind(&counting(20));
    machine.says(&["--save"]);
    let figures = fs::read_to_string(machine.file()).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&figures).unwrap();
    for (name, other) in [("compiler", "rustc 0.9"), ("hashbrown", "0.0.1")] {
        json[name] = other.into();
        fs::write(machine.file(), json.to_string()).unwrap();
        let text = machine.says(&["--only", ONE]);
        assert!(
            text.contains("nothing is compared: the last figures belong to"),
            "{text}"
        );
        assert!(text.contains(other), "{text}");
        assert!(text.contains(&format!("{ONE} 20.0\n")), "{text}");
    }
}

#[test]
fn without_valgrind_it_is_skipped_by_name_with_the_reason() {
    let machine = Machine::without_valgrind();
    let text = machine.says(&["--save"]);
    assert_eq!(
        text,
        "instructions was skipped: valgrind is not installed (apt-get install valgrind)\n"
    );
    assert!(!machine.file().exists());
}

#[test]
fn a_valgrind_that_fails_is_an_error_and_saves_nothing() {
    let fails = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\necho no such luck >&2\nexit 3\n";
    let machine = Machine::with_valgrind(fails);
    let error = machine.refuses(&["--save"], 1);
    assert!(error.contains("no such luck"), "{error}");
    assert!(!machine.file().exists());
}

#[test]
fn wrong_calls_are_refused() {
    let machine = Machine::with_valgrind(&counting(20));
    let error = machine.refuses(&["--only", "nonsense"], 2);
    assert!(
        error.contains("no operation's name contains `nonsense`"),
        "{error}"
    );
    machine.refuses(&["--only", ONE, "--save"], 2);
    machine.refuses(&["--no-such-option"], 2);
    fs::write(machine.file(), "[]").unwrap();
    let error = machine.refuses(&[], 2);
    assert!(
        error.contains("is no file of instruction counts"),
        "{error}"
    );
}

#[test]
fn the_list_names_the_operations_and_counts_nothing() {
    let text = Machine::without_valgrind().says(&["--list"]);
    assert!(text.contains(&format!("{ONE}\n")), "{text}");
}

#[test]
fn what_runs_under_valgrind_verifies_itself() {
    let machine = Machine::without_valgrind();
    machine.says(&["--carry-out", ONE, "--rounds", "1"]);
    let error = machine.refuses(&["--carry-out", "nonsense", "--rounds", "1"], 2);
    assert!(
        error.contains("there is no operation `nonsense`"),
        "{error}"
    );
    machine.refuses(&["--carry-out", ONE], 2);
}
