//! What stands in the brackets: the options of `#[component(..)]`, and those that `#[action(..)]` shares with it.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, Ident, LitInt, LitStr, Result, Token, braced, parenthesized, token};

use crate::names::{list, suggestion};

mod gate;

pub(crate) use gate::Gate;

/// The options of a component.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<LitStr>,
    pub(crate) set_value: Option<Span>,
    /// Variants of the SDK's enums, by name.
    pub(crate) props: Option<Ident>,
    pub(crate) isolation: Option<Ident>,
    pub(crate) persistent: Vec<(LitStr, Expr)>,
    pub(crate) gate: Gate,
    /// The expression for `linger_ms`.
    pub(crate) singleton: Option<TokenStream>,
    /// The kind of rooms that it is the logic of.
    pub(crate) room: Option<LitStr>,
    pub(crate) durable: Option<Span>,
    /// Names of the constants in the SDK's `logging`.
    pub(crate) logging: Vec<Ident>,
}

const OPTIONS: &[&str] = &[
    "name",
    "version",
    "set_value",
    "props",
    "isolation",
    "persistent",
    "requires",
    "rate_limit",
    "singleton",
    "room",
    "durable",
    "logging",
];

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        each(input, |name, input| {
            match name.to_string().as_str() {
                "name" => options.name = Some(checked(value(input)?, "name")?),
                "version" => options.version = Some(checked(value(input)?, "version")?),
                "set_value" => options.set_value = Some(name.span()),
                "props" => options.props = Some(choice(input, &["known", "none", "any"])?),
                "isolation" => options.isolation = Some(choice(input, &["shared", "fresh"])?),
                "persistent" => options.persistent = persistent(input)?,
                "requires" | "rate_limit" => options.gate.option(name, input)?,
                "singleton" => options.singleton = Some(singleton(input)?),
                "room" => options.room = Some(room_kind(value(input)?)?),
                "durable" => options.durable = Some(name.span()),
                "logging" => options.logging = logging(input)?,
                _ => return Err(unknown(name, OPTIONS)),
            }
            Ok(())
        })?;
        Ok(options)
    }
}

/// Hands over each option's name, with what follows it still to be read.
pub(crate) fn each(
    input: ParseStream<'_>,
    mut option: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    while !input.is_empty() {
        let name: Ident = input.parse()?;
        option(&name, input)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

pub(crate) fn unknown(name: &Ident, known: &[&str]) -> Error {
    let text = name.to_string();
    let message = format!(
        "`{text}` is not an option here.{} There is {}.",
        suggestion(&text, known),
        list(known)
    );
    Error::new(name.span(), message)
}

/// `= "text"`
pub(crate) fn value(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn checked(text: LitStr, what: &str) -> Result<LitStr> {
    let value = text.value();
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if value.is_empty() || value.chars().count() > 64 {
        return Err(Error::new(
            text.span(),
            format!("a {what} has 1 to 64 characters"),
        ));
    }
    if what == "name"
        && !(value.chars().all(letters) && value.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        return Err(Error::new(
            text.span(),
            "a name has the characters A-Z a-z 0-9 _ -, a letter first",
        ));
    }
    Ok(text)
}

fn room_kind(kind: LitStr) -> Result<LitStr> {
    let text = kind.value();
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    match (1..=32).contains(&text.len()) && text.bytes().all(letters) {
        true => Ok(kind),
        false => Err(Error::new(
            kind.span(),
            "a kind of rooms has 1 to 32 characters of A-Z a-z 0-9 _ . -; its rooms are named `kind:name`",
        )),
    }
}

/// `= "one"` of the choices, as the variant `One`.
fn choice(input: ParseStream<'_>, choices: &[&str]) -> Result<Ident> {
    let text = value(input)?;
    let chosen = text.value();
    if !choices.contains(&chosen.as_str()) {
        let quoted: Vec<_> = choices
            .iter()
            .map(|choice| format!("\"{choice}\""))
            .collect();
        return Err(Error::new(
            text.span(),
            format!("choose one of {}", quoted.join(", ")),
        ));
    }
    let (first, rest) = chosen.split_at(1);
    Ok(Ident::new(
        &format!("{}{rest}", first.to_uppercase()),
        text.span(),
    ))
}

/// `= { key: value, "other-key": value }`
fn persistent(input: ParseStream<'_>) -> Result<Vec<(LitStr, Expr)>> {
    input.parse::<Token![=]>()?;
    let inside;
    braced!(inside in input);
    let mut entries = Vec::new();
    while !inside.is_empty() {
        let key = if inside.peek(LitStr) {
            inside.parse()?
        } else {
            let name: Ident = inside.parse()?;
            LitStr::new(&crate::names::plain(&name), name.span())
        };
        inside.parse::<Token![:]>()?;
        entries.push((key, inside.parse()?));
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
    }
    Ok(entries)
}

/// Nothing, `(keep)` or `(linger_ms = 5000)`
fn singleton(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut linger = quote!(::core::option::Option::Some(0));
    if input.peek(token::Paren) {
        let inside;
        parenthesized!(inside in input);
        each(&inside, |name, input| {
            match name.to_string().as_str() {
                "keep" => linger = quote!(::core::option::Option::None),
                "linger_ms" => {
                    input.parse::<Token![=]>()?;
                    let ms: u64 = input.parse::<LitInt>()?.base10_parse()?;
                    linger = quote!(::core::option::Option::Some(#ms));
                }
                _ => return Err(unknown(name, &["keep", "linger_ms"])),
            }
            Ok(())
        })?;
    }
    Ok(linger)
}

/// `(lifecycle, messages)`
fn logging(input: ParseStream<'_>) -> Result<Vec<Ident>> {
    let inside;
    parenthesized!(inside in input);
    let known = &[
        "lifecycle",
        "messages",
        "state",
        "performance",
        "rooms",
        "websocket",
    ];
    let mut chosen = Vec::new();
    each(&inside, |name, _| {
        let text = name.to_string();
        if !known.contains(&text.as_str()) {
            return Err(unknown(name, known));
        }
        chosen.push(Ident::new(&text.to_uppercase(), name.span()));
        Ok(())
    })?;
    Ok(chosen)
}
