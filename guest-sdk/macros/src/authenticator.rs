//! `#[authenticator]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, ImplItem, ItemImpl, Result, parse_quote};

/// The `impl` block with what the daemon has to know of it, and its registration beside it.
pub(crate) fn expand(options: &TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !options.is_empty() {
        return Err(Error::new_spanned(
            options,
            "`#[authenticator]` has no options",
        ));
    }
    let mut block: ItemImpl = syn::parse2(item.clone()).map_err(|error| {
        Error::new(
            error.span(),
            "`#[authenticator]` stands above `impl Authenticator for` a struct",
        )
    })?;
    let is_of_trait = block.trait_.as_ref().is_some_and(|(not, path, _)| {
        let name = path.segments.last();
        not.is_none() && name.is_some_and(|name| name.ident == "Authenticator")
    });
    if !is_of_trait {
        return Err(Error::new_spanned(
            &block.self_ty,
            "an authenticator is `impl Authenticator for` this struct",
        ));
    }
    if !block.generics.params.is_empty() {
        return Err(Error::new_spanned(
            &block.generics,
            "an authenticator has no type parameters",
        ));
    }
    let has = |name: &str| {
        block
            .items
            .iter()
            .any(|item| matches!(item, ImplItem::Fn(method) if method.sig.ident == name))
    };
    let (actions, rooms) = (has("authorize_action"), has("authorize_room"));
    block.items.push(parse_quote! {
        #[doc(hidden)]
        const RULES: (bool, bool) = (#actions, #rooms);
    });
    let name = &block.self_ty;
    Ok(quote! {
        #block

        // Elsewhere only tests use it: without them it is no dead code either.
        #[cfg(not(target_family = "wasm"))]
        const _: () = ::liveside_guest::authenticator::used::<#name>();

        #[cfg(target_family = "wasm")]
        ::liveside_guest::__private::inventory::submit! {
            ::liveside_guest::authenticator::Entry::of::<#name>()
        }
    })
}
