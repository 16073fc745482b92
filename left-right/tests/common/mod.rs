//! What several test files share.
#![allow(dead_code)] // Each test file is a crate of its own and uses a part of this.

pub(crate) mod tracked;

use std::{
    io::Write,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

/// A test that outlives its deadline ends the process with a message: see [`deadline`].
#[must_use = "the deadline ends when this is dropped"]
pub(crate) struct Deadline {
    _alive: Sender<()>,
}

/// A minute for a test that takes milliseconds; a test of the primitive that is wrong often hangs
/// instead of failing.
pub(crate) fn deadline() -> Deadline {
    deadline_of(Duration::from_secs(60))
}

pub(crate) fn deadline_of(limit: Duration) -> Deadline {
    let (alive, ended) = mpsc::channel();
    let test = thread::current().name().unwrap_or("a test").to_owned();
    thread::spawn(move || {
        if ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            // Not `eprintln!`: the test harness captures that, and never shows it after an abort.
            let _ = writeln!(
                std::io::stderr(),
                "\n{test} did not end within {limit:?}: something waits for ever"
            );
            std::process::abort();
        }
    });
    Deadline { _alive: alive }
}

/// Runs `f` on another thread and returns whether it was still running after `moment`; the
/// second value ends it by joining.
pub(crate) fn still_runs<'scope, T: Send + 'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    moment: Duration,
    f: impl FnOnce() -> T + Send + 'scope,
) -> (bool, thread::ScopedJoinHandle<'scope, T>) {
    let (done, ended) = mpsc::channel();
    let running = scope.spawn(move || {
        let result = f();
        let _ = done.send(());
        result
    });
    let waits = ended.recv_timeout(moment) == Err(RecvTimeoutError::Timeout);
    (waits, running)
}
