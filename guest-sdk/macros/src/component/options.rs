//! What stands in the brackets: the options of `#[component(..)]`, and those that `#[action(..)]` shares with it.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, Ident, LitInt, LitStr, Result, Token, braced, parenthesized, token};

use crate::names::{list, suggestion};

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
    /// Names of the constants in the SDK's `logging`.
    pub(crate) logging: Vec<Ident>,
}

/// Who may, and how often: for the component and for each action.
#[derive(Default)]
pub(crate) struct Gate {
    access: Option<Access>,
    rate_limit: Option<(u32, u32)>,
}

#[derive(Default)]
struct Access {
    roles: Vec<LitStr>,
    permissions: Vec<LitStr>,
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
                "logging" => options.logging = logging(input)?,
                _ => return Err(unknown(name, OPTIONS)),
            }
            Ok(())
        })?;
        Ok(options)
    }
}

impl Gate {
    /// Reads `requires(..)` or `rate_limit(..)`, whichever `name` is.
    pub(crate) fn option(&mut self, name: &Ident, input: ParseStream<'_>) -> Result<()> {
        if name == "requires" {
            self.access = Some(requires(name, input)?);
        } else {
            self.rate_limit = Some(rate_limit(name, input)?);
        }
        Ok(())
    }

    /// The fields `access` and `rate_limit` of a definition.
    pub(crate) fn definition(&self) -> TokenStream {
        let access = match &self.access {
            Some(Access { roles, permissions }) => quote! {
                ::core::option::Option::Some(::liveside_guest::__private::Access {
                    roles: &[#(#roles),*],
                    permissions: &[#(#permissions),*],
                })
            },
            None => quote!(::core::option::Option::None),
        };
        let rate_limit = match self.rate_limit {
            Some((burst, per_minute)) => quote! {
                ::core::option::Option::Some(::liveside_guest::__private::RateLimit {
                    burst: #burst,
                    per_minute: #per_minute,
                })
            },
            None => quote!(::core::option::Option::None),
        };
        quote! { access: #access, rate_limit: #rate_limit, }
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

/// `(authenticated, roles("a", "b"), permissions("p"))`
fn requires(name: &Ident, input: ParseStream<'_>) -> Result<Access> {
    let inside = brackets(name, input, "requires(authenticated)")?;
    let mut access = Access::default();
    each(&inside, |name, input| {
        let known = &["authenticated", "roles", "permissions"];
        match name.to_string().as_str() {
            // The others imply it.
            "authenticated" => {}
            "roles" => access.roles = texts(name, input)?,
            "permissions" => access.permissions = texts(name, input)?,
            _ => return Err(unknown(name, known)),
        }
        Ok(())
    })?;
    Ok(access)
}

/// `(burst = 5, per_minute = 60)`
fn rate_limit(name: &Ident, input: ParseStream<'_>) -> Result<(u32, u32)> {
    const EXAMPLE: &str = "rate_limit(burst = 10, per_minute = 60)";
    let inside = brackets(name, input, EXAMPLE)?;
    let (mut burst, mut per_minute) = (None, None);
    each(&inside, |name, input| {
        let target = match name.to_string().as_str() {
            "burst" => &mut burst,
            "per_minute" => &mut per_minute,
            _ => return Err(unknown(name, &["burst", "per_minute"])),
        };
        input.parse::<Token![=]>()?;
        *target = Some(input.parse::<LitInt>()?.base10_parse()?);
        Ok(())
    })?;
    burst
        .zip(per_minute)
        .ok_or_else(|| Error::new(name.span(), format!("give both numbers: `{EXAMPLE}`")))
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

fn texts(name: &Ident, input: ParseStream<'_>) -> Result<Vec<LitStr>> {
    let inside = brackets(name, input, &format!("{name}(\"one\", \"another\")"))?;
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&inside)?
        .into_iter()
        .collect())
}

fn brackets<'a>(
    name: &Ident,
    input: ParseStream<'a>,
    example: &str,
) -> Result<syn::parse::ParseBuffer<'a>> {
    if !input.peek(token::Paren) {
        return Err(Error::new(name.span(), format!("write it as `{example}`")));
    }
    let inside;
    parenthesized!(inside in input);
    if inside.is_empty() {
        return Err(Error::new(
            name.span().span(),
            format!("write it as `{example}`"),
        ));
    }
    Ok(inside)
}
