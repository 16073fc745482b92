//! A counter of calls into user code that panics at one of them.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Once,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// What a burnt fuse panics with: the name of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Burnt(pub(crate) &'static str);

/// At which calls to panic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At {
    Never,
    /// At this call only.
    Once(usize),
    /// At this call and all that follow, except while the thread unwinds already.
    FromThenOn(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Fuse {
    calls: Arc<AtomicUsize>,
    at: At,
}

impl Fuse {
    pub(crate) fn new(at: At) -> Self {
        static QUIET: Once = Once::new();
        QUIET.call_once(|| {
            let usual = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !info.payload().is::<Burnt>() {
                    usual(info);
                }
            }));
        });
        Self {
            calls: Arc::default(),
            at,
        }
    }

    /// A call into user code.
    pub(crate) fn burn(&self, call: &'static str) {
        let count = self.calls.fetch_add(1, Ordering::SeqCst);
        let burns = match self.at {
            At::Never => false,
            At::Once(at) => count == at,
            At::FromThenOn(at) => count >= at && !thread::panicking(),
        };
        if burns {
            panic::panic_any(Burnt(call));
        }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

/// How a call ended.
#[derive(Debug)]
pub(crate) enum Outcome<T> {
    Returned(T),
    /// The fuse burnt.
    Burnt(&'static str),
    /// A panic of left-right's own, with its message.
    Refused(String),
}

impl<T> Outcome<T> {
    pub(crate) fn of(f: impl FnOnce() -> T) -> Self {
        match panic::catch_unwind(AssertUnwindSafe(f)) {
            Ok(value) => Self::Returned(value),
            Err(payload) => Self::from_payload(&*payload),
        }
    }

    fn from_payload(payload: &(dyn Any + Send)) -> Self {
        if let Some(Burnt(call)) = payload.downcast_ref() {
            Self::Burnt(call)
        } else if let Some(message) = payload.downcast_ref::<String>() {
            Self::Refused(message.clone())
        } else if let Some(message) = payload.downcast_ref::<&str>() {
            Self::Refused((*message).to_owned())
        } else {
            Self::Refused("a panic without a message".to_owned())
        }
    }
}
