//! Loading a map with everything at once.

use std::time::{Duration, Instant};

use evmap_core::{Builder, ReadHandle, WriteHandle};
use hashbrown::HashMap;

use crate::check;
use crate::error::Mismatch;
use crate::hasher::CommonHasher;
use crate::keys::KeySet;
use crate::value::value;

/// How long a map takes for what the name says, with these keys. The map is verified afterwards.
pub type Load = fn(&KeySet<u64>) -> Result<Duration, Mismatch>;

type Writer = WriteHandle<u64, u64, (), CommonHasher>;
type Reader = ReadHandle<u64, u64, (), CommonHasher>;
type Plain = HashMap<u64, u64, CommonHasher>;

/// The entries of a load.
pub fn entries(keys: &KeySet<u64>, generation: u64) -> impl Iterator<Item = (u64, u64)> {
    let values = (0..keys.len()).map(move |index| value(index, generation));
    keys.keys().iter().copied().zip(values)
}

/// Runs something and gives its time.
fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let since = Instant::now();
    let result = run();
    (result, since.elapsed())
}

fn empty(keys: &KeySet<u64>) -> (Writer, Reader) {
    Builder::new()
        .capacity(keys.len())
        .hasher(CommonHasher::default())
        .build()
}

fn check_core(reader: &Reader, keys: &KeySet<u64>, generation: u64) -> Result<(), Mismatch> {
    let view = reader.enter();
    check::values(keys, generation, view.len(), |key| view.get(key).copied())
}

fn check_plain(map: &Plain, keys: &KeySet<u64>, generation: u64) -> Result<(), Mismatch> {
    check::values(keys, generation, map.len(), |key| map.get(key).copied())
}

/// Entry by entry, with one publish at the end.
fn insert(writer: &mut Writer, entries: &[(u64, u64)]) {
    for &(key, value) in entries {
        writer.insert(key, value);
    }
    writer.publish();
}

fn insert_plain(map: &mut Plain, entries: &[(u64, u64)]) {
    for &(key, value) in entries {
        map.insert(key, value);
    }
}

/// `evmap-core`, made and loaded so.
fn core(
    keys: &KeySet<u64>,
    load: impl FnOnce(&[(u64, u64)]) -> (Writer, Reader),
) -> Result<((Writer, Reader), Duration), Mismatch> {
    let entries: Vec<_> = entries(keys, 0).collect();
    let (map, took) = timed(|| load(&entries));
    check_core(&map.1, keys, 0)?;
    Ok((map, took))
}

fn loaded(keys: &KeySet<u64>) -> Result<((Writer, Reader), Duration), Mismatch> {
    core(keys, |entries| {
        let (mut writer, reader) = empty(keys);
        insert(&mut writer, entries);
        (writer, reader)
    })
}

/// `evmap-core`, entry by entry, with one publish at the end.
///
/// # Errors
///
/// A [`Mismatch`] if an entry is not there, as for all loads.
pub fn core_insert(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    Ok(loaded(keys)?.1)
}

/// `evmap-core`, the publish after that one, which brings the other copy up to date.
///
/// # Errors
///
/// See [`core_insert`].
pub fn core_second_publish(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let ((mut writer, reader), _) = loaded(keys)?;
    let ((), took) = timed(|| {
        writer.publish();
    });
    check_core(&reader, keys, 0)?;
    Ok(took)
}

/// `evmap-core`, cleared and loaded again, entry by entry, after both copies were loaded.
///
/// # Errors
///
/// See [`core_insert`].
pub fn core_reload(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let ((mut writer, reader), _) = loaded(keys)?;
    writer.publish();
    let again: Vec<_> = entries(keys, 1).collect();
    let ((), took) = timed(|| {
        writer.clear();
        insert(&mut writer, &again);
    });
    check_core(&reader, keys, 1)?;
    Ok(took)
}

/// `evmap-core`, all entries in one call, with one publish.
///
/// # Errors
///
/// See [`core_insert`].
pub fn core_extend(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let (_map, took) = core(keys, |entries| {
        let (mut writer, reader) = empty(keys);
        writer.extend(entries.iter().copied());
        writer.publish();
        (writer, reader)
    })?;
    Ok(took)
}

/// `evmap-core`, filled before anyone has a handle, and published.
///
/// # Errors
///
/// See [`core_insert`].
pub fn core_build_from(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let (_map, took) = core(keys, |entries| {
        Builder::new()
            .capacity(keys.len())
            .hasher(CommonHasher::default())
            .build_from(entries.iter().copied())
    })?;
    Ok(took)
}

fn plain(
    keys: &KeySet<u64>,
    load: impl FnOnce(&mut Plain, &[(u64, u64)]),
) -> Result<(Plain, Duration), Mismatch> {
    let entries: Vec<_> = entries(keys, 0).collect();
    let (map, took) = timed(|| {
        let mut map = Plain::with_capacity_and_hasher(keys.len(), CommonHasher::default());
        load(&mut map, &entries);
        map
    });
    check_plain(&map, keys, 0)?;
    Ok((map, took))
}

/// Plain `hashbrown`, entry by entry.
///
/// # Errors
///
/// See [`core_insert`].
pub fn plain_insert(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    Ok(plain(keys, insert_plain)?.1)
}

/// Plain `hashbrown`, cleared and loaded again.
///
/// # Errors
///
/// See [`core_insert`].
pub fn plain_reload(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let (mut map, _) = plain(keys, insert_plain)?;
    let again: Vec<_> = entries(keys, 1).collect();
    let ((), took) = timed(|| {
        map.clear();
        insert_plain(&mut map, &again);
    });
    check_plain(&map, keys, 1)?;
    Ok(took)
}

/// Plain `hashbrown`, all entries in one call.
///
/// # Errors
///
/// See [`core_insert`].
pub fn plain_extend(keys: &KeySet<u64>) -> Result<Duration, Mismatch> {
    let load = |map: &mut Plain, entries: &[(u64, u64)]| map.extend(entries.iter().copied());
    Ok(plain(keys, load)?.1)
}
