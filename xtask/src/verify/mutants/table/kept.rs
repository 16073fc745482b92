//! A structure that threads share, and when its changes become visible.

use super::super::mutant::{KEPT_SHARED, LOOM, Mutant, mutant};

const SHARED: &str = "shared.rs";
const CHANGE: &str = "shared.rs";
const PUBLISHING: &str = "publishing.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    mutant(SHARED, "kept, timer: none", "Some(Timer::start(interval, writer.clone(), patience))", "{ let _ = (interval, Timer::start::<T, O>); None }", KEPT_SHARED),
    mutant(CHANGE, "kept, change: nobody asks for views of this thread", "self.reader.assert_inactive(); self.writing.writer.lock()", "self.writing.writer.lock()", KEPT_SHARED),
    mutant(CHANGE, "kept, publish: nobody asks for views of this thread", "self.reader.assert_inactive(); publish(", "publish(", KEPT_SHARED),
    mutant(CHANGE, "kept, publish: not at all", "insist(|| writer.publish_or_replace(patience))", "{ let _ = (writer, patience); Ok(()) }", KEPT_SHARED),
    mutant(CHANGE, "kept, publish: waits for readers for ever", "insist(|| writer.publish_or_replace(patience))", "{ let _ = patience; writer.publish() }", KEPT_SHARED),
    mutant(CHANGE, "kept, append: a decision waits for readers for ever", "self.writing.catch_up(&mut writer)?; let (operation, result)", "let (operation, result)", KEPT_SHARED),
    mutant(CHANGE, "kept, append: what was decided is lost", "if let Some(operation) = operation { writer.append(operation); } self", "drop(operation); self", KEPT_SHARED),
    mutant(CHANGE, "kept, append: not published", "self.writing.changed(writer)?; Ok(result)", "drop(writer); Ok(result)", LOOM),
    mutant(CHANGE, "kept, update: a look waits for readers for ever", "self.writing.catch_up(&mut lock)?; let writer", "let writer", KEPT_SHARED),
    mutant(CHANGE, "kept, update: not published", "self.writing.changed(lock)?; Ok(result)", "drop(lock); Ok(result)", KEPT_SHARED),
    mutant(CHANGE, "kept, update: a writer that is lost or another's is used", "if !lock.is_ours() { return Err(Poisoned); }", "", KEPT_SHARED),
    mutant(CHANGE, "kept, update: a writer that does not come back panics twice", "catch_panic(|| self.lock.restore((self.unwrap)(writer)));", "self.lock.restore((self.unwrap)(writer));", KEPT_SHARED),
    mutant(CHANGE, "kept, update: the writer is lost with a panic", "catch_panic(|| self.lock.restore((self.unwrap)(writer)));", "if !std::thread::panicking() { catch_panic(|| self.lock.restore((self.unwrap)(writer))); }", KEPT_SHARED),
    mutant(CHANGE, "kept, policy: each write publishes nothing, too", "Publishing::EachWrite => writer.has_pending_operations(),", "Publishing::EachWrite => true,", KEPT_SHARED),
    mutant(CHANGE, "kept, policy: one write too late", "writer.pending().len() >= count.get()", "writer.pending().len() > count.get()", KEPT_SHARED),
    mutant(CHANGE, "kept, policy: with every write", "Publishing::Interval(_) | Publishing::ByHand => false,", "Publishing::Interval(_) | Publishing::ByHand => true,", KEPT_SHARED),
    mutant(CHANGE, "kept, policy: given up when readers are in the way", "insist(|| self.writer.make_visible(ticket, self.patience))", "{ let _ = ticket; Ok(()) }", LOOM),
    mutant(CHANGE, "kept, policy: waits for readers for ever", "insist(|| self.writer.make_visible(ticket, self.patience))", "{ let _ = ticket; self.writer.publish() }", KEPT_SHARED),
    mutant(CHANGE, "kept, publish: given up when another has the writer", "Err(PublishError::Stalled(_)) => backoff.take(None),", "Err(PublishError::Stalled(_)) => return Ok(backoff.take(None)),", KEPT_SHARED),
    mutant(CHANGE, "kept, end: what is pending is lost", "catch_panic(|| drop(self.writer.publish_or_replace(self.patience)));", "", KEPT_SHARED),
    mutant(CHANGE, "kept, end: waits for readers for ever", "catch_panic(|| drop(self.writer.publish_or_replace(self.patience)));", "catch_panic(|| drop(self.writer.publish()));", KEPT_SHARED),
    mutant(CHANGE, "kept, end: a panic of an operation goes on", "catch_panic(|| drop(self.writer.publish_or_replace(self.patience)));", "drop(self.writer.publish_or_replace(self.patience));", KEPT_SHARED),
    mutant(CHANGE, "kept, future: never loses its patience", "Pin::new(&mut patience).poll(context).map(|()| None)", "{ let _ = Pin::new(&mut patience).poll(context); Poll::Pending }", KEPT_SHARED),
    mutant(CHANGE, "kept, future: given up when another has the writer", "Err(PublishError::Stalled(_)) => {}", "Err(PublishError::Stalled(_)) => return Ok(()),", KEPT_SHARED),
    mutant(CHANGE, "kept, future: says that it has published when it has lost its patience", "match writing.writer.publish_or_replace(Duration::ZERO) {", "match Ok::<(), PublishError>(()) {", LOOM),
    mutant(PUBLISHING, "kept, timer: does not publish", "{ publish(); if writer.is_poisoned()", "{ if writer.is_poisoned()", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: waits for readers for ever", "catch_panic(|| drop(writer.publish_or_replace(patience)));", "catch_panic(|| { let _ = patience; drop(writer.publish()) });", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: ends with the first panic", "catch_panic(|| drop(writer.publish_or_replace(patience)));", "drop(writer.publish_or_replace(patience));", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: does not end", "while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {", "while stopped.recv_timeout(interval) != Ok(()) {", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: is not told to end", "drop(self.stop);", "std::mem::forget(self.stop);", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: nobody waits for its end", "let _ = self.thread.join();", "drop(self.thread);", KEPT_SHARED),
    mutant(PUBLISHING, "kept, timer: waits for itself", "if !IS_PUBLISHER.get() {", "if !IS_PUBLISHER.get() || !self.thread.is_finished() {", KEPT_SHARED),
];
