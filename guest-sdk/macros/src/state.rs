//! `#[derive(State)]`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, Fields, Ident, Lit, LitStr, Result,
    Type,
};

use crate::mirror::{is_rule, mirror};
use crate::names::{camel_case, list, plain, quoted, suggestion};

/// One field and what its attributes say.
struct StateField {
    name: Ident,
    ty: Type,
    key: String,
    default: Option<Expr>,
    /// What `#[schemars(..)]` says of it.
    rules: Vec<Attribute>,
}

/// What the struct's own attributes say.
#[derive(Default)]
struct StateOptions {
    /// A new mount starts with the struct's own `Default`.
    own_default: bool,
    schema: bool,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let fields = fields(input)?;
    let StateOptions {
        own_default,
        schema,
    } = options(&input.attrs)?;
    if let (true, Some(field)) = (
        own_default,
        fields.iter().find(|field| field.default.is_some()),
    ) {
        let message = "the struct's own `Default` already says what this starts with; leave one of the two out";
        return Err(Error::new(field.name.span(), message));
    }

    let struct_name = &input.ident;
    let names: Vec<_> = fields.iter().map(|field| &field.name).collect();
    let name_texts = names.iter().map(|name| plain(name));
    let keys = fields.iter().map(|field| &field.key);
    let at: Vec<usize> = (0..fields.len()).collect();
    let placeholders: Vec<_> = fields.iter().map(placeholder).collect();
    let initial = if own_default {
        quote! { <Self as ::core::default::Default>::default() }
    } else {
        let values = fields.iter().map(initial);
        quote! { Self { #(#names: #values,)* } }
    };
    let reads = fields.iter().zip(&at).map(|(field, at)| {
        let (name, ty) = (&field.name, &field.ty);
        // By way of `Option`, so that a `null` that the type has no use for is its default and not a dead component.
        quote_spanned! {ty.span()=>
            #at => self.#name = __A::next_value::<::core::option::Option<#ty>>(__values)?.unwrap_or_default(),
        }
    });
    let copies = fields
        .iter()
        .zip(&placeholders)
        .zip(&at)
        .map(|((field, placeholder), at)| {
            let (name, ty) = (&field.name, &field.ty);
            let clone =
                quote_spanned! {ty.span()=> <#ty as ::core::clone::Clone>::clone(&self.#name) };
            quote! { #name: if __fields.has(#at) { #clone } else { #placeholder } }
        });
    let writes = fields.iter().zip(&at).map(|(field, at)| {
        let (name, ty) = (&field.name, &field.ty);
        let key = format!("{}:", quoted(&field.key));
        let differs = quote_spanned! {ty.span()=> <#ty as ::core::cmp::PartialEq>::ne(&__before.#name, &self.#name) };
        quote! {
            if __fields.has(#at) && __before.is_none_or(|__before| #differs) {
                __into.put::<#ty>(#key, &self.#name)?;
            }
        }
    });

    let schema = schema_function(&fields, schema)?;

    Ok(quote! {
        #[automatically_derived]
        #[allow(clippy::all, reason = "generated")]
        impl ::liveside_guest::__private::State for #struct_name {
            const FIELDS: &'static [::liveside_guest::__private::Field] =
                &[#(::liveside_guest::__private::Field { name: #name_texts, key: #keys },)*];

            fn initial() -> Self {
                #initial
            }

            fn placeholder() -> Self {
                Self { #(#names: #placeholders,)* }
            }

            fn read<'de, __A: ::liveside_guest::__private::serde::de::MapAccess<'de>>(
                &mut self,
                __field: usize,
                __values: &mut __A,
            ) -> ::core::result::Result<(), __A::Error> {
                match __field {
                    #(#reads)*
                    _ => {}
                }
                ::core::result::Result::Ok(())
            }

            fn snapshot(&self, __fields: ::liveside_guest::__private::FieldSet) -> Self {
                Self { #(#copies,)* }
            }

            fn write(
                &self,
                __fields: ::liveside_guest::__private::FieldSet,
                __before: ::core::option::Option<&Self>,
                __into: &mut ::liveside_guest::__private::ObjectWriter,
            ) -> ::liveside_guest::__private::serde_json::Result<()> {
                #(#writes)*
                ::core::result::Result::Ok(())
            }

            #schema
        }
    })
}

/// The function `schema`, if it is asked for.
fn schema_function(fields: &[StateField], asked: bool) -> Result<Option<TokenStream>> {
    if !asked {
        let rules = fields.iter().flat_map(|field| &field.rules);
        return match rules.map(Spanned::span).next() {
            None => Ok(None),
            Some(span) => Err(Error::new(
                span,
                "nobody checks this: write `#[state(schema)]` above the struct",
            )),
        };
    }
    let mirror = mirror(fields.iter().map(|field| {
        let StateField {
            name,
            ty,
            key,
            rules,
            ..
        } = field;
        quote! { #[schemars(rename = #key)] #(#rules)* #name: #ty }
    }));
    Ok(Some(quote! {
        fn schema() -> ::core::option::Option<::std::string::String> {
            ::core::option::Option::Some(::liveside_guest::__private::with_schemas!({
                #mirror
                ::liveside_guest::__private::schema::of_state::<__Mirror>()
            }))
        }
    }))
}

fn fields(input: &DeriveInput) -> Result<Vec<StateField>> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(
            input.ident.span(),
            "state is a struct with named fields; each field is a key of the state",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(Error::new(
            input.generics.span(),
            "a state struct has no type parameters: its fields are its JSON",
        ));
    }
    let named = match &data.fields {
        Fields::Named(named) => named.named.iter().collect(),
        Fields::Unit => Vec::new(),
        Fields::Unnamed(unnamed) => {
            return Err(Error::new(
                unnamed.span(),
                "give the fields names: each name is a key of the state",
            ));
        }
    };
    let mut seen = HashMap::new();
    let mut fields = Vec::with_capacity(named.len());
    for field in named {
        let field = state_field(field)?;
        if let Some(other) = seen.insert(field.key.clone(), field.name.clone()) {
            let message = format!(
                "`{other}` has the key \"{}\" already; use `#[state(rename = \"..\")]`",
                field.key
            );
            return Err(Error::new(field.name.span(), message));
        }
        fields.push(field);
    }
    Ok(fields)
}

fn state_field(field: &Field) -> Result<StateField> {
    let name = field
        .ident
        .clone()
        .ok_or_else(|| Error::new(field.span(), "give the field a name"))?;
    let mut key = camel_case(&name);
    let mut default = None;
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("state"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                key = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.path.is_ident("default") {
                default = Some(meta.value()?.parse()?);
            } else {
                return Err(unknown(&meta.path, &["default", "rename"]));
            }
            Ok(())
        })?;
    }
    Ok(StateField {
        name,
        ty: field.ty.clone(),
        key,
        default,
        rules: field
            .attrs
            .iter()
            .filter(|rule| is_rule(rule))
            .cloned()
            .collect(),
    })
}

fn options(attributes: &[Attribute]) -> Result<StateOptions> {
    let mut options = StateOptions::default();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("state"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                options.own_default = true;
            } else if meta.path.is_ident("schema") {
                options.schema = true;
            } else {
                return Err(unknown(&meta.path, &["default", "schema"]));
            }
            Ok(())
        })?;
    }
    Ok(options)
}

fn unknown(path: &syn::Path, known: &[&str]) -> Error {
    let name = path.get_ident().map(Ident::to_string).unwrap_or_default();
    let message = format!(
        "`{name}` is not an option here.{} There is {}.",
        suggestion(&name, known),
        list(known)
    );
    Error::new(path.span(), message)
}

fn placeholder(field: &StateField) -> TokenStream {
    let ty = &field.ty;
    quote_spanned! {ty.span()=> <#ty as ::core::default::Default>::default() }
}

fn initial(field: &StateField) -> TokenStream {
    match &field.default {
        // `default = "text"` for a `String`.
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        })) => quote! { ::core::convert::Into::into(#text) },
        Some(value) => quote! { #value },
        None => placeholder(field),
    }
}
