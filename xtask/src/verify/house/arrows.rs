//! Who imports whom: the list that the rules are about.

use std::collections::BTreeSet;

use super::modules::{Modules, Use};
use super::source::{Source, folder_of};

/// A crate, and what is known of it.
pub(crate) struct Crate {
    pub(crate) name: &'static str,
    pub(crate) sources: Vec<Source>,
    pub(crate) modules: Modules,
    pub(crate) arrows: Vec<Arrow>,
}

impl Crate {
    pub(crate) fn new(name: &'static str, sources: Vec<Source>) -> Self {
        let modules = Modules::of(&sources);
        let arrows = arrows(&modules);
        Self {
            name,
            sources,
            modules,
            arrows,
        }
    }

    /// The module that a file is.
    pub(crate) fn module_of(&self, file: &str) -> &str {
        let source = self.sources.iter().find(|it| it.file == file);
        source.map_or("", |it| &it.module)
    }

    /// One that stands nowhere, for tests.
    #[cfg(test)]
    pub(crate) fn planted(name: &'static str, files: &[(&str, &str)]) -> Self {
        let parse = |(file, text): &(&str, &str)| Source::parse(file, text).unwrap();
        Self::new(name, files.iter().map(parse).collect())
    }
}

/// A file imports something of another.
#[derive(Debug)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) line: usize,
    /// The file that defines what is imported.
    pub(crate) to: String,
    /// As it is written.
    pub(crate) path: String,
    /// The file whose re-export it names instead.
    pub(crate) through: Option<String>,
}

/// The arrows of a crate: the first from each file to each other, and all that name a re-export.
fn arrows(modules: &Modules) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (name, module) in &modules.all {
        let is_named = |import: &Use| {
            let mut paths = module.paths.iter();
            paths.any(|it| it.path.first() == Some(&import.name))
        };
        let longer = module.paths.iter().filter(|it| it.path.len() > 1);
        for import in module.uses.iter().chain(longer) {
            // A parent that offers what its children have need not know it.
            let is_offered = import.is_public && !is_named(import);
            for target in modules.resolve(name, &import.path) {
                if is_offered && target.file.starts_with(&folder_of(&module.file)) {
                    continue;
                }
                let through = target.through.filter(|file| *file != module.file);
                if target.file != module.file || through.is_some() {
                    arrows.push(Arrow {
                        from: module.file.clone(),
                        line: import.line,
                        to: target.file,
                        path: import.path.join("::"),
                        through,
                    });
                }
            }
        }
    }
    arrows.sort_by(|a, b| (&a.from, a.line).cmp(&(&b.from, b.line)));
    let mut known = BTreeSet::new();
    arrows.retain(|it| known.insert((it.from.clone(), it.to.clone())) || it.through.is_some());
    arrows
}

#[cfg(test)]
mod tests;
