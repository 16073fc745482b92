//! What tells loom of accesses that it does not see: those to a thread's request, and to what a lock guards.

/// Something that one thread after the other uses: loom fails a model in which two uses are not ordered. Else nothing.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    #[cfg(loom)]
    cell: loom::cell::UnsafeCell<()>,
}

// SAFETY: there is nothing in it to read or to write.
#[cfg(loom)]
unsafe impl Sync for Witness {}

impl Witness {
    /// This thread uses it now.
    #[inline(always)]
    pub(crate) fn is_used(&self) {
        #[cfg(loom)]
        self.cell.with_mut(|_| ());
    }
}
