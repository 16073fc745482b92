//! Errors that a caller did not ask to be told of.

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
