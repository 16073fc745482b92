//! Panics of user code that must not leave a drop of ours.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `user_code`, and keeps a panic of it from going on.
///
/// The panic hook has reported it. The payload is leaked: its drop is user code, too.
pub(crate) fn swallow(user_code: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(user_code)) {
        mem::forget(payload);
    }
}
