//! Who may, and how often: `requires(..)` and `rate_limit(..)`, for a component and for each action.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitInt, LitStr, Result, Token, parenthesized, token};

use super::{each, unknown};

/// What stands in the way of a call or a mount.
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
        return Err(Error::new(name.span(), format!("write it as `{example}`")));
    }
    Ok(inside)
}
