//! Tests that need a process of their own: this same program, told by an environment variable to be the child.

use std::{
    env,
    process::{Command, Output},
};

const CHILD: &str = "LEFT_RIGHT_TEST_CHILD";

/// Runs the test `name` of this program as a child; `None` in the child itself.
pub(crate) fn child(name: &str) -> Option<Output> {
    if env::var_os(CHILD).is_some() {
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    Some(output)
}

/// What the child has printed.
#[track_caller]
pub(crate) fn assert_success(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    assert!(text.contains("1 passed"), "the child ran nothing: {text}");
    text.into_owned()
}
