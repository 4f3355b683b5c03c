//! Which fields of the state a method needs: the fields that its text mentions, and those of the methods that it calls.
//!
//! An event loads, copies and compares only these. What is left out holds a default that the method must never see, so
//! everything here errs on one side: `self.name`, where no call follows, is one field; `self.name(..)` is a method of
//! the same `impl` block; **any other use of `self` is every field**. So is a macro whose expansion is not known, and
//! an attribute that may rewrite the method.
//!
//! It works on tokens and not on the syntax tree because macros such as `format!` have no tree. `self` cannot be
//! shadowed, and a macro from elsewhere cannot see a `self` that is not handed to it, so the tokens tell the whole
//! story.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, ImplItem, ImplItemFn};

use crate::names::plain;

/// The fields that a method may look at or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Needed {
    All,
    Some(BTreeSet<String>),
}

/// What the text of one method mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Mentions {
    all: bool,
    fields: BTreeSet<String>,
    calls: BTreeSet<String>,
}

/// What every method of an `impl` block mentions, by its name.
pub(crate) struct Analysis {
    methods: BTreeMap<String, Mentions>,
}

impl Analysis {
    pub(crate) fn of(block: &syn::ItemImpl) -> Self {
        let rewritten = !block.attrs.iter().all(harmless);
        let mut methods: BTreeMap<String, Mentions> = BTreeMap::new();
        for item in &block.items {
            match item {
                ImplItem::Fn(method) => {
                    // Several of one name: they exclude each other by `cfg`, and either may be the one.
                    let mentions = methods.entry(plain(&method.sig.ident)).or_default();
                    mentions.all |= rewritten;
                    mentions.add(method);
                }
                // A macro in the block may bring methods that take the place of others.
                ImplItem::Macro(_) | ImplItem::Verbatim(_) => {
                    return Self {
                        methods: BTreeMap::new(),
                    };
                }
                _ => {}
            }
        }
        Self { methods }
    }

    /// The fields that a call of this method needs.
    pub(crate) fn needed(&self, method: &str) -> Needed {
        let mut fields = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![method.to_owned()];
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            match self.methods.get(&name) {
                Some(mentions) if !mentions.all => {
                    fields.extend(mentions.fields.iter().cloned());
                    open.extend(mentions.calls.iter().cloned());
                }
                _ => return Needed::All,
            }
        }
        Needed::Some(fields)
    }
}

impl Mentions {
    fn add(&mut self, method: &ImplItemFn) {
        self.all |= !method.attrs.iter().all(harmless);
        let body = &method.block;
        self.scan(quote::quote!(#body));
    }

    fn scan(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Ident(name) if name == "self" => at += self.one_self(&tokens[at + 1..]),
                // It sees the `self` around it, and may build a use of it from pieces.
                TokenTree::Ident(name) if name == "macro_rules" => self.all = true,
                TokenTree::Ident(name) => {
                    if let Some(arguments) = macro_arguments(&tokens[at..])
                        && !KNOWN_MACROS.contains(&plain(name).as_str())
                    {
                        self.all |= mentions_self(arguments);
                    }
                }
                TokenTree::Group(group) => self.scan(group.stream()),
                // `format!("{self}")`.
                TokenTree::Literal(literal) => self.all |= captures_self(&literal.to_string()),
                TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Looks at what follows a `self`. Gives the number of tokens that are dealt with by it.
    fn one_self(&mut self, after: &[TokenTree]) -> usize {
        match after {
            // `self::name` is a path of modules.
            [TokenTree::Punct(a), TokenTree::Punct(b), ..]
                if a.as_char() == ':' && b.as_char() == ':' =>
            {
                2
            }
            [TokenTree::Punct(dot), TokenTree::Ident(name), rest @ ..] if dot.as_char() == '.' => {
                let name = plain(name);
                if is_call(rest) {
                    self.calls.insert(name);
                } else {
                    self.fields.insert(name);
                }
                2
            }
            _ => {
                self.all = true;
                0
            }
        }
    }
}

/// Macros that evaluate their arguments as expressions, so that a `self.field` in them is only that.
const KNOWN_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "json",
    "matches",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Attributes that leave a method as it is.
const HARMLESS_ATTRIBUTES: &[&str] = &[
    "action",
    "allow",
    "cfg",
    "cold",
    "component",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "forbid",
    "inline",
    "must_use",
    "room_event",
    "rustfmt",
    "timer",
    "track_caller",
    "warn",
];

fn harmless(attribute: &Attribute) -> bool {
    let name = attribute
        .path()
        .segments
        .first()
        .map(|segment| plain(&segment.ident));
    name.is_some_and(|name| HARMLESS_ATTRIBUTES.contains(&name.as_str()) || name == "clippy")
}

/// The arguments of the macro whose name stands first, if one stands there: `name!(..)`.
fn macro_arguments(tokens: &[TokenTree]) -> Option<TokenStream> {
    match tokens {
        [
            TokenTree::Ident(name),
            TokenTree::Punct(mark),
            TokenTree::Group(group),
            ..,
        ] if mark.as_char() == '!' => {
            // `if !(..)` and its like.
            let keyword = syn::parse_str::<syn::Ident>(&name.to_string()).is_err();
            (!keyword).then(|| group.stream())
        }
        _ => None,
    }
}

fn mentions_self(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(name) => name == "self",
        TokenTree::Group(group) => mentions_self(group.stream()),
        TokenTree::Literal(literal) => captures_self(&literal.to_string()),
        TokenTree::Punct(_) => false,
    })
}

/// `(..)` or `::<..>(..)` behind a name.
fn is_call(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Group(group), ..] => group.delimiter() == Delimiter::Parenthesis,
        [TokenTree::Punct(a), TokenTree::Punct(b), ..] => a.as_char() == ':' && b.as_char() == ':',
        _ => false,
    }
}

/// Whether the text may be a format string with `{self}` in it.
fn captures_self(literal: &str) -> bool {
    literal.starts_with(['"', 'r']) && literal.contains('{') && literal.contains("self")
}

#[cfg(test)]
mod tests;
