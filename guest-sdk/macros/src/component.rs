//! `#[component]`.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, Ident, ImplItem, ItemImpl, Result, Type};

mod definition;
mod dispatch;
mod fields;
mod hooks;
mod methods;
mod options;
mod room;
mod schema;

use fields::Analysis;
use methods::{Method, Role};
use options::Options;

/// The `impl` block as it was, without the SDK's attributes, and the implementation of `Component` beside it; or the
/// block and what is wrong with it, so that the compiler has nothing more to complain of.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut block: ItemImpl = match syn::parse2(item) {
        Ok(block) => block,
        Err(error) => {
            let message = "`#[component]` stands above the `impl` block of a state struct";
            let mut wrong = Error::new(error.span(), message);
            wrong.combine(error);
            return wrong.into_compile_error();
        }
    };
    let analysis = Analysis::of(&block);
    let code = match collect(&mut block) {
        Ok(methods) => component(options, &block, &methods, &analysis),
        Err(error) => Err(error),
    };
    let code = code.unwrap_or_else(|error| error.into_compile_error());
    quote! { #block #code }
}

/// An attribute that only means something inside of a component.
pub(crate) fn misplaced(attribute: &str, item: TokenStream) -> TokenStream {
    let message = format!(
        "`#[{attribute}]` marks a method inside an `impl` block that has `#[component]` above it"
    );
    let error = Error::new(
        item.clone()
            .into_iter()
            .next()
            .map_or_else(proc_macro2::Span::call_site, |token| token.span()),
        message,
    );
    let error = error.into_compile_error();
    quote! { #error #item }
}

fn component(
    options: TokenStream,
    block: &ItemImpl,
    methods: &[Method],
    analysis: &Analysis,
) -> Result<TokenStream> {
    let options: Options = syn::parse2(options)?;
    let name = state_name(block)?;
    distinct(methods)?;
    fitting(&options, methods)?;
    let state = &block.self_ty;
    let definition = definition::definition(&options, name, methods);
    let persistent_defaults = definition::persistent_defaults(&options);
    let migrated = dispatch::migrated(state, methods);
    let find = dispatch::find(state, methods, analysis);
    let room = options
        .room
        .as_ref()
        .map(|kind| room::logic(kind, name, state, methods));
    Ok(quote! {
        #[automatically_derived]
        #[allow(clippy::all, unused_must_use, reason = "generated")]
        impl ::liveside_guest::__private::Component for #state {
            #definition
            #persistent_defaults
            #migrated
            #find
        }

        #room

        // Elsewhere only tests use it: without them it is no dead code either.
        #[cfg(not(target_family = "wasm"))]
        const _: () = ::liveside_guest::__private::used::<#state>();

        #[cfg(target_family = "wasm")]
        ::liveside_guest::__private::inventory::submit! {
            ::liveside_guest::__private::Entry::of::<#state>()
        }
    })
}

/// Every method that something calls. All that is wrong is said at once.
fn collect(block: &mut ItemImpl) -> Result<Vec<Method>> {
    let mut methods = Vec::new();
    let mut wrong: Option<Error> = None;
    for item in &mut block.items {
        let ImplItem::Fn(method) = item else { continue };
        match methods::classify(method) {
            Ok(method) => methods.extend(method),
            Err(error) => match &mut wrong {
                Some(wrong) => wrong.combine(error),
                None => wrong = Some(error),
            },
        }
    }
    wrong.map_or(Ok(methods), Err)
}

fn state_name(block: &ItemImpl) -> Result<&Ident> {
    if let Some((_, path, _)) = &block.trait_ {
        return Err(Error::new(
            path.span(),
            "a component is the struct's own `impl`, not that of a trait",
        ));
    }
    if !block.generics.params.is_empty() {
        return Err(Error::new(
            block.generics.span(),
            "a component has no type parameters",
        ));
    }
    match &*block.self_ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
    .ok_or_else(|| {
        Error::new(
            block.self_ty.span(),
            "a component is an `impl` block of a struct with `#[derive(State)]`",
        )
    })
}

/// Rooms have hooks that components have not, and the other way round.
fn fitting(options: &Options, methods: &[Method]) -> Result<()> {
    if let Some(kind) = &options.room
        && options.singleton.is_some()
    {
        return Err(Error::new(
            kind.span(),
            "the logic of rooms is one instance for each room already: leave `singleton` out",
        ));
    }
    if let Some(durable) = options.durable
        && options.room.is_none()
        && options.singleton.is_none()
    {
        return Err(Error::new(
            durable,
            "`durable` is for singletons and rooms: a mount ends with its browser. What should outlive it goes into \
             `cx.persistent()` or `cx.store()`",
        ));
    }
    for method in methods {
        let Role::Hook(hook) = &method.role else {
            continue;
        };
        if hook.of_rooms && options.room.is_none() {
            let message = format!(
                "`{}` is a hook of rooms: write `#[component(room = \"..\")]`, or see `on_room_join`, `on_client_join` \
                 and their like",
                hook.method
            );
            return Err(Error::new(method.name.span(), message));
        }
    }
    Ok(())
}

/// No two actions with one name on the wire; those under a `cfg` may exclude each other.
fn distinct(methods: &[Method]) -> Result<()> {
    let mut seen = HashMap::new();
    for method in methods.iter().filter(|method| method.cfg.is_empty()) {
        let Role::Action { wire, .. } = &method.role else {
            continue;
        };
        if let Some(other) = seen.insert(wire.value(), &method.name) {
            let message = format!(
                "`{other}` is the action \"{}\" already; use `#[action(rename = \"..\")]`",
                wire.value()
            );
            return Err(Error::new(method.name.span(), message));
        }
    }
    Ok(())
}
