//! The ways of a read and of a write, in `CONTRIBUTING.md`: every function that they name exists.
//!
//! A way is a section with that heading. Each item of its lists starts with a file and a function of it:
//!
//! ```text
//! 1. `left-right/src/read.rs` `ReadHandle::enter`: whatever there is to say
//! ```

use std::path::Path;

use syn::visit::{self, Visit};
use syn::{ImplItemFn, ItemFn, ItemImpl, ItemTrait, TraitItemFn};

use super::finding::Finding;
use super::shape::type_name;
use super::source::Source;

const WAYS: [&str; 2] = ["The way of a read", "The way of a write"];

/// The file that has the ways, in the workspace.
pub(super) const FILE: &str = "CONTRIBUTING.md";

pub(super) const SAYS: &str = "the ways of a read and of a write name functions that exist";
pub(super) const INSTEAD: &str = "items as ``1. `left-right/src/read.rs` `ReadHandle::enter`: \u{2026}``, each of a function that is there";

/// What is wrong with the ways in this text; `read` gives a file of the workspace.
pub(super) fn broken(text: &str, read: impl Fn(&str) -> Option<String>) -> Vec<Finding> {
    let finding = |(line, error)| Finding::new(FILE, line, error);
    let ways = WAYS.iter().flat_map(|way| match items(text, way) {
        None => vec![(1, format!("has no section \u{201c}{way}\u{201d}"))],
        Some((line, items)) if items.is_empty() => {
            vec![(line, format!("\u{201c}{way}\u{201d} has no list"))]
        }
        Some((_, items)) => {
            let error = |(line, item)| Some((line, check(item, &read).err()?));
            items.into_iter().filter_map(error).collect()
        }
    });
    ways.map(finding).collect()
}

/// Reads a file of the workspace.
pub(super) fn reader(root: &Path) -> impl Fn(&str) -> Option<String> + '_ {
    |file| std::fs::read_to_string(root.join(file)).ok()
}

/// The items of the lists of a section, with their lines, and the line of its heading.
fn items<'t>(text: &'t str, heading: &str) -> Option<(usize, Vec<(usize, &'t str)>)> {
    let lines = || text.lines().zip(1..);
    let title = |line: &'t str| line.trim_start_matches('#').trim();
    let level = |line: &str| line.len() - line.trim_start_matches('#').len();
    let (first, start) = lines().find(|(line, _)| level(line) > 0 && title(line) == heading)?;
    let is_within = |line: &str| level(line) == 0 || level(line) > level(first);
    let section = lines().skip(start).take_while(|(line, _)| is_within(line));
    let items = section.filter_map(|(line, number)| Some((number, item(line)?)));
    Some((start, items.collect()))
}

/// What follows `1. `, `- ` or `* `.
fn item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let digits = line.trim_start_matches(|it: char| it.is_ascii_digit());
    let bullet = || line.strip_prefix("- ").or_else(|| line.strip_prefix("* "));
    match digits.len() < line.len() {
        true => digits.strip_prefix(". "),
        false => bullet(),
    }
}

/// Whether the function of this item exists.
fn check(item: &str, read: impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let (file, function) = named(item).ok_or_else(|| {
        format!(
            "\u{201c}{item}\u{201d} does not start with `` `path/of/file.rs` `Type::function` ``"
        )
    })?;
    let text = read(file).ok_or_else(|| format!("there is no file {file}"))?;
    let mut functions = Functions::default();
    functions.visit_file(&Source::parse(file, &text)?.syntax);
    match functions.names.iter().any(|it| it == function) {
        true => Ok(()),
        false => Err(format!("{file} has no function `{function}`")),
    }
}

/// The file and the function at the start of an item.
fn named(item: &str) -> Option<(&str, &str)> {
    let (file, rest) = item.strip_prefix('`')?.split_once('`')?;
    let (function, _) = rest.trim_start().strip_prefix('`')?.split_once('`')?;
    let function = function.strip_suffix("()").unwrap_or(function);
    file.ends_with(".rs").then_some((file, function))
}

/// The functions of a file: `name`, or `Type::name` within an `impl` or a trait.
#[derive(Default)]
struct Functions {
    names: Vec<String>,
    owner: Option<String>,
}

impl Functions {
    fn add(&mut self, name: &syn::Ident) {
        self.names.push(match &self.owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name.to_string(),
        });
    }
}

impl Visit<'_> for Functions {
    fn visit_item_fn(&mut self, item: &ItemFn) {
        let owner = self.owner.take();
        self.add(&item.sig.ident);
        visit::visit_item_fn(self, item);
        self.owner = owner;
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        self.owner = type_name(&item.self_ty);
        visit::visit_item_impl(self, item);
        self.owner = None;
    }

    fn visit_item_trait(&mut self, item: &ItemTrait) {
        self.owner = Some(item.ident.to_string());
        visit::visit_item_trait(self, item);
        self.owner = None;
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        self.add(&item.sig.ident);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &TraitItemFn) {
        self.add(&item.sig.ident);
        visit::visit_trait_item_fn(self, item);
    }
}

#[cfg(test)]
mod tests;
