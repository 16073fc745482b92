//! For tests that would hang, and not fail, if something waited that must not.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Long enough for a slow machine, short enough for a person.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs `work` on a thread of its own, and panics if it panics or does not return in time.
#[track_caller]
pub fn within_deadline<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = mpsc::channel();
    let thread = thread::spawn(move || drop(done.send(work())));
    match wait.recv_timeout(DEADLINE) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still not done after {DEADLINE:?}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(thread.join().expect_err("it sent nothing"))
        }
    }
}
