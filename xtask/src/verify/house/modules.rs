//! The modules of a crate: what each defines, declares, imports and names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, ItemMod, ItemUse, Meta, Token, UseTree, Visibility};

use super::source::{Source, line_of};

/// A module, in a file of its own or within its parent's.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) items: BTreeSet<String>,
    /// The modules that a name stands for: several if it has another file on each system.
    pub(crate) children: BTreeMap<String, Vec<String>>,
    pub(crate) uses: Vec<Use>,
    /// Paths outside of `use`, and those of a `use` within a function.
    pub(crate) paths: Vec<Use>,
}

/// A path that is imported or named.
#[derive(Debug)]
pub(crate) struct Use {
    pub(crate) path: Vec<String>,
    /// What it is called here: `*` for everything.
    pub(crate) name: String,
    pub(crate) is_public: bool,
    pub(crate) line: usize,
}

/// `mod name;`: a file, and whether unsafe code is allowed there.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) module: String,
    pub(crate) allows_unsafe: bool,
}

/// All modules of a crate, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Modules {
    pub(crate) all: BTreeMap<String, Module>,
    pub(crate) declarations: Vec<Declaration>,
    /// Exported macros, which stand in the root wherever they are defined: their files.
    pub(crate) macros: BTreeMap<String, String>,
}

impl Modules {
    pub(crate) fn of(sources: &[Source]) -> Self {
        let mut modules = Self::default();
        for source in sources {
            let mut walk = Walk {
                modules: &mut modules,
                file: &source.file,
                module: source.module.clone(),
                depth: 0,
            };
            walk.here();
            walk.visit_file(&source.syntax);
        }
        modules
    }
}

fn child(module: &str, name: &str) -> String {
    match module {
        "" => name.to_owned(),
        _ => format!("{module}::{name}"),
    }
}

/// Notes what a file has, module by module.
struct Walk<'a> {
    modules: &'a mut Modules,
    file: &'a str,
    module: String,
    /// How many blocks it is within.
    depth: usize,
}

impl Walk<'_> {
    fn here(&mut self) -> &mut Module {
        let module = self.modules.all.entry(self.module.clone()).or_default();
        module.file = self.file.to_owned();
        module
    }

    fn name(&mut self, path: Vec<String>, line: usize) {
        let name = path.last().cloned().unwrap_or_default();
        self.here().paths.push(Use {
            path,
            name,
            is_public: false,
            line,
        });
    }

    /// The paths in what a macro is given, which no parser knows the grammar of.
    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == sign);
        let mut at = 0;
        while at < tokens.len() {
            let start = at;
            let mut path = Vec::new();
            while let Some(TokenTree::Ident(word)) = tokens.get(at) {
                path.push(word.unraw().to_string());
                at += 1;
                if !(is(at, ':') && is(at + 1, ':')) {
                    break;
                }
                at += 2;
            }
            // `$crate::…` is for other crates.
            let is_foreign = start > 0 && is(start - 1, '$');
            if path.len() > 1 && !is_foreign {
                self.name(path, tokens[start].span().start().line);
            }
            if let Some(TokenTree::Group(group)) = tokens.get(at) {
                self.scan(group.stream());
                at += 1;
            }
            at = at.max(start + 1);
        }
    }

    /// A `mod name;`: the files that it may be, each with the attributes that hold there.
    fn declare(&mut self, item: &ItemMod) {
        let name = item.ident.unraw().to_string();
        let allows = |meta: &Meta| matches!(meta, Meta::List(list) if list.path.is_ident("allow") && list.tokens.to_string().contains("unsafe_code"));
        let is_allowed = item.attrs.iter().any(|it| allows(&it.meta));
        let mut files = Vec::new();
        for attribute in &item.attrs {
            let metas = conditional(attribute);
            if let Some(path) = metas.iter().find_map(path_value) {
                let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
                let module = child(&folder.replace('/', "::"), &path.replace('/', "::"));
                files.push((module, is_allowed || metas.iter().any(allows)));
            }
        }
        if files.is_empty() {
            files.push((child(&self.module, &name), is_allowed));
        }
        let modules = files.iter().map(|(module, _)| module.clone()).collect();
        self.here().children.insert(name, modules);
        for (module, allows_unsafe) in files {
            self.modules.declarations.push(Declaration {
                module,
                allows_unsafe,
            });
        }
    }
}

/// What `#[cfg_attr(condition, …)]` adds; an attribute that holds always is its own.
fn conditional(attribute: &Attribute) -> Vec<Meta> {
    let list = Punctuated::<Meta, Token![,]>::parse_terminated;
    match attribute.path().is_ident("cfg_attr") {
        true => attribute
            .parse_args_with(list)
            .map_or_else(|_| Vec::new(), |metas| metas.into_iter().skip(1).collect()),
        false => vec![attribute.meta.clone()],
    }
}

/// The file of `path = "file.rs"`, without its ending.
fn path_value(meta: &Meta) -> Option<String> {
    let Meta::NameValue(pair) = meta else {
        return None;
    };
    let syn::Expr::Lit(syn::ExprLit {
        lit: syn::Lit::Str(text),
        ..
    }) = &pair.value
    else {
        return None;
    };
    let file = text.value();
    let is_path = pair.path.is_ident("path");
    is_path.then(|| file.strip_suffix(".rs").unwrap_or(&file).to_owned())
}

/// A path of a `use`, what it is called here, and its line.
type Imported = (Vec<String>, String, usize);

/// The single paths of a `use`.
fn flatten(tree: &UseTree, prefix: &[String], found: &mut Vec<Imported>) {
    // `self` at the end of a path is the path.
    let mut add = |name: &Ident, called: &Ident| {
        let is_self = name == "self" && !prefix.is_empty();
        let path = match is_self {
            true => prefix.to_owned(),
            false => [prefix, &[name.unraw().to_string()]].concat(),
        };
        let called = match called == "self" {
            true => prefix.last().cloned().unwrap_or_default(),
            false => called.unraw().to_string(),
        };
        found.push((path, called, name.span().start().line));
    };
    match tree {
        UseTree::Name(it) => add(&it.ident, &it.ident),
        UseTree::Rename(it) => add(&it.ident, &it.rename),
        UseTree::Glob(it) => {
            let line = it.star_token.spans[0].start().line;
            found.push((prefix.to_owned(), "*".to_owned(), line));
        }
        UseTree::Group(it) => it.items.iter().for_each(|it| flatten(it, prefix, found)),
        UseTree::Path(it) => {
            let name = it.ident.unraw().to_string();
            flatten(&it.tree, &[prefix, &[name]].concat(), found);
        }
    }
}

fn name_of(item: &Item) -> Option<&Ident> {
    Some(match item {
        Item::Const(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Fn(it) => &it.sig.ident,
        Item::Macro(it) => it.ident.as_ref()?,
        Item::Static(it) => &it.ident,
        Item::Struct(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        Item::Type(it) => &it.ident,
        Item::Union(it) => &it.ident,
        _ => return None,
    })
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if let Some(name) = name_of(item).filter(|_| self.depth == 0) {
            self.here().items.insert(name.unraw().to_string());
        }
        if let Item::Macro(item) = item {
            let mut attributes = item.attrs.iter();
            let is_exported = attributes.any(|it| it.path().is_ident("macro_export"));
            if let Some(name) = item.ident.as_ref().filter(|_| is_exported) {
                let file = self.file.to_owned();
                self.modules.macros.insert(name.to_string(), file);
            }
        }
        visit::visit_item(self, item);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let Some((_, items)) = &item.content else {
            return self.declare(item);
        };
        let name = item.ident.unraw().to_string();
        let inner = child(&self.module, &name);
        self.here().children.insert(name, vec![inner.clone()]);
        let outer = std::mem::replace(&mut self.module, inner);
        self.here();
        items.iter().for_each(|it| self.visit_item(it));
        self.module = outer;
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_some() {
            return; // Of another crate.
        }
        let mut found = Vec::new();
        flatten(&item.tree, &[], &mut found);
        let is_public = !matches!(item.vis, Visibility::Inherited);
        for (path, name, line) in found {
            let import = Use {
                path,
                name,
                is_public,
                line,
            };
            match self.depth {
                0 => self.here().uses.push(import),
                _ => self.here().paths.push(import),
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path.segments.iter().map(|it| it.ident.unraw().to_string());
        if let Some(line) = line_of(path).filter(|_| path.leading_colon.is_none()) {
            self.name(words.collect(), line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.scan(call.tokens.clone());
    }

    // `pub(in path)` and attributes import nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}
}
