//! What `remove` takes: anything that makes a key for the log.

use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// What [`WriteHandle::remove`](crate::WriteHandle::remove) takes for a key of type `K`.
///
/// The log owns its keys, so a removal needs a key of its own. Made from it are
///
/// * a key: itself, and nothing is cloned;
/// * a reference to a key: a clone;
/// * `&str`: a `String`, `Box<str>`, `Rc<str>` or `Arc<str>`;
/// * `&[T]`, or a reference to an array: a `Vec<T>`, `Box<[T]>`, `Rc<[T]>` or `Arc<[T]>`;
/// * `&Path`, `&OsStr` and `&CStr`: the owned type of each.
///
/// Implement it for references to a borrowed type of your own:
///
/// ```
/// use evmap_core::IntoKey;
///
/// #[derive(Clone, PartialEq, Eq, Hash)]
/// struct Host(String, u16);
/// impl IntoKey<Host> for (&str, u16) {
///     fn into_key(self) -> Host {
///         Host(self.0.to_string(), self.1)
///     }
/// }
///
/// let mut writer = evmap_core::WriteHandle::from([(("example.org", 80).into_key(), "up")]);
/// assert!(writer.remove(("example.org", 80)).unpublished().is_empty());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes no key of type `{K}`",
    note = "pass a key or a reference to one, or implement `IntoKey<{K}>` for `{Self}`"
)]
pub trait IntoKey<K> {
    /// The key.
    ///
    /// ```
    /// let key: Box<str> = evmap_core::IntoKey::into_key("a");
    /// assert_eq!(&*key, "a");
    /// ```
    fn into_key(self) -> K;
}

impl<K> IntoKey<K> for K {
    #[inline]
    fn into_key(self) -> K {
        self
    }
}

impl<K: Clone> IntoKey<K> for &K {
    #[inline]
    fn into_key(self) -> K {
        self.clone()
    }
}

macro_rules! unsized_key {
    ($($borrowed:ty => $($key:ty),+;)+) => {$($(
        impl IntoKey<$key> for &$borrowed {
            #[inline]
            fn into_key(self) -> $key {
                self.into()
            }
        }
    )+)+};
}

unsized_key! {
    str => String, Box<str>, Rc<str>, Arc<str>;
    Path => PathBuf;
    OsStr => OsString;
    CStr => CString;
}

macro_rules! slice_key {
    ($($key:ty),+) => {$(
        impl<T: Clone> IntoKey<$key> for &[T] {
            #[inline]
            fn into_key(self) -> $key {
                self.into()
            }
        }

        impl<T: Clone, const N: usize> IntoKey<$key> for &[T; N] {
            #[inline]
            fn into_key(self) -> $key {
                self.as_slice().into()
            }
        }
    )+};
}

slice_key!(Vec<T>, Box<[T]>, Rc<[T]>, Arc<[T]>);
