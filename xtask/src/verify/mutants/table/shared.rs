//! A structure that threads share, and when its changes become visible.

use super::super::mutant::{LOOM, Mutant, SHARED_HANDLE, mutant};

const SHARED: &str = "shared.rs";
const CHANGE: &str = "shared.rs";
const PUBLISHING: &str = "publishing.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(SHARED, "shared handle, timer: none", "Some(Timer::start(interval, writer.clone(), reader_timeout))", "{ let _ = (interval, Timer::start::<T, O>); None }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, change: nobody asks for guards of this thread", "self.reader.stand_aside(); self.writing.writer.lock()", "self.writing.writer.lock()", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, publish: nobody asks for guards of this thread", "self.reader.stand_aside(); publish(", "publish(", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, publish: not at all", "insist(|| writer.publish_or_replace(reader_timeout))", "{ let _ = (writer, reader_timeout); Ok(()) }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, publish: waits for readers for ever", "insist(|| writer.publish_or_replace(reader_timeout))", "{ let _ = reader_timeout; writer.publish() }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, append: a decision waits for readers for ever", "self.writing.catch_up(&mut writer)?; let (operation, result)", "let (operation, result)", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, append: what was decided is lost", "if let Some(operation) = operation { writer.append(operation); } self", "drop(operation); self", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, append: not published", "self.writing.changed(writer)?; Ok(result)", "drop(writer); Ok(result)", LOOM),
    mutant(CHANGE, "shared handle, update: to catch up waits for readers for ever", "self.writing.catch_up(&mut lock)?; let writer", "let writer", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, update: not published", "self.writing.changed(lock)?; Ok(result)", "drop(lock); Ok(result)", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, update: a writer that is lost or another's is used", "if !lock.is_ours() { return Err(Poisoned); }", "", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, update: a writer that does not come back panics twice", "catch_panic(|| self.lock.restore((self.unwrap)(writer)));", "self.lock.restore((self.unwrap)(writer));", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, update: the writer is lost with a panic", "catch_panic(|| self.lock.restore((self.unwrap)(writer)));", "if !std::thread::panicking() { catch_panic(|| self.lock.restore((self.unwrap)(writer))); }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, policy: each write publishes nothing, too", "Publishing::EachWrite => writer.has_pending_operations(),", "Publishing::EachWrite => true,", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, policy: one write too late", "writer.pending().len() >= count.get()", "writer.pending().len() > count.get()", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, policy: with every write", "Publishing::Interval(_) | Publishing::Manual => false,", "Publishing::Interval(_) | Publishing::Manual => true,", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, policy: given up when readers are in the way", "insist(|| self.writer.make_visible(ticket, self.reader_timeout))", "{ let _ = ticket; Ok(()) }", LOOM),
    mutant(CHANGE, "shared handle, policy: waits for readers for ever", "insist(|| self.writer.make_visible(ticket, self.reader_timeout))", "{ let _ = ticket; self.writer.publish() }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, publish: given up when another has the writer", "Err(PublishError::Stalled(_)) => backoff.take(None),", "Err(PublishError::Stalled(_)) => return Ok(backoff.take(None)),", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, end: what is pending is lost", "catch_panic(|| drop(self.writer.publish_or_replace(self.reader_timeout)));", "", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, end: waits for readers for ever", "catch_panic(|| drop(self.writer.publish_or_replace(self.reader_timeout)));", "catch_panic(|| drop(self.writer.publish()));", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, end: a panic of an operation goes on", "catch_panic(|| drop(self.writer.publish_or_replace(self.reader_timeout)));", "drop(self.writer.publish_or_replace(self.reader_timeout));", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, future: never times out", "Pin::new(&mut reader_timeout).poll(context).map(|()| None)", "{ let _ = Pin::new(&mut reader_timeout).poll(context); Poll::Pending }", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, future: given up when another has the writer", "Err(PublishError::Stalled(_)) => {}", "Err(PublishError::Stalled(_)) => return Ok(()),", SHARED_HANDLE),
    mutant(CHANGE, "shared handle, future: says that it has published when it has timed out", "match writing.writer.publish_or_replace(Duration::ZERO) {", "match Ok::<(), PublishError>(()) {", LOOM),
    mutant(PUBLISHING, "shared handle, timer: does not publish", "{ publish(); if writer.is_poisoned()", "{ if writer.is_poisoned()", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: waits for readers for ever", "catch_panic(|| drop(writer.publish_or_replace(reader_timeout)));", "catch_panic(|| { let _ = reader_timeout; drop(writer.publish()) });", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: ends with the first panic", "catch_panic(|| drop(writer.publish_or_replace(reader_timeout)));", "drop(writer.publish_or_replace(reader_timeout));", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: does not end", "while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {", "while stopped.recv_timeout(interval) != Ok(()) {", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: is not told to end", "drop(self.stop);", "std::mem::forget(self.stop);", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: nobody waits for its end", "let _ = self.thread.join();", "drop(self.thread);", SHARED_HANDLE),
    mutant(PUBLISHING, "shared handle, timer: waits for itself", "if !IS_PUBLISHER.get() {", "if !IS_PUBLISHER.get() || !self.thread.is_finished() {", SHARED_HANDLE),
];
