//! Loading a map with everything at once.

use std::time::Instant;

use evmap_core::{Builder, ReadHandle, WriteHandle};
use hashbrown::HashMap;

use crate::check;
use crate::error::Mismatch;
use crate::hasher::CommonHasher;
use crate::keys::KeySet;
use crate::value::value;

/// A map's load, the load after a clear, and the second publish after the first load, as far as there
/// are such: nanoseconds per entry. The entries of the two loads differ in their values.
pub(super) type Load = fn(&KeySet<u64>, &[Vec<(u64, u64)>; 2]) -> Result<Vec<f64>, Mismatch>;

/// Places of the three times.
pub(super) const FIRST: usize = 0;
pub(super) const RELOAD: usize = 1;
pub(super) const SECOND: usize = 2;

type Entries = [Vec<(u64, u64)>; 2];
type Samples = Result<Vec<f64>, Mismatch>;

type Writer = WriteHandle<u64, u64, (), CommonHasher>;
type Reader = ReadHandle<u64, u64, (), CommonHasher>;
type Plain = HashMap<u64, u64, CommonHasher>;

/// The entries of a load.
pub(super) fn entries(keys: &KeySet<u64>, generation: u64) -> Vec<(u64, u64)> {
    let indices = 0..keys.len();
    let values = indices.map(|index| value(index, generation));
    keys.keys().iter().copied().zip(values).collect()
}

/// Runs something and gives its time per entry.
fn timed<T>(keys: &KeySet<u64>, run: impl FnOnce() -> T) -> (T, f64) {
    let since = Instant::now();
    let result = run();
    let nanoseconds = since.elapsed().as_nanos() as f64;
    (result, nanoseconds / keys.len() as f64)
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

/// `evmap-core`, entry by entry, with one publish at the end.
pub(super) fn core_insert(keys: &KeySet<u64>, [entries, again]: &Entries) -> Samples {
    fn insert(writer: &mut Writer, entries: &[(u64, u64)]) {
        for &(key, value) in entries {
            writer.insert(key, value);
        }
        writer.publish();
    }
    let ((mut writer, reader), load) = timed(keys, || {
        let (mut writer, reader) = empty(keys);
        insert(&mut writer, entries);
        (writer, reader)
    });
    check_core(&reader, keys, 0)?;
    let ((), second) = timed(keys, || {
        writer.publish();
    });
    check_core(&reader, keys, 0)?;
    let ((), reload) = timed(keys, || {
        writer.clear();
        insert(&mut writer, again);
    });
    check_core(&reader, keys, 1)?;
    Ok(vec![load, reload, second])
}

/// `evmap-core`, all entries in one call, with one publish.
pub(super) fn core_extend(keys: &KeySet<u64>, [entries, _]: &Entries) -> Samples {
    let ((_writer, reader), load) = timed(keys, || {
        let (mut writer, reader) = empty(keys);
        writer.extend(entries.iter().copied());
        writer.publish();
        (writer, reader)
    });
    check_core(&reader, keys, 0)?;
    Ok(vec![load])
}

/// `evmap-core`, filled before anyone has a handle, and published.
pub(super) fn core_build_from(keys: &KeySet<u64>, [entries, _]: &Entries) -> Samples {
    let ((_writer, reader), load) = timed(keys, || {
        Builder::new()
            .capacity(keys.len())
            .hasher(CommonHasher::default())
            .build_from(entries.iter().copied())
    });
    check_core(&reader, keys, 0)?;
    Ok(vec![load])
}

/// Plain `hashbrown`, entry by entry.
pub(super) fn plain_insert(keys: &KeySet<u64>, [entries, again]: &Entries) -> Samples {
    fn insert(map: &mut Plain, entries: &[(u64, u64)]) {
        for &(key, value) in entries {
            map.insert(key, value);
        }
    }
    let (mut map, load) = timed(keys, || {
        let mut map = Plain::with_capacity_and_hasher(keys.len(), CommonHasher::default());
        insert(&mut map, entries);
        map
    });
    check_plain(&map, keys, 0)?;
    let ((), reload) = timed(keys, || {
        map.clear();
        insert(&mut map, again);
    });
    check_plain(&map, keys, 1)?;
    Ok(vec![load, reload])
}

/// Plain `hashbrown`, all entries in one call.
pub(super) fn plain_extend(keys: &KeySet<u64>, [entries, _]: &Entries) -> Samples {
    let (map, load) = timed(keys, || {
        let mut map = Plain::with_capacity_and_hasher(keys.len(), CommonHasher::default());
        map.extend(entries.iter().copied());
        map
    });
    check_plain(&map, keys, 0)?;
    Ok(vec![load])
}
