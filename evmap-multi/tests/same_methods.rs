//! Both maps' handles offer the same: what the one has and the other has not stands here.
//!
//! Goes by the text of the sources, where every method is written out; so nobody has to remember to
//! list a new one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Those whose methods and traits count.
const HANDLES: [&str; 6] = [
    "Builder",
    "ReadHandle",
    "ReadHandleFactory",
    "SharedMap",
    "View",
    "WriteHandle",
];

/// What only `evmap-core` has, since a key has one value there.
const ONE_VALUE: &[&str] = &[
    "ReadHandle::get_cloned",
    "ReadHandle::get_many_cloned",
    "SharedMap::checked_remove",
    "SharedMap::get_cloned",
    "SharedMap::get_many_cloned",
    "SharedMap::get_or_insert_with",
    "SharedMap::remove",
    "SharedMap::retain_mut",
    "SharedMap::update_or_insert",
    "WriteHandle::get_or_insert_with",
    "WriteHandle::insert_and_get",
    "WriteHandle::remove",
    "WriteHandle::retain_mut",
    "WriteHandle::shrink_to_fit",
    "WriteHandle::update_or_insert",
];

/// What only `evmap-multi` has, since a key has a bag there.
const BAGS: &[&str] = &[
    "Builder::build_from_bags",
    "ReadHandle::contains_value",
    "ReadHandle::get_one",
    "ReadHandle::get_one_cloned",
    "SharedMap::checked_remove_entry",
    "SharedMap::checked_remove_value",
    "SharedMap::contains_value",
    "SharedMap::get_one",
    "SharedMap::get_one_cloned",
    "SharedMap::purge",
    "SharedMap::remove_and_get",
    "SharedMap::remove_entry",
    "SharedMap::remove_value",
    "SharedMap::retain_entries",
    "WriteHandle::empty_random",
    "WriteHandle::fit",
    "WriteHandle::fit_all",
    "WriteHandle::purge",
    "WriteHandle::remove_value",
    "WriteHandle::reserve_keys",
    "WriteHandle::retain_entries",
    "WriteHandle::try_reserve_keys",
];

/// What both have, but with another signature.
const OTHERWISE: &[&str] = &[
    "SharedMap::checked_insert",
    "SharedMap::clear",
    "SharedMap::insert",
    "SharedMap::retain",
    "SharedMap::update",
    "WriteHandle::clear",
    "WriteHandle::remove_entry",
    "WriteHandle::reserve",
    "WriteHandle::retain",
    "WriteHandle::try_reserve",
    "WriteHandle::update",
];

#[test]
fn handles_of_both_maps_offer_the_same() {
    let one_value = offered("../evmap-core/src");
    let bags = offered("src");
    let (both, only): (Vec<_>, Vec<_>) = (one_value.iter()).partition(|it| bags.contains_key(it.0));
    // Else the text is not what this reads.
    assert!(both.len() > 80, "{both:?}");
    let only: Vec<_> = only.iter().map(|it| it.0).collect();
    assert_eq!(only, ONE_VALUE);
    let only = bags.keys().filter(|it| !one_value.contains_key(*it));
    assert_eq!(only.collect::<Vec<_>>(), BAGS);
    let otherwise = both.iter().filter(|it| bags[it.0] != *it.1);
    assert_eq!(otherwise.map(|it| it.0).collect::<Vec<_>>(), OTHERWISE);
}

/// The public functions, and the methods and traits of the handles, with their signatures.
fn offered(src: &str) -> BTreeMap<String, String> {
    let mut offered = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(src);
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "rs") {
            read(&fs::read_to_string(path).unwrap(), &mut offered);
        }
    }
    offered
}

fn read(text: &str, offered: &mut BTreeMap<String, String>) {
    // Of the `impl` block in which the text is.
    let mut handle = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let rest = text[at..].trim_start_matches(' ');
        at += line.len();
        if rest.starts_with("impl") {
            let header = signature(rest);
            let of = header.rsplit(" for ").next().unwrap_or_default();
            handle = HANDLES.into_iter().find(|name| is(of, name));
            if handle.is_some() && header.contains(" for ") {
                offered.insert(header, String::new());
            }
        } else if let (true, Some((_, function))) =
            (rest.starts_with("pub "), line.split_once("fn "))
        {
            let name = function.split(['<', '(']).next().unwrap_or_default();
            let name = match handle {
                _ if !line.starts_with(' ') => name.to_string(),
                Some(handle) => format!("{handle}::{name}"),
                None => continue,
            };
            offered.insert(name, signature(rest));
        }
    }
}

/// Whether the header of an `impl` block is for the type of that name, with generics or without.
fn is(header: &str, name: &str) -> bool {
    let of = match header.strip_prefix("impl") {
        Some(generics) => generics.split_once("> ").map_or(generics, |it| it.1),
        None => header,
    };
    let rest = of.trim_start().strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('<'))
}

/// Without bounds and body, on one line, where a bag counts as a value.
fn signature(text: &str) -> String {
    let words: Vec<_> = (text.split_whitespace())
        .take_while(|word| !["where", "{"].contains(word))
        .collect();
    let line = words.join(" ").replace("( ", "(").replace(", )", ")");
    let line = line.replace("Bag<V, S>", "V").replace("Vec<V>", "V");
    let line = line.replace(": ?Sized + Hash + Equivalent<K>", "");
    line.replace("pairs:", "entries:")
}
