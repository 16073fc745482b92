//! Readers that keep the data: handles whose reads cannot fail.
//!
//! A [`ReadHandle`](crate::ReadHandle) says `None` once the writer has taken the data away. Of a
//! structure that is [`Independent`](crate::Independent) the writer can leave the last published
//! copy to the readers instead, and then nobody who reads has to ask: [`kept::new`](new) makes such
//! a pair, and its readers enter into a [`View`], not into an `Option`.
//!
//! What it costs: the data lives until the last reader goes, and it must be `Send`, since that
//! reader, on whatever thread, drops it.
//!
//! # Example
//!
//! ```
//! use left_right::{Absorb, Independent, kept};
//!
//! #[derive(Clone, Default)]
//! struct Names(Vec<String>);
//!
//! impl Absorb<String> for Names {
//!     fn absorb_first(&mut self, name: &mut String, _: &Self) {
//!         self.0.push(name.clone());
//!     }
//!
//!     fn sync_with(&mut self, first: &Self) {
//!         self.0.clone_from(&first.0);
//!     }
//! }
//!
//! impl Independent for Names {}
//!
//! let (mut writer, reader) = kept::new::<Names, String>(Names::default());
//! writer.append("Ada".to_string()).publish();
//! drop(writer);
//! assert_eq!(reader.enter().0, ["Ada"]);
//! ```

mod publishing;
mod read;
mod reference;
mod shared;
mod view;
mod write;

pub use publishing::Publishing;
pub use read::{ReadHandle, ReadHandleFactory};
pub use reference::Ref;
pub use shared::SharedHandle;
pub use view::View;
pub use write::{WriteHandle, new};

use crate::ReadGuard;

/// Enters a handle of a pair that lets its readers keep the data.
#[inline]
fn enter<T>(handle: &crate::ReadHandle<T>) -> ReadGuard<'_, T> {
    // `new` calls `freeze_on_drop` before anyone has a handle, so the data outlives the writer.
    handle
        .enter()
        .expect("readers keep the last published state when the writer goes")
}
