//! How a call ended that may run code of the user's that panics.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

/// What code of the user's panics with: the name of the call.
#[derive(Clone, Copy, Debug)]
struct Burnt(&'static str);

/// Panics as code of the user's, without the panic hook, which would fill the output of a test.
pub(super) fn burn(call: &'static str) -> ! {
    panic::resume_unwind(Box::new(Burnt(call)))
}

/// How a call ended.
#[derive(Debug)]
pub enum Outcome<T> {
    Returned(T),
    /// With a panic of the user's code, in this call of it.
    Burnt(&'static str),
    /// With a panic of the map's own, with its message.
    Refused(String),
}

impl<T> Outcome<T> {
    pub fn of(work: impl FnOnce() -> T) -> Self {
        match panic::catch_unwind(AssertUnwindSafe(work)) {
            Ok(value) => Self::Returned(value),
            Err(payload) => match payload.downcast_ref() {
                Some(Burnt(call)) => Self::Burnt(call),
                None => Self::Refused(message(&*payload).to_owned()),
            },
        }
    }
}

/// What a panic says.
pub fn message(payload: &(dyn Any + Send)) -> &str {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
