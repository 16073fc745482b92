//! The floors of `left-right`: what stands on what.

use super::arrows::Crate;
use super::finding::Finding;
use super::source::Source;

/// The floors, the lowest first. A file imports from its own floor and from those below. What stands in a
/// folder is on the floor of its parent, unless it is named; in `raw`, every file is named.
#[rustfmt::skip]
const FLOORS: &[&[&str]] = &[
    // The ground.
    &["absorb", "aliasing", "diagnostics", "doctest", "sync", "unwind"],
    // The protocol.
    &["raw::backoff", "raw::fence", "raw::prefetch", "raw::witness", "raw::word"],
    &["raw::current"],
    &["raw::slot"],
    &["raw::registry"],
    &["raw::grace"],
    &[RAW, "raw::state"],
    &["raw::copies"],
    &["raw::guard"],
    &["raw::lock", "raw::reader", "raw::tls"],
    // The engine.
    &["oplog", "writer"],
    // The handles.
    &["ownership"],
    &["read"],
    &["taken"],
    &["write"],
    &["publishing", "shared_writer"],
    &["request"],
    &["combine"],
    &["shared"],
    &["publish_async"],
    // The roof.
    &[ROOF],
];

const RAW: &str = "raw";
const ROOF: &str = "";

/// What the protocol uses from outside.
const RAW_USES: [&str; 3] = ["diagnostics", "sync", "unwind"];

/// Where a module stands.
fn floor(module: &str) -> Option<usize> {
    let named = |name: &str| FLOORS.iter().position(|names| names.contains(&name));
    let mut name = module;
    loop {
        let is_folder = [RAW, ROOF].contains(&name) && name != module;
        match (named(name).filter(|_| !is_folder), name.rsplit_once("::")) {
            (Some(floor), _) => return Some(floor),
            (None, Some((outer, _))) => name = outer,
            (None, None) => return None,
        }
    }
}

fn is_raw(module: &str) -> bool {
    module == RAW || module.starts_with("raw::")
}

/// Arrows that point upwards, and files without a floor.
pub(super) fn upwards(it: &Crate) -> Vec<Finding> {
    let homeless = it.sources.iter().filter(|it| floor(&it.module).is_none());
    let homeless =
        homeless.map(|it| Finding::new(&it.file, 1, "stands on no floor of the table".into()));
    let mut findings: Vec<Finding> = homeless.collect();
    for arrow in &it.arrows {
        let (from, to) = (it.module_of(&arrow.from), it.module_of(&arrow.to));
        let is_upwards = match (floor(from), floor(to)) {
            (Some(from), Some(to)) => from < to,
            _ => false, // Said above.
        };
        if is_upwards {
            let text = format!("imports `{}` from {}, a floor above", arrow.path, arrow.to);
            findings.push(Finding::new(&arrow.from, arrow.line, text));
        } else if is_raw(from) && !is_raw(to) && !RAW_USES.contains(&to) {
            let text = format!("imports `{}` from {}, outside of raw", arrow.path, arrow.to);
            findings.push(Finding::new(&arrow.from, arrow.line, text));
        }
    }
    findings
}

/// Names in the table that no file has.
pub(super) fn vacant(it: &Crate) -> Vec<Finding> {
    let is_vacant = |name: &&&str| !it.sources.iter().any(|it| it.module == ***name);
    let vacant = FLOORS.iter().copied().flatten().filter(is_vacant);
    let text = |name: &&str| format!("the table names `{name}`, which is no file");
    vacant
        .map(|name| Finding::new("lib.rs", 1, text(name)))
        .collect()
}

/// The protocol knows no operation.
pub(super) fn operations_in_raw(it: &Crate) -> Vec<Finding> {
    let find = |source: &Source| {
        let words = source.words.iter().filter(|(word, _)| word == "Absorb");
        let text = || "knows `Absorb`".to_owned();
        words
            .map(|(_, line)| Finding::new(&source.file, *line, text()))
            .collect::<Vec<_>>()
    };
    let raw = it.sources.iter().filter(|it| is_raw(&it.module));
    raw.flat_map(find).collect()
}

#[cfg(test)]
mod tests;
