//! Methods that both maps have and that know nothing of tables, written once.

mod builder;
mod reader;
mod shared;
mod writer;
