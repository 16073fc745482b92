//! Shows that `evmap` 11, written for `left-right` 0.11, builds on this `left-right` and behaves.
//!
//! The tests are in `tests/`. That evmap really uses our crate is checked by the compiler: the
//! guards of its maps are passed to functions that only ours has.
//!
//! # What the borrow checker promises
//!
//! Each example that must not compile has a twin that does.
//!
//! A guard keeps its handle:
//!
//! ```
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = reader.get_one(&1).unwrap();
//! assert_eq!(*guard, 1);
//! drop(guard);
//! drop(reader);
//! ```
//!
//! ```compile_fail,E0505
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = reader.get_one(&1).unwrap();
//! drop(reader);
//! assert_eq!(*guard, 1);
//! ```
//!
//! A guard that was got through the writer keeps the writer from publishing:
//!
//! ```
//! let (mut writer, _reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = writer.get_one(&1).unwrap();
//! assert_eq!(*guard, 1);
//! drop(guard);
//! writer.publish();
//! ```
//!
//! ```compile_fail,E0502
//! let (mut writer, _reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = writer.get_one(&1).unwrap();
//! writer.publish();
//! assert_eq!(*guard, 1);
//! ```
//!
//! A reader can be sent to another thread, but not shared between threads:
//!
//! ```
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let other = reader.clone();
//! std::thread::spawn(move || assert!(other.contains_key(&1))).join().unwrap();
//! assert!(reader.contains_key(&1));
//! ```
//!
//! ```compile_fail,E0277
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! std::thread::scope(|scope| {
//!     scope.spawn(|| assert!(reader.contains_key(&1)));
//! });
//! assert!(reader.contains_key(&1));
//! ```
//!
//! A guard stays on its thread:
//!
//! ```
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = reader.get_one(&1).unwrap();
//! let value: &u32 = &guard;
//! std::thread::scope(|scope| {
//!     scope.spawn(move || assert_eq!(*value, 1));
//! });
//! ```
//!
//! ```compile_fail,E0277
//! let (mut writer, reader) = evmap::new::<u32, u32>();
//! writer.insert(1, 1).publish();
//! let guard = reader.get_one(&1).unwrap();
//! std::thread::scope(|scope| {
//!     scope.spawn(move || assert_eq!(*guard, 1));
//! });
//! ```
