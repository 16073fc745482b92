//! What a reader holds: a snapshot that stays as it is until it is refreshed or dropped.

use crate::base::view;
use hashbrown::DefaultHashBuilder;

use crate::snapshot::Snapshot;

/// A reader's view of one published state; made by [`ReadHandle::enter`](crate::ReadHandle::enter).
///
/// It dereferences to a [`Snapshot`], which has the look-ups and iterators. Look-ups through a view
/// touch no shared state: they cost what they cost in a plain `HashMap`. Its own methods are those
/// of every [view of kept data](view::View): `version`, `is_published`, `is_newest`, `refresh`.
/// (`view.clone()` clones the [`Snapshot`], that is, the whole map; for another view, enter again.)
///
/// # Blocking
///
/// Reading never waits. But the writer needs the copy that an *old* view is in: while a view from
/// before the last publish is held, [`publish`](crate::WriteHandle::publish) waits for it. A thread
/// that publishes twice while it holds a view waits for itself: debug builds panic, release builds
/// wait for ever. Hold a view as long as a task needs a consistent state,
/// [`refresh`](view::View::refresh) it in a loop, and [clone the snapshot](Snapshot) to keep a
/// state for long. For a view that is leaked the next publish but one waits until its handle is
/// dropped; [`try_publish`](crate::WriteHandle::try_publish) and
/// [`publish_timeout`](crate::WriteHandle::publish_timeout) report it,
/// [`publish_or_replace`](crate::WriteHandle::publish_or_replace) goes on without that copy.
///
/// # Threads
///
/// A view stays on its thread: neither it nor a future that holds one across an `.await` is `Send`.
/// It is `Sync` if the snapshot is, so that scoped threads may share it.
///
/// # Memory ordering
///
/// What the writer's thread did before a publish happened before every read through a view of that
/// publish.
///
/// ```
/// let (mut writer, reader) = evmap_core::new();
/// writer.extend([("x", 1), ("y", 1)]);
/// writer.publish();
///
/// let mut view = reader.enter();
/// writer.extend([("x", 2), ("y", 2)]);
/// writer.publish();
/// assert_eq!((view["x"], view["y"]), (1, 1));
/// assert!(view.refresh());
/// assert_eq!((view["x"], view["y"]), (2, 2));
/// ```
pub type View<'r, K, V, M = (), S = DefaultHashBuilder> = view::View<'r, Snapshot<K, V, M, S>>;
