//! Which modules and crates a source file names: in `use` trees, in paths, and in the arguments of macros.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Macro, Path, UseTree};

/// Something that a file names, and the line where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) what: What,
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A module at the top of this crate.
    Module(String),
    /// The first part of any other path: perhaps a crate, perhaps something local.
    Crate(String),
}

/// What the file names, leaving out everything under `#[cfg(test)]`. `module` is the file's own path from the top
/// of its crate, for `super`; `library` is the crate's name, by which its programs name it.
pub(super) fn mentions(file: &syn::File, module: &[String], library: &str) -> Vec<Mention> {
    let mut collector = Collector {
        module: module.to_vec(),
        library: library.to_owned(),
        found: Vec::new(),
    };
    collector.visit_file(file);
    collector.found.sort();
    collector.found.dedup();
    collector.found
}

struct Collector {
    /// Where the walk is: the file's module and the inline modules inside.
    module: Vec<String>,
    library: String,
    found: Vec<Mention>,
}

impl Collector {
    /// Notes a path by its names. One name alone is never a module or crate that is used: nothing is reached through it.
    fn note(&mut self, names: &[String], span: Span) {
        let [first, second, ..] = names else { return };
        let from_top = match first.as_str() {
            "crate" => Some(second.clone()),
            name if name == self.library => Some(second.clone()),
            "super" => self.above(names),
            _ => None,
        };
        let what = match from_top {
            Some(module) => What::Module(module),
            None if matches!(first.as_str(), "self" | "super" | "Self") => return,
            None => What::Crate(first.clone()),
        };
        self.found.push(Mention {
            line: span.start().line,
            what,
        });
    }

    /// Where a path of `super`s leads, when that is the top of the crate.
    fn above(&self, names: &[String]) -> Option<String> {
        let ups = names.iter().take_while(|name| *name == "super").count();
        (ups == self.module.len())
            .then(|| names.get(ups).cloned())
            .flatten()
    }

    fn note_tree(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.note_tree(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.note_tree(tree, prefix);
                }
            }
            UseTree::Name(name) => self.note_leaf(&name.ident, prefix),
            UseTree::Rename(rename) => self.note_leaf(&rename.ident, prefix),
            UseTree::Glob(glob) => {
                prefix.push("*".to_owned());
                self.note(prefix, glob.star_token.spans[0]);
                prefix.pop();
            }
        }
    }

    fn note_leaf(&mut self, ident: &syn::Ident, prefix: &mut Vec<String>) {
        prefix.push(ident.to_string());
        if prefix.len() == 1 {
            // `use wasmtime;` brings in all of it.
            prefix.push("self".to_owned());
            self.note(prefix, ident.span());
            prefix.pop();
        } else {
            self.note(prefix, ident.span());
        }
        prefix.pop();
    }

    /// Macro arguments are not parsed: `name :: name` is enough to see a path.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.note_tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut names = vec![first.to_string()];
                    while let [
                        TokenTree::Punct(one),
                        TokenTree::Punct(two),
                        TokenTree::Ident(next),
                        ..,
                    ] = &tokens[at + 1..]
                        && one.as_char() == ':'
                        && two.as_char() == ':'
                    {
                        names.push(next.to_string());
                        at += 3;
                    }
                    self.note(&names, first.span());
                }
                _ => {}
            }
            at += 1;
        }
    }
}

impl Visit<'_> for Collector {
    fn visit_item(&mut self, item: &Item) {
        if !is_test(item_attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &ImplItem) {
        let attributes = match item {
            ImplItem::Fn(function) => function.attrs.as_slice(),
            _ => &[],
        };
        if !is_test(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_use_tree(&mut self, tree: &UseTree) {
        self.note_tree(tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if let Some(first) = path.segments.first() {
            self.note(&names, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        visit::visit_macro(self, call);
        self.note_tokens(call.tokens.clone());
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|argument| argument == "test"))
    })
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}
