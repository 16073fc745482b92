//! A crate as it is written: its files, parsed.

use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// A file, and the module that it is.
pub(crate) struct Source {
    /// Below the crate's `src`, with slashes.
    pub(crate) file: String,
    /// `raw::slot`, or nothing for the root.
    pub(crate) module: String,
    pub(crate) syntax: syn::File,
    /// Its identifiers and keywords, those in macros included, with their lines. Comments are not code.
    pub(crate) words: Vec<(String, usize)>,
}

impl Source {
    /// Parses a file, or says where it cannot be.
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, String> {
        let at = |span: proc_macro2::Span| format!("{file}:{}", span.start().line);
        let tokens: TokenStream = text
            .parse()
            .map_err(|error: proc_macro2::LexError| format!("{}: {error}", at(error.span())))?;
        let mut words = Vec::new();
        collect_words(tokens.clone(), &mut words);
        let syntax =
            syn::parse2(tokens).map_err(|error| format!("{}: {error}", at(error.span())))?;
        Ok(Self {
            file: file.to_owned(),
            module: module_of(file),
            syntax,
            words,
        })
    }
}

/// All sources of a crate, in the order of their names.
pub(crate) fn read(folder: &Path) -> Result<Vec<Source>, String> {
    let mut files = Vec::new();
    collect_files(folder, folder, &mut files)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    files.sort();
    let parse = |(file, text): &(String, String)| Source::parse(file, text);
    files
        .iter()
        .map(parse)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("{}/{error}", folder.display()))
}

fn collect_files(
    root: &Path,
    folder: &Path,
    files: &mut Vec<(String, String)>,
) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_files(root, &path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            let below = path.strip_prefix(root).unwrap_or(&path);
            let name = below.to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path)?));
        }
    }
    Ok(())
}

/// The module that a file is, by its name. (`main.rs` beside a `lib.rs` is a leaf like any other.)
fn module_of(file: &str) -> String {
    let name = file.strip_suffix(".rs").unwrap_or(file);
    let name = name.strip_suffix("/mod").unwrap_or(name);
    match name {
        "lib" => String::new(),
        _ => name.replace('/', "::"),
    }
}

/// The folder of a file's child modules, with a slash at its end.
pub(crate) fn folder_of(file: &str) -> String {
    match module_of(file).as_str() {
        "" => String::new(),
        module => module.replace("::", "/") + "/",
    }
}

/// The line that a path starts in.
pub(crate) fn line_of(path: &syn::Path) -> Option<usize> {
    Some(path.segments.first()?.ident.span().start().line)
}

fn collect_words(tokens: TokenStream, words: &mut Vec<(String, usize)>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push((word.to_string(), word.span().start().line)),
            TokenTree::Group(group) => collect_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
