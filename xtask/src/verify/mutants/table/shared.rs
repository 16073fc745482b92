//! A structure that threads share, and when its writes become visible.

use super::super::mutant::{ASYNCHRONOUS, LOOM, Mutant, SHARED_HANDLE, mutant};

const SHARED: &str = "shared.rs";
const PUBLISHING: &str = "publishing.rs";
const FUTURE: &str = "publish_async.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(SHARED, "shared handle, timer: none", "Some(Timer::start(interval, life.publish_at_intervals()))", "{ let _ = (interval, Life::publish_at_intervals(life)); None }", SHARED_HANDLE),
    mutant(SHARED, "shared handle, end: what is pending is lost", "life.publish_last = Some(Life::publish_last);", "let _ = (life, Life::<T, O, Owned, W, A>::publish_last);", SHARED_HANDLE),
    mutant(SHARED, "shared handle, end: a panic of an operation goes on", "catch_panic(|| { let (reader, combiner)", "(|| { let (reader, combiner)", SHARED_HANDLE),
    mutant(SHARED, "shared handle, end: nobody waits for the thread", "timer.end();", "drop(timer);", SHARED_HANDLE),
    mutant(SHARED, "shared handle, into writer: beside other handles", "let Some(life) = Arc::get_mut(&mut self.life) else { return Err(self); }; life.publish_last = None;", "if let Some(life) = Arc::get_mut(&mut self.life) { life.publish_last = None; }", SHARED_HANDLE),
    mutant(SHARED, "shared handle, into writer: what is pending is published", "life.publish_last = None; if let", "if let", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, into writer: the thread publishes what is pending", "let _ = self.stop.send(());", "", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: ends with the first publish", "Err(RecvTimeoutError::Timeout) if publish() => {}", "Err(RecvTimeoutError::Timeout) if !publish() => {}", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: does not publish at its end", "if end == Err(RecvTimeoutError::Disconnected) {", "if end == Err(RecvTimeoutError::Timeout) {", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: does not end", "Err(RecvTimeoutError::Timeout) if publish() => {}", "Err(RecvTimeoutError::Timeout) | Err(RecvTimeoutError::Disconnected) if publish() => {}", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: is not told to end", "drop(self.stop);", "std::mem::forget(self.stop);", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: nobody waits for its end", "let _ = self.thread.join();", "drop(self.thread);", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: waits for itself", "if !Self::is_this_thread() {", "if !Self::is_this_thread() || !self.thread.is_finished() {", SHARED_HANDLE),
    mutant(FUTURE, "future, wakes: not at once", "self.polls += 1; context.waker().wake_by_ref(); return;", "self.polls += 1; return;", LOOM),
    mutant(FUTURE, "future, wakes: not after a pause", "if Pin::new(&mut delay).poll(context).is_ready() {", "let _ = Pin::new(&mut delay); if self.polls == 0 {", LOOM),
    mutant(FUTURE, "future, wakes: not if the pause is over before it began", "is_ready() { context.waker().wake_by_ref(); }", "is_ready() {}", LOOM),
    mutant(FUTURE, "future: goes on when the pair is poisoned", "if self.writer.is_poisoned() { return Poll::Ready(Err(Poisoned)); }", "let _ = Poisoned;", ASYNCHRONOUS),
    mutant(FUTURE, "future: does not say that it has published", "if self.writer.try_publish() { return Poll::Ready(Ok(())); }", "self.writer.try_publish();", LOOM),
    mutant(FUTURE, "shared future: done although another has the writer", "Attempt::Locked => {}", "Attempt::Locked => return Poll::Ready(Ok(())),", SHARED_HANDLE),
    mutant(FUTURE, "shared future: done although readers are in the way", "Attempt::Stalled => _ = self.since.get_or_insert_with(Instant::now),", "Attempt::Stalled => return Poll::Ready(Ok(())),", LOOM),
    mutant(SHARED, "shared handle, timer: leaves copies before the reader timeout", "match left <= LONGEST {", "match left <= LONGEST || left > LONGEST {", SHARED_HANDLE),
    mutant(SHARED, "shared handle, timer: never leaves a copy", "match left <= LONGEST {", "match left < Duration::ZERO {", SHARED_HANDLE),
    mutant(SHARED, "shared handle, end: in an operation, a panic", "if !self.combiner.is_locked_by_this_thread() {", "if !self.combiner.is_locked_by_this_thread() || self.timer.is_some() || self.publish_last.is_some() {", SHARED_HANDLE),
    mutant(FUTURE, "shared future: never times out", "match self.shared.attempt(is_over)? {", "let _ = is_over; match self.shared.attempt(false)? {", SHARED_HANDLE),
];
