//! The handle by which components call the logic of a room: one method for each of its actions.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, Ident, LitStr, PathArguments, Type};

use super::methods::{Method, Role};
use crate::names::quoted;

/// The handle's type, and the implementation of `RoomLogic`.
pub(crate) fn logic(kind: &LitStr, name: &Ident, state: &Type, methods: &[Method]) -> TokenStream {
    let handle = format_ident!("{name}Handle", span = name.span());
    let about = format!(
        "A room of the kind `{}`, as its callers see it.",
        kind.value()
    );
    let calls = methods.iter().filter_map(call);
    quote! {
        #[doc = #about]
        #[derive(Clone)]
        #[allow(dead_code, private_interfaces, unreachable_pub, reason = "generated")]
        pub struct #handle<'a> {
            room: ::liveside_guest::context::Room<'a>,
        }

        #[automatically_derived]
        #[allow(
            clippy::all,
            dead_code,
            private_interfaces,
            unreachable_pub,
            missing_docs,
            reason = "generated"
        )]
        impl #handle<'_> {
            #(#calls)*
        }

        #[automatically_derived]
        impl<'a> ::core::ops::Deref for #handle<'a> {
            type Target = ::liveside_guest::context::Room<'a>;

            fn deref(&self) -> &Self::Target {
                &self.room
            }
        }

        #[automatically_derived]
        impl ::liveside_guest::__private::RoomLogic for #state {
            const KIND: &'static str = #kind;

            type Handle<'a> = #handle<'a>;

            fn handle(room: ::liveside_guest::context::Room<'_>) -> Self::Handle<'_> {
                #handle { room }
            }
        }
    }
}

fn call(method: &Method) -> Option<TokenStream> {
    let Role::Action { wire, .. } = &method.role else {
        return None;
    };
    let (cfg, name) = (&method.cfg, &method.name);
    let about = format!("Runs the action `{}` in the room.", wire.value());
    let arguments: Vec<_> = (0..method.arguments.len())
        .map(|at| format_ident!("argument_{at}"))
        .collect();
    let types = method.arguments.iter().map(|argument| &argument.ty);
    let keys = method
        .arguments
        .iter()
        .map(|argument| format!("{}:", quoted(&argument.wire)));
    let returns = match &method.returns {
        Some(ty) => value_of(ty),
        None => quote!(()),
    };
    Some(quote_spanned! {name.span()=>
        #(#cfg)*
        #[doc = #about]
        pub fn #name(
            &self,
            #(#arguments: #types),*
        ) -> ::liveside_guest::Result<#returns, ::liveside_guest::HostError> {
            ::liveside_guest::__private::RoomArguments::default()
                #(.with(#keys, &#arguments))*
                .call(&self.room, #wire)
        }
    })
}

/// `T` of a `Result<T, ..>`, or the type itself.
fn value_of(ty: &Type) -> TokenStream {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Result"
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(value)) = arguments.args.first()
    {
        return quote_spanned!(value.span()=> #value);
    }
    quote_spanned!(ty.span()=> #ty)
}
