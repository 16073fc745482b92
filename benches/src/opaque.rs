//! `Debug` for maps, which have nothing to show but their contents.

macro_rules! opaque {
    ($($map:ident<$parameter:ident: $bound:ident>),*) => {$(
        impl<$parameter: $bound> std::fmt::Debug for $map<$parameter> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($map)).finish_non_exhaustive()
            }
        }
    )*};
}
