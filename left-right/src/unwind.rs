//! Panics of user code that must not leave a drop of ours.

#![forbid(unsafe_code)]

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Runs `user_code`, and keeps a panic of it from going on.
///
/// The panic hook has reported it. The drop of the payload is user code, too: if that panics as well, what it says is
/// leaked.
pub(crate) fn catch_panic(user_code: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(user_code)) {
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            mem::forget(again);
        }
    }
}

/// Drops what nobody has taken of the user's values one by one, so that no panic leaves that: this thread may be
/// unwinding from one already, and a second one would abort.
pub(crate) struct DropEach<I: Iterator>(pub(crate) I);

impl<I: Iterator> Iterator for DropEach<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<I: Iterator> Drop for DropEach<I> {
    fn drop(&mut self) {
        self.0
            .by_ref()
            .for_each(|value| catch_panic(|| drop(value)));
    }
}
