//! When changes become visible, and the thread that publishes at an interval.

#![forbid(unsafe_code)]

use std::{
    cell::Cell,
    num::NonZeroUsize,
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// When the changes made through a [`SharedHandle`](crate::SharedHandle) become visible to readers.
///
/// ```
/// use left_right::doctest::Count;
/// use std::{num::NonZeroUsize, time::Duration};
/// use left_right::Publishing;
/// let (writer, _) = left_right::new_owned::<Count, u32>(Count(0));
/// let with_every_other = Publishing::EveryN(NonZeroUsize::new(2).unwrap());
/// let count = writer.into_shared(with_every_other, Duration::from_secs(1));
/// for visible in [0, 2, 2, 4] {
///     count.write(1)?;
///     assert_eq!(count.enter().0, visible);
/// }
/// # Ok::<(), left_right::Poisoned>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Publishing {
    /// Before the call that changes something returns. Calls at the same time share a publish.
    #[default]
    EachWrite,
    /// Once so many changes are pending, and with [`SharedHandle::publish`](crate::SharedHandle::publish).
    EveryN(NonZeroUsize),
    /// At this interval, by a thread of the structure's own, and with
    /// [`SharedHandle::publish`](crate::SharedHandle::publish). The thread ends with the last handle, which waits
    /// for it unless it goes on such a thread. An interval of less than a millisecond is taken for one.
    Interval(Duration),
    /// With [`SharedHandle::publish`](crate::SharedHandle::publish) only.
    Manual,
}

thread_local! {
    /// Whether this thread is a structure's own.
    static IS_PUBLISHER: Cell<bool> = const { Cell::new(false) };
}

/// Publishes at an interval until it is ended.
pub(crate) struct Timer {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

/// The shortest interval: without a pause the thread would take a core for itself.
const SHORTEST: Duration = Duration::from_millis(1);

impl Timer {
    /// Calls `publish` at this interval, for as long as it returns `true`, and once more when it is
    /// ended.
    pub(crate) fn start(
        interval: Duration,
        mut publish: impl FnMut() -> bool + Send + 'static,
    ) -> Self {
        let (stop, stopped) = mpsc::channel::<()>();
        let interval = interval.max(SHORTEST);
        let work = move || {
            IS_PUBLISHER.set(true);
            let end = loop {
                match stopped.recv_timeout(interval) {
                    Err(RecvTimeoutError::Timeout) if publish() => {}
                    end => break end,
                }
            };
            if end == Err(RecvTimeoutError::Disconnected) {
                // The last handle may have gone on this thread, with what others have written since.
                publish();
            }
        };
        let thread = thread::Builder::new().name("left-right publisher".to_owned());
        Self {
            stop,
            thread: thread.spawn(work).expect("a thread can be started"),
        }
    }

    /// Whether this thread is that of a structure.
    pub(crate) fn is_this_thread() -> bool {
        IS_PUBLISHER.get()
    }

    /// Ends the thread without another call.
    pub(crate) fn cancel(self) {
        // It may have ended by itself.
        let _ = self.stop.send(());
        self.end();
    }

    /// Ends the thread, and waits until it has gone.
    pub(crate) fn end(self) {
        drop(self.stop);
        // Such a thread may itself drop the last handle, with a value that it removes: its own structure's, or that
        // of another one, whose thread does the same with its own.
        if !Self::is_this_thread() {
            // A panic of an operation was reported, and the structure is poisoned.
            let _ = self.thread.join();
        }
    }
}
