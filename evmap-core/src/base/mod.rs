//! What the handles of both maps do without knowing an entry.

pub mod view;
