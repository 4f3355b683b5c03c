//! A struct that exists only to have its schema derived.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Attribute;

/// `struct __Mirror` with these fields, each with its attributes.
pub(crate) fn mirror(fields: impl Iterator<Item = TokenStream>) -> TokenStream {
    quote! {
        #[derive(::liveside_guest::__private::schemars::JsonSchema)]
        #[schemars(crate = "::liveside_guest::__private::schemars")]
        #[allow(dead_code, reason = "only its schema is of use")]
        struct __Mirror { #(#fields,)* }
    }
}

/// Whether an attribute says something about a schema.
pub(crate) fn is_rule(attribute: &Attribute) -> bool {
    attribute.path().is_ident("schemars")
}
