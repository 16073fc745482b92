//! What an import names, and circles of imports.

use std::collections::{BTreeMap, VecDeque};

use super::arrows::{Arrow, Crate};
use super::finding::Finding;
use super::source::folder_of;

/// Files that stand for their folders: what the files below offer is imported from them.
#[rustfmt::skip]
const FRONTS: &[(&str, &str)] = &[
    ("left-right", "raw/fence.rs"),
    ("evmap-multi", "bag.rs"),
    ("benches", "peers.rs"),
    ("benches", "workload.rs"),
];

/// Imports of what another file imports, which may be to offer it.
pub(super) fn re_exports(it: &Crate) -> Vec<Finding> {
    let find = |arrow: &Arrow| {
        let through = arrow.through.as_ref()?;
        let is_front = FRONTS.contains(&(it.name, through));
        if is_front && arrow.to.starts_with(&folder_of(through)) {
            return None;
        }
        let author = match arrow.to == *through {
            true => "another crate has it".to_owned(),
            false => format!("{} has it", arrow.to),
        };
        let text = format!("`{}` goes through {through}: {author}", arrow.path);
        Some(Finding::new(&arrow.from, arrow.line, text))
    };
    it.arrows.iter().filter_map(find).collect()
}

/// All pairs of files that import each other, and of longer circles those that are the shortest of their
/// first files: at least one wherever there is any.
pub(super) fn circles(it: &Crate) -> Vec<Finding> {
    let mut from: BTreeMap<&str, Vec<&Arrow>> = BTreeMap::new();
    for arrow in it.arrows.iter().filter(|it| it.from != it.to) {
        from.entry(&arrow.from).or_default().push(arrow);
    }
    let mut circles: Vec<Vec<&Arrow>> = Vec::new();
    for (file, arrows) in &from {
        for there in arrows.iter().filter(|it| it.to.as_str() > *file) {
            let mut back = from.get(there.to.as_str()).into_iter().flatten();
            circles.extend(
                back.find(|it| it.to == *file)
                    .map(|back| vec![*there, *back]),
            );
        }
        let shortest = shortest_circle(file, &from).filter(|it| it.len() > 2);
        circles.extend(shortest.filter(|it| it.iter().all(|it| it.from.as_str() >= *file)));
    }
    let step = |it: &&Arrow| format!("{}:{} \u{2192} ", it.from, it.line);
    let finding = |circle: Vec<&Arrow>| {
        let first = circle[0];
        let others: String = circle.iter().skip(1).map(step).collect();
        let text = format!("\u{2192} {others}{}", first.from);
        Finding::new(&first.from, first.line, text)
    };
    circles.into_iter().map(finding).collect()
}

/// From the file back to itself.
fn shortest_circle<'a>(
    file: &str,
    from: &BTreeMap<&str, Vec<&'a Arrow>>,
) -> Option<Vec<&'a Arrow>> {
    let mut reached: BTreeMap<&str, &Arrow> = BTreeMap::new();
    let mut next = VecDeque::from([file]);
    while let Some(here) = next.pop_front() {
        for arrow in from.get(here).into_iter().flatten() {
            if !reached.contains_key(arrow.to.as_str()) {
                reached.insert(&arrow.to, arrow);
                next.push_back(&arrow.to);
            }
        }
    }
    let mut circle = vec![*reached.get(file)?];
    while circle[circle.len() - 1].from != file {
        circle.push(reached[circle[circle.len() - 1].from.as_str()]);
    }
    circle.reverse();
    Some(circle)
}

#[cfg(test)]
mod tests;
