//! The order of operations from several threads: the order in which they took the lock.
//!
//! The lock is held for a push or a swap, never while anybody waits and never while user code
//! runs (invariant 8).

#![forbid(unsafe_code)]

use std::mem;

use crate::{
    diagnostics::Poisoned,
    sync::{Mutex, lock},
    unwind::catch_panic,
};

/// Operations that threads have appended and no writer has taken over yet.
#[derive(Debug)]
pub(crate) struct Queue<O> {
    state: Mutex<State<O>>,
}

#[derive(Debug)]
struct State<O> {
    operations: Vec<O>,
    /// How many tickets were given out. Wraps around.
    tickets: Ticket,
    is_poisoned: bool,
}

/// Says when an operation was appended. A later one has a greater ticket, modulo the word.
pub(crate) type Ticket = usize;

impl<O> Queue<O> {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                operations: Vec::new(),
                tickets: 0,
                is_poisoned: false,
            }),
        }
    }

    /// Appends an operation and returns its ticket.
    pub(crate) fn push(&self, operation: O) -> Result<Ticket, Poisoned> {
        let mut state = lock(&self.state);
        if state.is_poisoned {
            // The operation's drop is user code, so not under the lock.
            drop(state);
            return Err(Poisoned);
        }
        state.operations.push(operation);
        Ok(state.next_ticket())
    }

    /// Appends operations next to each other, and returns the last ticket.
    pub(crate) fn extend(&self, mut operations: Vec<O>) -> Result<Ticket, Poisoned> {
        let mut state = lock(&self.state);
        if state.is_poisoned {
            drop(state);
            return Err(Poisoned);
        }
        state.operations.append(&mut operations);
        Ok(state.next_ticket())
    }

    /// The ticket of the last operation.
    pub(crate) fn last_ticket(&self) -> Result<Ticket, Poisoned> {
        let state = lock(&self.state);
        if state.is_poisoned {
            return Err(Poisoned);
        }
        Ok(state.tickets)
    }

    /// Moves the operations into `empty`, and returns the ticket of the last of them.
    pub(crate) fn take(&self, empty: &mut Vec<O>) -> Ticket {
        let mut state = lock(&self.state);
        mem::swap(&mut state.operations, empty);
        state.tickets
    }

    /// As [`take`](Self::take), and draws a ticket for changes that do not come through the queue.
    pub(crate) fn take_and_draw(&self, empty: &mut Vec<O>) -> Ticket {
        let mut state = lock(&self.state);
        mem::swap(&mut state.operations, empty);
        state.next_ticket()
    }

    /// Refuses operations from now on.
    pub(crate) fn poison(&self) {
        let mut state = lock(&self.state);
        state.is_poisoned = true;
        let lost = mem::take(&mut state.operations);
        // User code drops them: not under the lock, and perhaps while a panic unwinds.
        drop(state);
        lost.into_iter()
            .for_each(|operation| catch_panic(|| drop(operation)));
    }

    pub(crate) fn is_poisoned(&self) -> bool {
        lock(&self.state).is_poisoned
    }
}

impl<O> State<O> {
    fn next_ticket(&mut self) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        self.tickets
    }
}
