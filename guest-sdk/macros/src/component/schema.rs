//! The functions that make JSON Schemas: a struct with the arguments of an action as its fields, whose schema is derived.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::dispatch::owned;
use super::methods::Method;
use crate::mirror::mirror;

/// A function that makes the schema of the payload; `None` where there are no arguments, and the payload is ignored.
pub(crate) fn of_payload(method: &Method) -> Option<TokenStream> {
    let types: Vec<_> = method
        .arguments
        .iter()
        .map(|argument| owned(&argument.ty))
        .collect();
    let fields = method.arguments.iter().zip(&types).enumerate();
    let fields = fields.map(|(at, (argument, ty))| {
        let (wire, rules) = (&argument.wire, &argument.rules);
        let field = format_ident!("argument_{at}");
        quote! { #[schemars(rename = #wire)] #(#rules)* #field: #ty }
    });
    let arguments = mirror(fields);
    let wires: Vec<_> = method
        .arguments
        .iter()
        .map(|argument| &argument.wire)
        .collect();
    let schema = match (wires.as_slice(), types.as_slice()) {
        ([], _) => return None,
        ([wire], [ty]) => quote! {
            ::liveside_guest::__private::schema::of_argument::<__Mirror, #ty>(#wire)
        },
        _ => quote! {
            ::liveside_guest::__private::schema::of_arguments::<__Mirror>(&[
                #((#wires, ::liveside_guest::__private::payload::is_needed::<#types>())),*
            ])
        },
    };
    Some(quote! { || ::liveside_guest::__private::with_schemas!({ #arguments #schema }) })
}
