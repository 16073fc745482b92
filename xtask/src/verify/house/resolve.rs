//! Where a path leads: to the file that defines what it names.

use super::modules::{Modules, Use};

/// Where a path leads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target {
    /// The file that defines it.
    pub(crate) file: String,
    /// The file whose re-export the path names.
    pub(crate) through: Option<String>,
}

impl Modules {
    /// Where a path of this module leads: nowhere if it is of another crate.
    pub(crate) fn resolve(&self, module: &str, path: &[String]) -> Vec<Target> {
        let Some((base, rest)) = self.start(module, path) else {
            return Vec::new();
        };
        let found = self.find(&base, rest, 0);
        let is_child = |name: &String| self.all[module].children.contains_key(name);
        if !found.is_empty() || !(is_of_this_crate(path) || path.first().is_some_and(is_child)) {
            return found;
        }
        // Made by a macro, or of another crate: whoever offers it counts as its author, but for the root.
        let (last, rest) = self.deepest(&base, rest);
        let Some(author) = self.all.get(&last) else {
            return Vec::new();
        };
        let is_imported = |name: &String| author.uses.iter().any(|it| it.name == *name);
        let through = last.is_empty() && rest.first().is_some_and(is_imported);
        vec![Target {
            file: author.file.clone(),
            through: through.then(|| author.file.clone()),
        }]
    }

    /// The module that a path starts from, and what is left of it.
    fn start<'p>(&self, module: &str, path: &'p [String]) -> Option<(String, &'p [String])> {
        let mut base = module.to_owned();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => return Some((String::new(), &path[1..])),
            "self" => rest = &path[1..],
            "super" => {}
            name => {
                let here = self.all.get(module)?;
                let is_here = here.children.contains_key(name)
                    || here
                        .uses
                        .iter()
                        .any(|it| it.name == name && it.path != path);
                return is_here.then_some((base, rest));
            }
        }
        while rest.first().is_some_and(|it| it == "super") {
            base = parent(&base).to_owned();
            rest = &rest[1..];
        }
        Some((base, rest))
    }

    fn find(&self, base: &str, path: &[String], depth: usize) -> Vec<Target> {
        /// Imports of imports; two globs may name each other.
        const MOST: usize = 8;
        let Some(module) = self.all.get(base).filter(|_| depth < MOST) else {
            return Vec::new();
        };
        let plain = |file: &String| {
            let file = file.clone();
            vec![Target {
                file,
                through: None,
            }]
        };
        let Some((name, rest)) = path.split_first() else {
            return plain(&module.file);
        };
        if let Some(children) = module.children.get(name) {
            let found = children.iter();
            return found
                .flat_map(|it| self.find(it, rest, depth + 1))
                .collect();
        }
        if module.items.contains(name) {
            return plain(&module.file);
        }
        if let Some(file) = self.macros.get(name).filter(|_| base.is_empty()) {
            return plain(file);
        }
        let follow = |import: &Use, rest: &[String]| {
            let path = [&import.path, rest].concat();
            match self.start(base, &path) {
                Some((base, path)) => self.find(&base, path, depth + 1),
                None => Vec::new(),
            }
        };
        let named = module.uses.iter().filter(|it| it.name == *name);
        let mut found: Vec<Target> = named.flat_map(|it| follow(it, rest)).collect();
        if found.is_empty() {
            let globs = module.uses.iter().filter(|it| it.name == "*");
            found = globs.flat_map(|it| follow(it, path)).collect();
        }
        for target in &mut found {
            target.through = Some(module.file.clone());
        }
        found
    }

    /// The last module on a path, and what is left of it.
    fn deepest<'p>(&self, base: &str, path: &'p [String]) -> (String, &'p [String]) {
        let child = path
            .split_first()
            .and_then(|(name, rest)| Some((self.all.get(base)?.children.get(name)?, rest)));
        match child {
            Some((children, rest)) => self.deepest(&children[0], rest),
            None => (base.to_owned(), path),
        }
    }
}

fn is_of_this_crate(path: &[String]) -> bool {
    let first = path.first().map_or("", String::as_str);
    ["crate", "self", "super"].contains(&first)
}

/// The module around this one.
fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}
