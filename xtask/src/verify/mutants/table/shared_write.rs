//! Writers that share one order of operations, and publishes.

use super::super::Mutant;
use super::{SHARED_WRITE, equivalent, mutant};

const HANDLE: &str = "write/shared.rs";
const GROUP: &str = "write/group.rs";
const LOCKED: &str = "write/exclusive.rs";
const QUEUE: &str = "write/queue.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    equivalent(LOCKED, "shared writer, visible: stored Relaxed", "self.shared.visible.store(self.upto, Ordering::Release);", "self.shared.visible.store(self.upto, Ordering::Relaxed);", "the heavy fence of the swap lies before the store, and that of an enter after the load: invariant 3 orders them as well"),
    equivalent(GROUP, "shared writer, visible: loaded Relaxed", "let visible = self.visible.load(Ordering::Acquire);", "let visible = self.visible.load(Ordering::Relaxed);", "as for the store"),
    mutant(LOCKED, "shared writer, visible: also what is pending", "} else if !self.has_pending_operations() {", "} else {", SHARED_WRITE),
    mutant(LOCKED, "shared writer, visible: never", "self.shared.visible.store(self.upto, Ordering::Release);", "", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: changes are not counted", "Self::new(shared, locked, Queue::take_and_draw)", "Self::new(shared, locked, Queue::take)", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: its owner is not noted", "shared.owner.store(thread_number(), Ordering::Relaxed);", "let _ = thread_number();", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: its owner stays", "self.shared.owner.store(0, Ordering::Relaxed);", "", SHARED_WRITE),
    mutant(GROUP, "shared writer, lock: taken twice by one thread", "cfg!(loom) || owner != thread_number(),", "cfg!(loom) || owner != 0,", SHARED_WRITE),
    mutant(LOCKED, "shared writer, poison: other writers do not learn of it", "self.shared.queue.poison();", "", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: the writer is not asked", "self.has_writer() && !self.writer().is_poisoned()", "self.has_writer()", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: a writer of another pair is taken for this one's", "writer.is_some_and(|writer| writer.core_id() == self.id)", "writer.is_some()", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: forgotten when the writer is shared", "queue.poison();", "", SHARED_WRITE),
    mutant(GROUP, "shared writer, take over: the operations are lost", "writer.extend(self.taken.drain(..));", "self.taken.clear(); let _ = writer;", SHARED_WRITE),
    mutant(GROUP, "shared writer, take over: their memory is kept", "if self.taken.capacity() > SMALL {", "if self.taken.capacity() == usize::MAX {", SHARED_WRITE),
    mutant(HANDLE, "shared writer, apply: not published", "writer.publish_briefly(); writer.upto()", "writer.upto().wrapping_sub(1)", SHARED_WRITE),
    mutant(HANDLE, "shared writer, publish: nobody asks for guards of this thread", "fn publish_upto(&self, ticket: Ticket) -> Result<(), Poisoned> { self.reader.assert_not_inside();", "fn publish_upto(&self, ticket: Ticket) -> Result<(), Poisoned> {", SHARED_WRITE),
    mutant(GROUP, "shared writer, publish: somebody who waits under the lock", "writer.publish_briefly() { Attempt::Done", "writer.try_publish() || { writer.publish(); true } { Attempt::Done", SHARED_WRITE),
    mutant(GROUP, "shared writer, end: what was appended is lost", "swallow(|| locked.take_over());", "swallow(|| locked.taken.clear());", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: no ticket", "self.tickets = self.tickets.wrapping_add(1);", "", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: what is appended together is taken apart", "state.operations.append(&mut operations);", "state.operations.extend(operations.drain(..1)); drop(state); std::thread::yield_now(); let mut state = lock(&self.state); state.operations.append(&mut operations);", SHARED_WRITE),
];
