//! The command line as a person calls it.

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn wrong_arguments_are_refused_with_status_2() {
    for arguments in [
        &["nonsense"][..],
        &["test", "--only", "nonsense"],
        &["test", "bench"],
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains("nonsense") || stderr.contains("unexpected"),
            "{stderr}"
        );
    }
}

#[test]
fn no_argument_shows_the_commands() {
    let output = xtask(&[]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("bench") && stderr.contains("test"),
        "{stderr}"
    );
}

#[test]
fn the_list_names_the_steps() {
    let output = xtask(&["test", "--list"]);
    assert_eq!(output.status.code(), Some(0));
    let stdout = String::from_utf8_lossy(&output.stdout);
    for name in ["format", "clippy", "tests", "loom", "evmap11"] {
        assert!(stdout.contains(name), "{stdout}");
    }
}

#[test]
fn a_step_by_itself_is_counted() {
    let output = xtask(&["test", "--only", "format"]);
    let stdout = String::from_utf8_lossy(&output.stdout);
    let last = stdout.lines().last().unwrap();
    // Whatever the state of the tree: the status and the count say the same.
    let expected = match output.status.code() {
        Some(0) => "1 passed, 0 failed",
        _ => "0 passed, 1 failed",
    };
    assert_eq!(last, expected, "{stdout}");
}

#[test]
fn a_mutant_that_is_not_there_is_said() {
    for (arguments, said) in [
        (
            &["verify", "loom", "--mutant", "x"][..],
            "for the rung `mutants` alone",
        ),
        (
            &["verify", "mutants", "--mutant", "nonsense"],
            "no mutant's name contains `nonsense`",
        ),
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(said), "{text}");
    }
}
