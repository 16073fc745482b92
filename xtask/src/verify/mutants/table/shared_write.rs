//! Writers that share one order of operations, and publishes.

use super::super::Mutant;
use super::{ASYNCHRONOUS, KEPT_SHARED, LOOM, SHARED_WRITE, UNIT, equivalent, mutant};

const HANDLE: &str = "shared_write.rs";
const GROUP: &str = "group.rs";
const LOCKED: &str = "group.rs";
const QUEUE: &str = "queue.rs";
const FUTURE: &str = "publish_async.rs";

#[rustfmt::skip]
pub(super) const MUTANTS: &[Mutant] = &[
    equivalent(LOCKED, "shared writer, visible: stored Relaxed", "self.shared.visible.store(self.upto, Ordering::Release);", "self.shared.visible.store(self.upto, Ordering::Relaxed);", "the heavy fence of the swap lies before the store, and that of an enter after the load: invariant 3 orders them as well"),
    equivalent(GROUP, "shared writer, visible: loaded Relaxed", "let visible = self.visible.load(Ordering::Acquire);", "let visible = self.visible.load(Ordering::Relaxed);", "as for the store"),
    mutant(LOCKED, "shared writer, visible: also what is pending", "} else if !self.has_pending_operations() {", "} else {", SHARED_WRITE),
    mutant(LOCKED, "shared writer, visible: never", "self.shared.visible.store(self.upto, Ordering::Release);", "", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: changes are not counted", "Self::new(shared, locked, Queue::take_and_draw)", "Self::new(shared, locked, Queue::take)", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: its owner is not noted", "shared.owner.store(thread_number(), Ordering::Relaxed);", "let _ = thread_number();", SHARED_WRITE),
    mutant(LOCKED, "shared writer, lock: its owner stays", "self.shared.owner.store(0, Ordering::Relaxed);", "", SHARED_WRITE),
    mutant("sync.rs", "numbers: used again when they have run out", "(last < MOST_NUMBERS).then_some(last + 1)", "Some(last.wrapping_add(1))", UNIT),
    mutant("sync.rs", "numbers: a thread without one is taken for another", "number != 0 && number == thread_number()", "number == 0 || number == thread_number()", UNIT),
    mutant(LOCKED, "shared writer, change: publishes what is poisoned", "if !self.shared.is_wanted() && !self.is_poisoned() {", "if !self.shared.is_wanted() {", KEPT_SHARED),
    mutant(GROUP, "shared writer, lock: taken twice by one thread", "!is_this_thread(owner),", "owner != 0 || is_this_thread(owner),", SHARED_WRITE),
    mutant(LOCKED, "shared writer, poison: other writers do not learn of it", "self.shared.queue.poison();", "", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: the writer is not asked", "self.has_writer() && !self.writer().is_poisoned()", "self.has_writer()", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: a writer of another pair is taken for this one's", "writer.is_some_and(|writer| writer.core_id() == self.id)", "writer.is_some()", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: forgotten when the writer is shared", "if writer.is_poisoned() { queue.poison(); }", "", SHARED_WRITE),
    mutant(GROUP, "shared writer, take over: the operations are lost", "writer.extend(DropEach(self.taken.drain(..)));", "self.taken.clear(); let _ = writer;", SHARED_WRITE),
    mutant(GROUP, "shared writer, take over: their memory is kept", "if self.taken.capacity() > SMALL {", "if self.taken.capacity() == usize::MAX {", UNIT),
    mutant(HANDLE, "shared writer, apply: not published", "writer.publish_briefly(); writer.upto()", "writer.upto().wrapping_sub(1)", SHARED_WRITE),
    mutant(HANDLE, "shared writer, publish: nobody asks for guards of this thread", "fn publish_upto(&self, ticket: Ticket) -> Result<(), Poisoned> { self.reader.assert_inactive();", "fn publish_upto(&self, ticket: Ticket) -> Result<(), Poisoned> {", SHARED_WRITE),
    mutant(GROUP, "shared writer, publish: somebody who waits under the lock", "writer.publish_briefly() { Attempt::Done", "writer.try_publish() || { writer.publish(); true } { Attempt::Done", SHARED_WRITE),
    mutant(GROUP, "shared writer, end: what was appended is lost", "catch_panic(|| locked.take_over());", "drop(DropEach(locked.taken.drain(..)));", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: no ticket", "self.tickets = self.tickets.wrapping_add(1);", "", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: what is appended together is taken apart", "state.operations.append(&mut operations);", "state.operations.extend(operations.drain(..1)); drop(state); std::thread::yield_now(); let mut state = lock(&self.state); state.operations.append(&mut operations);", SHARED_WRITE),
    mutant(HANDLE, "shared writer, made: what was pending is nothing to publish", "drop(shared.lock()); shared", "shared", SHARED_WRITE),
    mutant(HANDLE, "shared writer, apply: appended by a thread that is told that it holds a guard", "fn apply(&self, operation: O) -> Result<(), Poisoned> { self.reader.assert_inactive();", "fn apply(&self, operation: O) -> Result<(), Poisoned> {", SHARED_WRITE),
    mutant(HANDLE, "shared writer, update: nobody asks for guards of this thread", "self.reader.assert_inactive(); let mut writer = self.lock()?;", "let mut writer = self.lock()?;", SHARED_WRITE),
    mutant(HANDLE, "shared writer, update: not published", "self.publish_upto(ticket)?; Ok(result)", "let _ = ticket; Ok(result)", SHARED_WRITE),
    mutant(HANDLE, "shared writer, timeout: never", "if left == Some(Duration::ZERO) {", "if left == Some(Duration::MAX) {", SHARED_WRITE),
    mutant(HANDLE, "shared writer, timeout: nothing is replaced", "if writer.publish_briefly() || replace(&mut writer) {", "let _ = &replace; if writer.publish_briefly() {", SHARED_WRITE),
    mutant(GROUP, "shared writer, attempt: needs the lock for what is visible", "fn attempt(&self, ticket: Ticket) -> Result<Attempt, Poisoned> { if self.is_visible(ticket) { return Ok(Attempt::Done); }", "fn attempt(&self, ticket: Ticket) -> Result<Attempt, Poisoned> {", ASYNCHRONOUS),
    mutant(GROUP, "shared writer, attempt: publishes what another has published while it waited", "ticket: Ticket, ) -> Result<Attempt, Poisoned> { if self.is_visible(ticket) { return Ok(Attempt::Done); }", "ticket: Ticket, ) -> Result<Attempt, Poisoned> { let _ = ticket;", SHARED_WRITE),
    mutant(GROUP, "shared writer, visible: also the next ticket", "visible.wrapping_sub(ticket) <= Ticket::MAX / 2", "visible.wrapping_sub(ticket).wrapping_add(1) <= Ticket::MAX / 2", SHARED_WRITE),
    mutant(GROUP, "shared writer, visible: only the very ticket", "visible.wrapping_sub(ticket) <= Ticket::MAX / 2", "visible == ticket", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: does not stop changes", "if !locked.is_sound() { return Err(Poisoned); } Ok(WriteGuard::to_change(self, locked))", "Ok(WriteGuard::to_change(self, locked))", SHARED_WRITE),
    mutant(GROUP, "shared writer, poison: does not stop a publish that waits", "if !locked.is_sound() { return Err(Poisoned); } Ok(WriteGuard::to_publish(self, locked))", "Ok(WriteGuard::to_publish(self, locked))", SHARED_WRITE),
    mutant(GROUP, "shared writer, end: nobody asks whether the writer is there", "if !locked.has_writer() { return None; } self.queue.take", "self.queue.take", KEPT_SHARED),
    mutant(GROUP, "shared writer, end: the queue is lost", "self.queue.take(&mut locked.taken); if", "if", SHARED_WRITE),
    mutant(GROUP, "shared writer, end: a panic of what is absorbed goes on", "catch_panic(|| locked.take_over());", "locked.take_over();", SHARED_WRITE),
    mutant(GROUP, "shared writer, end: only the writer's own drop", "drop((self.on_drop)(self));", "", SHARED_WRITE),
    equivalent(GROUP, "shared writer, release: a publish for each", "self.waiting.load(Ordering::Relaxed) != 0", "false", "more publishes: what is left to others is published by this call, too, if they do not"),
    equivalent(LOCKED, "shared writer, release: no publish", "if !self.shared.is_wanted() && !self.is_poisoned() { self.publish_briefly(); }", "let _ = Writing::<T, O>::is_wanted;", "what is to be visible is published by the caller, with the ticket that it gets"),
    mutant(LOCKED, "shared writer, release: a ticket that is visible already", "self.publish_briefly(); } self.upto }", "self.publish_briefly(); } self.upto.wrapping_sub(1) }", LOOM),
    mutant(LOCKED, "shared writer, take over: not at all", "guard.locked.take_over(); guard.upto = upto;", "guard.upto = upto;", SHARED_WRITE),
    mutant(LOCKED, "shared writer, visible: nothing new", "guard.locked.take_over(); guard.upto = upto;", "guard.locked.take_over(); let _ = upto;", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: the ticket is read after the operations were taken", "mem::swap(&mut state.operations, empty); state.tickets }", "mem::swap(&mut state.operations, empty); drop(state); lock(&self.state).tickets }", LOOM),
    mutant(QUEUE, "shared writer, queue: the ticket is drawn after the operations were taken", "mem::swap(&mut state.operations, empty); state.next_ticket() }", "mem::swap(&mut state.operations, empty); drop(state); lock(&self.state).next_ticket() }", LOOM),
    mutant(QUEUE, "shared writer, queue: appends to a poisoned pair", "let mut state = lock(&self.state); if state.is_poisoned { drop(state); return Err(Poisoned); } state.operations.push(operation);", "let mut state = lock(&self.state); state.operations.push(operation);", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: appends several to a poisoned pair", "let mut state = lock(&self.state); if state.is_poisoned { drop(state); return Err(Poisoned); } state.operations.append(&mut operations);", "let mut state = lock(&self.state); state.operations.append(&mut operations);", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: a publish of a poisoned pair has nothing to do", "if state.is_poisoned { return Err(Poisoned); } Ok(state.tickets)", "Ok(state.tickets)", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: a drop of what is lost panics out of it", "lost.into_iter() .for_each(|operation| catch_panic(|| drop(operation)));", "catch_panic(|| ()); drop(lost);", SHARED_WRITE),
    mutant(QUEUE, "shared writer, queue: what is lost is dropped under the lock", "let lost = mem::take(&mut state.operations); drop(state);", "let lost = mem::take(&mut state.operations);", SHARED_WRITE),
    mutant(FUTURE, "future, wakes: not at once", "self.polls += 1; context.waker().wake_by_ref(); return;", "self.polls += 1; return;", LOOM),
    mutant(FUTURE, "future, wakes: not after a pause", "if Pin::new(&mut delay).poll(context).is_ready() {", "let _ = Pin::new(&mut delay); if self.polls == 0 {", LOOM),
    mutant(FUTURE, "future, wakes: not if the pause is over before it began", "is_ready() { context.waker().wake_by_ref(); }", "is_ready() {}", LOOM),
    mutant(FUTURE, "future: goes on when the pair is poisoned", "if self.writer.is_poisoned() { return Poll::Ready(Err(Poisoned)); }", "let _ = Poisoned;", ASYNCHRONOUS),
    mutant(FUTURE, "future: does not say that it has published", "if self.writer.try_publish() { return Poll::Ready(Ok(())); }", "self.writer.try_publish();", LOOM),
    mutant(FUTURE, "shared future: done although another has the writer", "if let Attempt::Done = self.shared.attempt(self.ticket?)? {", "if let Attempt::Done | Attempt::Locked = self.shared.attempt(self.ticket?)? {", LOOM),
    mutant(FUTURE, "shared future: done although readers are in the way", "if let Attempt::Done = self.shared.attempt(self.ticket?)? {", "if let Attempt::Done | Attempt::Stalled = self.shared.attempt(self.ticket?)? {", LOOM),
    mutant(FUTURE, "shared future: waits for what was appended since", "self.shared.attempt(self.ticket?)?", "self.shared.attempt(self.shared.last_ticket()?)?", ASYNCHRONOUS),
    mutant(FUTURE, "shared future: done before what was appended last is visible", "ticket: self.last_ticket(),", "ticket: self.last_ticket().map(|ticket| ticket.wrapping_sub(1)),", LOOM),
];
