//! Sources in, modules out: what a crate is compiled of, without its tests.
//!
//! The walk begins at `main.rs` or `lib.rs` and follows `mod`, so that a file which nothing names is no part of a function.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use syn::{Attribute, Item, UseTree};

use crate::harness::files;

/// A crate's sources by their paths below `src`.
pub(crate) struct Sources {
    pub(crate) krate: String,
    pub(crate) texts: BTreeMap<String, String>,
}

/// A module without its tests.
pub(crate) struct Module {
    pub(crate) krate: String,
    pub(crate) path: Vec<String>,
    /// Below `src`.
    pub(crate) file: String,
    pub(crate) items: Vec<Item>,
    /// What `use` brings in: its name here, and its path.
    pub(crate) uses: Vec<(String, Vec<String>)>,
}

impl Sources {
    /// Those of a crate in a folder.
    pub(crate) fn read(krate: &str, folder: &Path) -> Self {
        let folder = folder.join("src");
        let text = |path: &Path| fs::read_to_string(path).unwrap();
        let name = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
        let texts = files(&folder, ".rs").iter().map(|path| (name(path), text(path))).collect();
        Self { krate: krate.to_owned(), texts }
    }

    /// All modules that the crate is compiled of.
    pub(crate) fn modules(&self) -> Vec<Module> {
        let mut found = Vec::new();
        let root = if self.texts.contains_key("lib.rs") { "lib.rs" } else { "main.rs" };
        self.file(root, Vec::new(), "", &mut found);
        found
    }

    /// `below` is the folder of the modules that the file names.
    fn file(&self, file: &str, path: Vec<String>, below: &str, found: &mut Vec<Module>) {
        let text = self.texts.get(file).unwrap_or_else(|| panic!("{}: no `{file}`", self.krate));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {file}: {error}", self.krate));
        self.module(parsed.items, file, path, below, found);
    }

    fn module(&self, all: Vec<Item>, file: &str, path: Vec<String>, below: &str, found: &mut Vec<Module>) {
        let (mut items, mut uses) = (Vec::new(), Vec::new());
        for item in all {
            match item {
                Item::Mod(module) if !is_test(&module.attrs) => {
                    let name = module.ident.to_string();
                    let inner = [path.clone(), vec![name.clone()]].concat();
                    let folder = format!("{below}{name}/");
                    if let Some((_, items)) = module.content {
                        self.module(items, file, inner, &folder, found);
                    } else {
                        let beside = format!("{below}{name}.rs");
                        let inside = format!("{folder}mod.rs");
                        let file = if self.texts.contains_key(&beside) { beside } else { inside };
                        self.file(&file, inner, &folder, found);
                    }
                }
                Item::Mod(_) => {}
                Item::Use(item) if !is_test(&item.attrs) => names(&item.tree, &mut Vec::new(), &mut uses),
                item => items.push(item),
            }
        }
        found.push(Module { krate: self.krate.clone(), path, file: file.to_owned(), items, uses });
    }
}

/// True for `#[cfg(test)]`.
pub(crate) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        attribute.path().is_ident("cfg") && list.is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

fn names(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(String, Vec<String>)>) {
    let whole = |before: &[String], name: String| [before, &[name]].concat();
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            names(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => {
            found.extend(before.last().cloned().map(|name| (name, before.clone())));
        }
        UseTree::Name(name) => found.push((name.ident.to_string(), whole(before, name.ident.to_string()))),
        UseTree::Rename(name) => {
            found.push((name.rename.to_string(), whole(before, name.ident.to_string())));
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, before, found)),
        UseTree::Glob(_) => {}
    }
}
