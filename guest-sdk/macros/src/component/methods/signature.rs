//! The signatures of methods: what an event can call, and with which arguments.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Error, FnArg, ImplItemFn, Pat, Result, Type};

use super::{Argument, Role};
use crate::mirror::is_rule;
use crate::names::camel_case;

/// The context, if the method takes it, and the arguments after it.
pub(super) fn arguments(method: &ImplItemFn, role: &Role) -> Result<(Option<Type>, Vec<Argument>)> {
    if matches!(role, Role::Hidden) {
        return Ok((None, Vec::new()));
    }
    callable(method, role)?;
    let mut context = None;
    let mut arguments = Vec::new();
    for (at, argument) in method.sig.inputs.iter().filter_map(typed).enumerate() {
        if at == 0 && is_context(&argument.ty) {
            context = Some((*argument.ty).clone());
            continue;
        }
        let wire = match &*argument.pat {
            Pat::Ident(name) => camel_case(&name.ident),
            // Hooks and the migration do not go by names.
            _ if matches!(role, Role::Hook(_) | Role::Migrate) => String::new(),
            pattern => {
                return Err(Error::new(
                    pattern.span(),
                    "name the argument: the payload is searched for the name",
                ));
            }
        };
        let rules = argument.attrs.iter().filter(|rule| is_rule(rule));
        arguments.push(Argument {
            wire,
            ty: (*argument.ty).clone(),
            rules: rules.cloned().collect(),
        });
    }
    if !matches!(role, Role::Hook(_) | Role::Migrate) {
        for argument in &arguments {
            owned(&argument.ty)?;
        }
    }
    Ok((context, arguments))
}

/// Whether an event can call the method at all.
fn callable(method: &ImplItemFn, role: &Role) -> Result<()> {
    let signature = &method.sig;
    let wrong = |span: Span, message: &str| Err(Error::new(span, message));
    if let Some(asyncness) = signature.asyncness {
        return wrong(
            asyncness.span(),
            "an event runs to its end without `async`; calls such as `cx.http()` wait by themselves",
        );
    }
    let types = signature.generics.type_params().next().is_some()
        || signature.generics.const_params().next().is_some();
    let hidden_type = signature
        .inputs
        .iter()
        .filter_map(typed)
        .find(|argument| matches!(*argument.ty, Type::ImplTrait(_)));
    if types || hidden_type.is_some() {
        return wrong(
            signature.ident.span(),
            "the types of this method are written out: an event does not choose them",
        );
    }
    match (signature.receiver(), role) {
        (Some(receiver), Role::Migrate) => wrong(
            receiver.span(),
            "the migration has no `self` yet: `fn migrate(from: &str, state: &mut Map) -> Result<()>`",
        ),
        (Some(receiver), _) if receiver.reference.is_none() && receiver.colon_token.is_none() => {
            wrong(
                receiver.span(),
                "write `&mut self`, or `&self`: the state stays with the daemon",
            )
        }
        (None, role) if !matches!(role, Role::Migrate) => {
            wrong(signature.ident.span(), "this takes `&mut self` first")
        }
        _ => Ok(()),
    }
}

fn typed(argument: &FnArg) -> Option<&syn::PatType> {
    match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    }
}

/// Whether this is `&Context`, or `&RoomEvent` and the like for another name.
pub(crate) fn is_reference_to(ty: &Type, name: &str) -> bool {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) => path
                .path
                .segments
                .last()
                .is_some_and(|segment| segment.ident == name),
            _ => false,
        },
        _ => false,
    }
}

fn is_context(ty: &Type) -> bool {
    is_reference_to(ty, "Context")
}

/// An argument is made from JSON, so nothing is there that it could borrow from; a plain `&T` is lent by the macro.
fn owned(ty: &Type) -> Result<()> {
    let inner = match ty {
        Type::Reference(reference) => {
            if let Some(mutability) = reference.mutability {
                return Err(Error::new(
                    mutability.span(),
                    "take the argument by value, or by `&`",
                ));
            }
            &reference.elem
        }
        ty => ty,
    };
    let borrowed = quote::quote!(#inner).to_string().contains('&');
    match borrowed {
        true => Err(Error::new(
            inner.span(),
            "this borrows inside: take an owned type, such as `Option<String>`",
        )),
        false => Ok(()),
    }
}
