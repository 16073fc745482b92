//! Input that no one means to give: what happens then, as documented, and that readers never
//! notice.

mod capacity;
mod content;
#[path = "../../../evmap-core/tests/odd_input/each_call.rs"]
mod each_call;
mod hashing;
mod liars;
mod methods;
mod panickers;
mod shared_each_call;
#[path = "../../../evmap-core/tests/odd_input/sharing.rs"]
mod sharing;
