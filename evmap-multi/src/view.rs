//! What a reader holds: a snapshot that stays as it is until it is refreshed or dropped.

use hashbrown::DefaultHashBuilder;

use crate::snapshot::Snapshot;
use evmap_core::base::view;

/// A reader's [view](view::View) of one published [`Snapshot`]; made by
/// [`ReadHandle::enter`](crate::ReadHandle::enter).
///
/// It dereferences to the snapshot, and has the methods of every [view of kept data](view::View):
/// `version`, `is_published`, `is_newest`, `refresh`. (`view.clone()` clones the snapshot, that is,
/// the whole map; for another view, enter again.) Look-ups through a view touch no shared state:
/// they cost what they cost in a plain `HashMap`.
///
/// # Blocking
///
/// Reading never waits. But while a view from before the last publish is held,
/// [`publish`](crate::WriteHandle::publish) waits for it, and memory is not reclaimed. A thread
/// that publishes twice while it holds a view waits for itself: debug builds panic, release builds
/// wait for ever. [`refresh`](view::View::refresh) a view in a loop, and clone the snapshot to keep
/// a state for long. [`publish_or_replace`](crate::WriteHandle::publish_or_replace) goes on without
/// a view that is never dropped.
///
/// # Threads
///
/// A view stays on its thread: neither it nor a future that holds one across an `.await` is `Send`.
/// It is `Sync` if the snapshot is, so that scoped threads may share it.
///
/// ```
/// let (mut writer, reader) = evmap_multi::new();
/// writer.extend([("x", 1), ("y", 1)]);
/// writer.publish();
///
/// let mut view = reader.enter();
/// writer.extend([("x", 2), ("y", 2)]);
/// writer.publish();
/// assert_eq!((view["x"].len(), view["y"].len()), (1, 1));
/// assert!(view.refresh());
/// assert_eq!((view["x"].len(), view["y"].len()), (2, 2));
/// ```
pub type View<'r, K, V, M = (), S = DefaultHashBuilder> = view::View<'r, Snapshot<K, V, M, S>>;
