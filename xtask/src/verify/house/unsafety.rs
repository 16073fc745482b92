//! Where unsafe code may stand.

use super::arrows::Crate;
use super::finding::Finding;
use super::source::{Source, folder_of};

/// Functions that are unsafe to call and do nothing unsafe, in files that are not marked.
const SIGNATURES: &[(&str, &str)] = &[("taken.rs", "into_box")];

/// Unsafe code in a file that is not marked, files that are neither marked nor forbid it, and marks without a
/// cause.
pub(super) fn outside_of_marked_files(it: &Crate) -> Vec<Finding> {
    let marked = |source: &&Source| {
        let mut declarations = it.modules.declarations.iter();
        declarations.any(|it| it.module == source.module && it.allows_unsafe)
    };
    let marked: Vec<&Source> = it.sources.iter().filter(marked).collect();
    let forbidding: Vec<&Source> = it.sources.iter().filter(|it| forbids(it)).collect();
    let mut findings = Vec::new();
    for source in &it.sources {
        let is = |other: &&Source| other.file == source.file;
        if marked.iter().any(is) {
            if unsafe_code(source, &[]).is_empty() {
                let text = "is marked, and has no unsafe code".to_owned();
                findings.push(Finding::new(&source.file, 1, text));
            }
            continue;
        }
        let is_around = |other: &&Source| source.file.starts_with(&folder_of(&other.file));
        // A parent's `forbid` holds for its children, so a parent of marked files cannot say it.
        let is_forbidden = forbidding.iter().any(|it| is(it) || is_around(it));
        let has_marked = marked
            .iter()
            .any(|it| it.file.starts_with(&folder_of(&source.file)));
        let signatures: Vec<&str> = SIGNATURES
            .iter()
            .filter(|(file, _)| it.name == "left-right" && *file == source.file)
            .map(|(_, name)| *name)
            .collect();
        if !is_forbidden && !has_marked && signatures.is_empty() {
            let text = "is not marked, and does not say `#![forbid(unsafe_code)]`".to_owned();
            findings.push(Finding::new(&source.file, 1, text));
        }
        for line in unsafe_code(source, &signatures) {
            let text = "unsafe code in a file that is not marked".to_owned();
            findings.push(Finding::new(&source.file, line, text));
        }
    }
    findings
}

fn forbids(source: &Source) -> bool {
    let forbids = |meta: &syn::Meta| matches!(meta, syn::Meta::List(list) if list.path.is_ident("forbid") && list.tokens.to_string().contains("unsafe_code"));
    source.syntax.attrs.iter().any(|it| forbids(&it.meta))
}

/// The lines of the word, but for these signatures.
fn unsafe_code(source: &Source, signatures: &[&str]) -> Vec<usize> {
    let words = &source.words;
    let word = |at: usize| words.get(at).map_or("", |(word, _)| word.as_str());
    let is_unsafe = |at: &usize| word(*at) == "unsafe";
    let is_signature = |at: &usize| word(*at + 1) == "fn" && signatures.contains(&word(*at + 2));
    (0..words.len())
        .filter(|at| is_unsafe(at) && !is_signature(at))
        .map(|at| words[at].1)
        .collect()
}

#[cfg(test)]
mod tests;
