//! Handles on demand, for threads that share something `Sync`.

use std::fmt;

use super::ReadHandle;
use crate::{copies::Shared, sync::Arc};

/// Makes [`ReadHandle`]s; can be shared between threads.
///
/// # Examples
///
/// ```
/// # #[derive(Clone, Default)] struct Count(u32);
/// # impl left_right::Absorb<u32> for Count {
/// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
/// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
/// # }
/// let (mut writer, reader) = left_right::new::<Count, u32>();
/// writer.append(1).publish();
/// let factory = reader.factory();
/// std::thread::scope(|scope| {
///     for _ in 0..2 {
///         scope.spawn(|| assert_eq!(factory.handle().enter().unwrap().0, 1));
///     }
/// });
/// ```
///
/// Its handles read on whichever thread made them, so it is `Send` and `Sync` only for data that
/// may be read from several threads:
///
/// ```compile_fail
/// fn is_send<T: Send>() {}
/// is_send::<left_right::ReadHandleFactory<std::cell::Cell<u32>>>();
/// ```
///
/// ```compile_fail
/// fn is_sync<T: Sync>() {}
/// is_sync::<left_right::ReadHandleFactory<std::cell::Cell<u32>>>();
/// ```
///
/// ```
/// fn is_send_and_sync<T: Send + Sync>() {}
/// is_send_and_sync::<left_right::ReadHandleFactory<u32>>();
/// ```
pub struct ReadHandleFactory<T> {
    shared: Arc<Shared<T>>,
}

impl<T> ReadHandleFactory<T> {
    pub(super) fn new(shared: &Arc<Shared<T>>) -> Self {
        let shared = Arc::clone(shared);
        Self { shared }
    }

    /// Makes a handle. Never waits for the writer or for readers.
    ///
    /// ```
    /// # #[derive(Clone, Default)] struct Count(u32);
    /// # impl left_right::Absorb<u32> for Count {
    /// #     fn absorb_first(&mut self, n: &mut u32, _: &Self) { self.0 += *n; }
    /// #     fn sync_with(&mut self, first: &Self) { self.0 = first.0; }
    /// # }
    /// let (mut writer, reader) = left_right::new::<Count, u32>();
    /// let factory = reader.factory();
    /// writer.append(1).publish();
    /// std::thread::spawn(move || assert_eq!(factory.handle().enter().unwrap().0, 1)).join().unwrap();
    /// ```
    pub fn handle(&self) -> ReadHandle<T> {
        ReadHandle::new(&self.shared)
    }
}

impl<T> Clone for ReadHandleFactory<T> {
    fn clone(&self) -> Self {
        Self::new(&self.shared)
    }
}

impl<T> fmt::Debug for ReadHandleFactory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandleFactory").finish_non_exhaustive()
    }
}
