//! Asking for cache lines early.

/// Asks for the first cache line of `value`, to be written soon. A hint: does nothing but on x86-64.
///
/// For [`Absorb::prefetch`](crate::Absorb::prefetch).
///
/// ```
/// left_right::prefetch_write(&[0; 16]);
/// ```
#[inline]
pub fn prefetch_write<T: ?Sized>(value: &T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: a prefetch reads and writes nothing, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_ET0>(std::ptr::from_ref(value).cast());
    }
    let _ = value;
}
