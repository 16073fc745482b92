//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
mod content;
mod each_call;
mod hashing;
mod liars;
mod panickers;
mod shared_each_call;

evmap_core::map_under_test!(Multi, evmap_multi);
