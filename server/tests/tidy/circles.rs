//! No two files import each other: then one can be read, moved and tested without the other.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};

use crate::rust::tokens;
use crate::sources::{PRODUCT, is_test, sources};

/// An import: the path that it names, under which name, and whether it is passed on.
struct Import {
    path: Vec<String>,
    name: String,
    is_public: bool,
}

/// A file as a module of its crate.
struct Module {
    file: String,
    tokens: Vec<TokenTree>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
}

/// The modules of one crate by their path.
struct Modules(BTreeMap<Vec<String>, Module>);

/// What a path leads to.
enum Target {
    Module(Vec<String>),
    /// An item, by the module that defines it.
    Item(Vec<String>),
}

impl Modules {
    fn read(folder: &str) -> Modules {
        let files = sources(folder).into_iter();
        Modules(
            files
                .filter(|(file, _)| !is_test(file) && !file.ends_with("src/main.rs"))
                .map(|(file, text)| {
                    let name = file[folder.len() + 1..].trim_end_matches(".rs");
                    let name = name.trim_end_matches("mod").trim_end_matches('/');
                    let path: Vec<String> = match name {
                        "lib" => Vec::new(),
                        name => name.split('/').map(str::to_owned).collect(),
                    };
                    let tokens = tokens(&text);
                    let items = items(&tokens);
                    let mut imports = Vec::new();
                    find_imports(&tokens, &mut imports);
                    (path, Module { file, tokens, items, imports })
                })
                .collect(),
        )
    }

    /// Where a path leads that is written in the module `from`; `None` if out of the crate.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Target> {
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => Vec::new(),
            "self" => from.to_vec(),
            "super" => from[..from.len().checked_sub(1)?].to_vec(),
            child if self.has(from, child) => [from, &[child.to_owned()]].concat(),
            alias => return self.resolve_name(from, alias, rest, depth),
        };
        while let Some((name, further)) = rest.split_first() {
            if name == "super" {
                at.pop()?;
            } else if self.has(&at, name) && !self.0[&at].items.contains(name) {
                at.push(name.clone());
            } else {
                return self.resolve_name(&at, name, further, depth).or(Some(Target::Item(at)));
            }
            rest = further;
        }
        Some(Target::Module(at))
    }

    /// Where a name leads that is defined in, or imported into, the module `at`.
    fn resolve_name(
        &self,
        at: &[String],
        name: &str,
        further: &[String],
        depth: usize,
    ) -> Option<Target> {
        let module = self.0.get(at)?;
        if module.items.contains(name) {
            return Some(Target::Item(at.to_vec()));
        }
        if depth == 0 {
            return None;
        }
        if let Some(import) = module.imports.iter().find(|import| import.name == name) {
            let path = [&import.path, further].concat();
            // `use crate::x;` names itself; what is out of the crate leads nowhere.
            return self.resolve(at, &path, depth - 1);
        }
        let globs = module.imports.iter().filter(|import| import.name == "*");
        globs
            .filter_map(|glob| match self.resolve(at, &glob.path, depth - 1)? {
                Target::Module(path) if path != at => Some(path),
                _ => None,
            })
            .find_map(|path| self.resolve_name(&path, name, further, depth - 1))
    }

    fn has(&self, at: &[String], child: &str) -> bool {
        self.0.contains_key(&[at, &[child.to_owned()]].concat())
    }

    /// Which module takes something from which. A folder's root speaks for its folder: that it
    /// reaches down to its own files is no import.
    fn edges(&self) -> BTreeSet<(&str, &str)> {
        let mut edges = BTreeSet::new();
        for (from, module) in &self.0 {
            let mut paths: Vec<Vec<String>> = Vec::new();
            find_paths(&module.tokens, &mut paths);
            let imports = module.imports.iter().filter(|import| !import.is_public);
            paths.extend(imports.map(|import| import.path.clone()));
            for path in paths {
                if let Some(Target::Item(to)) = self.resolve(from, &path, 8)
                    && !to.starts_with(from)
                {
                    edges.insert((module.file.as_str(), self.0[&to].file.as_str()));
                }
            }
        }
        edges
    }
}

/// The names that a file defines at its top.
fn items(tokens: &[TokenTree]) -> BTreeSet<String> {
    const KINDS: [&str; 9] =
        ["fn", "struct", "enum", "trait", "type", "const", "static", "union", "macro_rules"];
    let is_kind = |token: &TokenTree| KINDS.contains(&token.to_string().as_str());
    let mut names = BTreeSet::new();
    for (at, _) in tokens.iter().enumerate().filter(|(_, token)| is_kind(token)) {
        let name = tokens[at + 1..].iter().find_map(word);
        names.extend(name);
    }
    names
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    }
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn find_imports(tokens: &[TokenTree], found: &mut Vec<Import>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let TokenTree::Group(group) = token {
            find_imports(&Vec::from_iter(group.stream()), found);
        }
        // `use<'a>` in a type is no import.
        let is_import = word(token).is_some_and(|word| word == "use");
        if is_import && !is_sign(tokens.get(at + 1), '<') {
            let end = tokens[at..].iter().position(|token| is_sign(Some(token), ';'));
            let end = at + end.expect("an import ends");
            let before = tokens[..at].iter().rev().find(|token| word(token).is_some());
            let is_visible = |token: &TokenTree| match token {
                TokenTree::Ident(word) => word == "pub",
                TokenTree::Group(_) => before.is_some_and(|word| word.to_string() == "pub"),
                _ => false,
            };
            let is_public = at > 0 && is_visible(&tokens[at - 1]);
            read_tree(&[], &tokens[at + 1..end], is_public, found);
            at = end;
        }
        at += 1;
    }
}

/// Reads `a::b`, `a::{b, c as d}` and `a::*`.
fn read_tree(prefix: &[String], tree: &[TokenTree], is_public: bool, found: &mut Vec<Import>) {
    let mut path = prefix.to_vec();
    let mut name = None;
    let mut tokens = tree.iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => {
                let inside = Vec::from_iter(group.stream());
                for tree in inside.split(|token| is_sign(Some(token), ',')) {
                    read_tree(&path, tree, is_public, found);
                }
                return;
            }
            TokenTree::Ident(word) if word == "as" => name = tokens.next().map(ToString::to_string),
            TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
            TokenTree::Ident(word) => path.push(word.to_string()),
            token if is_sign(Some(token), '*') => name = Some("*".to_owned()),
            _ => {}
        }
    }
    if let Some(name) = name.or_else(|| path.last().cloned()) {
        found.push(Import { path, name, is_public });
    }
}

/// The paths of a source beside its imports: `crate::a::b`, `a::b`.
fn find_paths(tokens: &[TokenTree], found: &mut Vec<Vec<String>>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(word) if word == "use" && !is_sign(tokens.get(at + 1), '<') => {
                at += tokens[at..].iter().position(|token| is_sign(Some(token), ';')).unwrap();
            }
            TokenTree::Ident(first) => {
                let mut path = vec![first.to_string()];
                while is_sign(tokens.get(at + 1), ':')
                    && is_sign(tokens.get(at + 2), ':')
                    && let Some(next) = tokens.get(at + 3).and_then(word)
                {
                    path.push(next);
                    at += 3;
                }
                if path.len() > 1 {
                    found.push(path);
                }
            }
            TokenTree::Group(group) => find_paths(&Vec::from_iter(group.stream()), found),
            _ => {}
        }
        at += 1;
    }
}

#[test]
fn no_two_files_import_each_other() {
    let mut found = BTreeSet::new();
    // The stand-in too: it is read as much as the product.
    for modules in PRODUCT.into_iter().chain(["crates/sandbox/src"]).map(Modules::read) {
        let edges = modules.edges();
        let pairs = edges.iter().filter(|(a, b)| a < b && edges.contains(&(b, a)));
        found.extend(pairs.map(|(a, b)| ((*a).to_owned(), (*b).to_owned())));
    }
    assert!(found.is_empty(), "these import each other: {found:#?}");
}

#[test]
fn imports_are_read_through_groups_names_and_re_exports() {
    let module = |path: &str, text: &str| {
        let tokens = Vec::from_iter(text.parse::<TokenStream>().unwrap());
        let (items, mut imports) = (items(&tokens), Vec::new());
        find_imports(&tokens, &mut imports);
        let segments = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
        (segments.collect(), Module { file: path.to_owned(), tokens, items, imports })
    };
    let modules = Modules(BTreeMap::from([
        module("", "mod a; pub mod b; pub use a::{One, Two as Three}; pub use b::*; fn main() {}"),
        module("a", "use std::fmt; use crate::Four; pub struct One; pub enum Two { A }"),
        module("b", "pub(crate) mod c; pub(crate) use self::c::Deep; pub fn Four() {}"),
        module("b/c", "use super::Four; use crate::a; fn f() -> a::One { crate::Three::A }"),
        module("d", "use crate::{b::{self, Deep}, a as first}; fn f(x: impl Fn() + use<>) {}"),
    ]));
    let expected = [("a", "b"), ("b/c", "a"), ("b/c", "b"), ("d", "b/c")];
    assert_eq!(modules.edges(), BTreeSet::from(expected));
}
