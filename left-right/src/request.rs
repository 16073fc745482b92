//! A write that another thread may carry out: what is asked for, and what has become of it.

#![forbid(unsafe_code)]

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use crate::{
    absorb::Absorb,
    diagnostics::Poisoned,
    shared_writer::SharedWriter,
    unwind::catch_panic,
    writer::{Prepared, Writer},
};

/// One write. It stays with its thread, which drops whatever is left in it.
pub(crate) struct Request<O, A> {
    /// Until it is applied.
    operation: Option<O>,
    answer: Option<A>,
    /// What its own user code panicked with.
    panic: Option<Box<dyn Any + Send>>,
    /// Whether it has taken effect.
    is_done: bool,
}

const ASKED: &str = "a request is carried out once";
const BLIND: &str = "only writes that do not look are appended";

impl<O, A> Request<O, A> {
    #[inline]
    pub(crate) fn new(operation: O) -> Self {
        Self {
            operation: Some(operation),
            answer: None,
            panic: None,
            is_done: false,
        }
    }

    /// What is still to be applied.
    pub(crate) fn operation(&self) -> Option<&O> {
        self.operation.as_ref()
    }

    /// Applies it to the copy that is published next, unless an operation has panicked before. A panic of this one is kept
    /// for its thread.
    #[inline]
    pub(crate) fn apply<T: Absorb<O>, D, W>(&mut self, prepared: &mut Prepared<'_, T, O>)
    where
        W: SharedWriter<T, O, D, A>,
    {
        if prepared.is_poisoned() {
            return;
        }
        self.catch(|this| {
            let operation = this.operation.as_ref().expect(ASKED);
            let (answer, changes) = W::answer(prepared.stale(), operation);
            this.answer = Some(answer);
            if changes {
                prepared.append(this.operation.take().expect(ASKED));
            }
        });
    }

    /// Appends it without a look at the state.
    pub(crate) fn append<T: Absorb<O>, D, W>(&mut self, writer: &mut Writer<T, O>)
    where
        W: SharedWriter<T, O, D, A>,
    {
        if writer.is_poisoned() {
            return;
        }
        self.catch(|this| {
            let operation = this.operation.take().expect(ASKED);
            this.answer = Some(W::BLIND.expect(BLIND));
            writer.append(operation);
        });
    }

    #[inline]
    fn catch(&mut self, user_code: impl FnOnce(&mut Self)) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| user_code(self))) {
            self.panic = Some(payload);
        }
    }

    /// Says whether what was applied has taken effect.
    #[inline]
    pub(crate) fn conclude(&mut self, is_done: bool) {
        self.is_done = is_done;
    }

    /// What the write returns, on its own thread.
    ///
    /// # Panics
    ///
    /// With what its user code panicked with.
    #[inline]
    pub(crate) fn into_answer(mut self) -> Result<A, Poisoned> {
        if let Some(payload) = self.panic.take() {
            // A drop that panics, too, would abort.
            catch_panic(|| drop(self));
            resume_unwind(payload);
        }
        match self.answer.take() {
            Some(answer) if self.is_done => Ok(answer),
            _ => Err(Poisoned),
        }
    }
}

impl<O, A> Drop for Request<O, A> {
    #[inline]
    fn drop(&mut self) {
        // A write that panics leaves its request behind, and a second panic would abort.
        if thread::panicking() {
            let (operation, answer) = (self.operation.take(), self.answer.take());
            catch_panic(|| drop(operation));
            catch_panic(|| drop(answer));
        }
    }
}
