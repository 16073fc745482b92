//! What stands where within the files: conversions, bounds, tests.

use syn::visit::{self, Visit};
use syn::{
    GenericParam, Generics, Ident, Item, ItemImpl, ItemMod, Meta, Type, TypeParamBound,
    WherePredicate,
};

use super::arrows::Crate;
use super::finding::Finding;
use super::source::{Source, line_of};

/// Conversions, and the file that has what they make.
const CONVERSIONS: [&str; 2] = ["into_shared", "build_shared"];
const SHARED: &str = "shared.rs";

/// Conversions away from what they make.
pub(super) fn stray_conversions(it: &Crate) -> Vec<Finding> {
    let find = |source: &Source| {
        let name = source.file.rsplit('/').next().unwrap_or_default();
        let is_stray = |pair: &&[(String, usize)]| {
            pair[0].0 == "fn" && CONVERSIONS.contains(&&*pair[1].0) && name != SHARED
        };
        let finding = |pair: &[(String, usize)]| {
            let text = format!("`{}` makes what stands in {SHARED}", pair[1].0);
            Finding::new(&source.file, pair[1].1, text)
        };
        let pairs = source.words.windows(2).filter(is_stray);
        pairs.map(finding).collect::<Vec<_>>()
    };
    it.sources.iter().flat_map(find).collect()
}

/// Bounds on the definitions of types that have no `Drop` in the same file.
pub(super) fn bounds(it: &Crate) -> Vec<Finding> {
    let find = |source: &Source| {
        let mut types = Types::default();
        types.visit_file(&source.syntax);
        let has_drop = |name: &String| types.dropped.contains(name);
        let bounded = types.bounded.iter().filter(|(name, _)| !has_drop(name));
        let finding = |(name, line): &(String, usize)| {
            let text = format!("a bound on `{name}`, which has no `Drop` here");
            Finding::new(&source.file, *line, text)
        };
        bounded.map(finding).collect::<Vec<_>>()
    };
    it.sources.iter().flat_map(find).collect()
}

/// The types of a file that have bounds, with the first one's line, and those that have a `Drop`.
#[derive(Default)]
struct Types {
    bounded: Vec<(String, usize)>,
    dropped: Vec<String>,
}

impl Visit<'_> for Types {
    fn visit_item(&mut self, item: &Item) {
        let defined: Option<(&Ident, &Generics)> = match item {
            Item::Struct(it) => Some((&it.ident, &it.generics)),
            Item::Enum(it) => Some((&it.ident, &it.generics)),
            Item::Union(it) => Some((&it.ident, &it.generics)),
            _ => None,
        };
        if let Some((name, generics)) = defined {
            let line = first_bound(generics);
            self.bounded
                .extend(line.map(|line| (name.to_string(), line)));
        }
        visit::visit_item(self, item);
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        let of = item.trait_.as_ref().and_then(|it| it.0.segments.last());
        if of.is_some_and(|it| it.ident == "Drop") {
            self.dropped.extend(type_name(&item.self_ty));
        }
        visit::visit_item_impl(self, item);
    }
}

/// The line of the first bound that is neither a lifetime nor `?Sized`.
fn first_bound(generics: &Generics) -> Option<usize> {
    let on_parameters = generics.params.iter().filter_map(|it| match it {
        GenericParam::Type(it) => Some(&it.bounds),
        _ => None,
    });
    let clauses = generics.where_clause.iter().flat_map(|it| &it.predicates);
    let on_clauses = clauses.filter_map(|it| match it {
        WherePredicate::Type(it) => Some(&it.bounds),
        _ => None,
    });
    let bounds = on_parameters.chain(on_clauses).flatten();
    let mut lines = bounds.filter_map(|it| match it {
        TypeParamBound::Trait(it) if it.maybe.is_none() => line_of(&it.path),
        _ => None,
    });
    lines.next()
}

/// The name of a type: `Slot` of `raw::Slot<T>`.
pub(super) fn type_name(of: &Type) -> Option<String> {
    match of {
        Type::Path(it) => Some(it.path.segments.last()?.ident.to_string()),
        Type::Reference(it) => type_name(&it.elem),
        _ => None,
    }
}

/// How many lines of tests a file may have at its end.
const MOST_LINES: usize = 40;

/// Long tests within the file that they test.
pub(super) fn long_tests(it: &Crate) -> Vec<Finding> {
    let find = |source: &Source| {
        let mut tests = Tests::default();
        tests.visit_file(&source.syntax);
        let long = tests.0.into_iter().filter(|(_, lines)| *lines > MOST_LINES);
        let finding = |(line, lines)| {
            let text = format!("{lines} lines of tests; {MOST_LINES} may stand in this file");
            Finding::new(&source.file, line, text)
        };
        long.map(finding).collect::<Vec<_>>()
    };
    it.sources.iter().flat_map(find).collect()
}

/// The first line of each module of tests, and how many it has.
#[derive(Default)]
struct Tests(Vec<(usize, usize)>);

impl Visit<'_> for Tests {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        if let Some((braces, _)) = item.content.as_ref().filter(|_| is_test(item)) {
            let first = item.mod_token.span.start().line;
            let last = braces.span.close().end().line;
            self.0.push((first, last + 1 - first));
        }
        visit::visit_item_mod(self, item);
    }
}

/// Whether it is `#[cfg(test)]`, alone or with other conditions.
fn is_test(item: &ItemMod) -> bool {
    let names_test = |meta: &Meta| match meta {
        Meta::List(list) => list
            .tokens
            .to_string()
            .split(|it: char| !it.is_alphanumeric())
            .any(|it| it == "test"),
        _ => false,
    };
    let mut conditions = item.attrs.iter().filter(|it| it.path().is_ident("cfg"));
    conditions.any(|it| names_test(&it.meta))
}

#[cfg(test)]
mod tests;
