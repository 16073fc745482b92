//! Errors of calls that panic instead of returning them.

use std::fmt;

/// What was asked for, or a panic with the text of the error.
#[inline]
#[track_caller]
pub fn sound<R, E: fmt::Display>(result: Result<R, E>) -> R {
    match result {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    }
}
