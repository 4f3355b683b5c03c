//! The code that finds the method for an event and calls it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use super::fields::{Analysis, Needed};
use super::hooks::{Hook, Takes};
use super::methods::{Argument, Method, Role, is_reference_to};

/// The function `find` of the component.
pub(crate) fn find(component: &Type, methods: &[Method], analysis: &Analysis) -> TokenStream {
    let handler = |method: &Method, call| handler(component, method, analysis, call);
    let (mut actions, mut hooks, mut rooms, mut default_rooms, mut timers) =
        (vec![], vec![], vec![], vec![], vec![]);
    for method in methods {
        let cfg = &method.cfg;
        match &method.role {
            Role::Action { wire, .. } => {
                let handler = handler(method, action(method));
                actions.push(quote! { #(#cfg)* #wire => #handler, });
            }
            Role::Hook(hook) => {
                let (event, _) = hook.idents();
                let pattern = match hook.takes {
                    Takes::Nothing => quote!(#event),
                    _ => quote!(#event(_)),
                };
                let handler = handler(method, self::hook(method, hook));
                hooks.push(
                    quote! { #(#cfg)* ::liveside_guest::__private::Event::#pattern => #handler, },
                );
            }
            Role::RoomEvents(events) => {
                for (event, room) in events {
                    let handler = handler(method, room_event(method));
                    // Those for a certain room go first: the others take what is left.
                    let name = room.as_ref().map(|room| room.value());
                    match name.as_deref().map(|name| name.strip_suffix('*')) {
                        Some(None) => rooms.push(quote! { #(#cfg)* (#event, #room) => #handler, }),
                        Some(Some(beginning)) => default_rooms.insert(
                            0,
                            quote! { #(#cfg)* (#event, __room) if __room.starts_with(#beginning) => #handler, },
                        ),
                        None => default_rooms.push(quote! { #(#cfg)* (#event, _) => #handler, }),
                    }
                }
            }
            Role::Timers(names) => {
                let handler = handler(method, timer(method));
                timers.push(quote! { #(#cfg)* #(#names)|* => #handler, });
            }
            Role::Migrate | Role::Hidden => {}
        }
    }
    let arm = |pattern: TokenStream, key: TokenStream, arms: &[TokenStream]| {
        (!arms.is_empty()).then(|| {
            quote! {
                ::liveside_guest::__private::Event::#pattern => match #key {
                    #(#arms)*
                    _ => ::core::option::Option::None,
                },
            }
        })
    };
    rooms.append(&mut default_rooms);
    let actions = arm(quote!(Action(__it)), quote!(__it.name.as_str()), &actions);
    let rooms = arm(
        quote!(RoomEvent(__it)),
        quote!((__it.event.as_str(), __it.room.as_str())),
        &rooms,
    );
    let timers = arm(quote!(Timer(__it)), quote!(__it.name.as_str()), &timers);
    quote! {
        fn find(
            __event: &::liveside_guest::__private::Event,
        ) -> ::core::option::Option<::liveside_guest::__private::Handler<Self>> {
            match __event {
                #actions
                #(#hooks)*
                #rooms
                #timers
                _ => ::core::option::Option::None,
            }
        }
    }
}

/// The override of `migrated`, if the author wrote a migration.
pub(crate) fn migrated(component: &Type, methods: &[Method]) -> Option<TokenStream> {
    let method = methods
        .iter()
        .find(|method| matches!(method.role, Role::Migrate))?;
    let (name, cfg) = (&method.name, &method.cfg);
    let reply = reply(
        method,
        quote_spanned! {name.span()=> <#component>::#name(__from, __map) },
    );
    Some(quote! {
        #(#cfg)*
        fn migrated(__from: &str, __state: &str) -> ::liveside_guest::Result<::std::string::String> {
            ::liveside_guest::__private::migrate_with::<Self>(__state, |__map| { #reply })
        }
    })
}

fn handler(
    component: &Type,
    method: &Method,
    analysis: &Analysis,
    call: TokenStream,
) -> TokenStream {
    let fields = match analysis.needed(&crate::names::plain(&method.name)) {
        Needed::All => quote!(::liveside_guest::__private::FieldSet::ALL),
        Needed::Some(names) => {
            let names = names.iter();
            quote!(::liveside_guest::__private::FieldSet::of(<#component as ::liveside_guest::__private::State>::FIELDS, &[#(#names),*]))
        }
    };
    quote! {{
        const __FIELDS: ::liveside_guest::__private::FieldSet = #fields;
        ::core::option::Option::Some(::liveside_guest::__private::Handler::new(
            __FIELDS,
            |__this: &mut #component, __cx: &::liveside_guest::Context, __event: &::liveside_guest::__private::Event| {
                type __This = #component;
                #call
            },
        ))
    }}
}

fn action(method: &Method) -> TokenStream {
    let body = from_payload(method, None);
    quote! {
        let ::liveside_guest::__private::Event::Action(__it) = __event else { return ::core::result::Result::Ok(::core::option::Option::None) };
        let __payload = __it.payload.as_deref();
        #body
    }
}

fn room_event(method: &Method) -> TokenStream {
    let body = from_payload(method, Some("RoomEvent"));
    quote! {
        let ::liveside_guest::__private::Event::RoomEvent(__it) = __event else { return ::core::result::Result::Ok(::core::option::Option::None) };
        let __payload = ::core::option::Option::Some(__it.data.as_str());
        #body
    }
}

fn timer(method: &Method) -> TokenStream {
    let body = from_payload(method, Some("Timer"));
    quote! {
        let ::liveside_guest::__private::Event::Timer(__it) = __event else { return ::core::result::Result::Ok(::core::option::Option::None) };
        let __payload = __it.payload.as_deref();
        #body
    }
}

fn hook(method: &Method, hook: &Hook) -> TokenStream {
    let (event, _) = hook.idents();
    let mut values = Vec::new();
    let mut lets = TokenStream::new();
    match hook.takes {
        Takes::Nothing => return call(method, &values),
        Takes::It(_) => values.extend(
            method
                .arguments
                .iter()
                .map(|argument| quote_spanned!(argument.ty.span()=> __it)),
        ),
        Takes::Call => {
            for (at, argument) in method.arguments.iter().enumerate() {
                let ty = &argument.ty;
                if at == 0 {
                    values.push(quote_spanned!(ty.span()=> &__it.name));
                } else {
                    lets = quote_spanned! {ty.span()=>
                        let __payload = ::liveside_guest::__private::payload::whole::<#ty>("payload", __it.payload.as_deref())?;
                    };
                    values.push(quote!(__payload));
                }
            }
        }
    }
    let call = call(method, &values);
    quote! {
        let ::liveside_guest::__private::Event::#event(__it) = __event else { return ::core::result::Result::Ok(::core::option::Option::None) };
        #lets
        #call
    }
}

/// A call whose arguments come from `__payload`; one of type `&NAME` is the event itself.
fn from_payload(method: &Method, event: Option<&str>) -> TokenStream {
    let is_event =
        |argument: &Argument| event.is_some_and(|name| is_reference_to(&argument.ty, name));
    let taken: Vec<_> = method
        .arguments
        .iter()
        .filter(|argument| !is_event(argument))
        .collect();
    let wires: Vec<_> = taken.iter().map(|argument| &argument.wire).collect();
    let mut lets = TokenStream::new();
    if taken.len() > 1 {
        lets.extend(quote! {
            let __texts = ::liveside_guest::__private::payload::named([#(#wires),*], __payload)?;
        });
    }
    let mut values = Vec::new();
    for argument in &method.arguments {
        if is_event(argument) {
            values.push(quote!(__it));
            continue;
        }
        let at = values_at(&taken, argument);
        let (wire, ty) = (&argument.wire, &argument.ty);
        let variable = Ident::new(&format!("__argument{at}"), Span::call_site());
        // `&str` is lent from a `String`, `&[T]` from a `Vec<T>`.
        let (owned, value) = match ty {
            Type::Reference(reference) => {
                let inner = &reference.elem;
                (
                    owned(ty),
                    quote_spanned!(ty.span()=> ::core::borrow::Borrow::<#inner>::borrow(&#variable)),
                )
            }
            ty => (owned(ty), quote!(#variable)),
        };
        lets.extend(if taken.len() > 1 {
            quote_spanned! {ty.span()=> let #variable = ::liveside_guest::__private::payload::argument::<#owned>(#wire, __texts[#at])?; }
        } else {
            quote_spanned! {ty.span()=> let #variable = ::liveside_guest::__private::payload::only::<#owned>(#wire, __payload)?; }
        });
        values.push(value);
    }
    let call = call(method, &values);
    quote! { #lets #call }
}

/// The type that an argument is made as, before it is lent to the method.
pub(crate) fn owned(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(reference) => {
            let inner = &reference.elem;
            quote_spanned!(ty.span()=> <#inner as ::std::borrow::ToOwned>::Owned)
        }
        ty => quote!(#ty),
    }
}

fn values_at(taken: &[&Argument], argument: &Argument) -> usize {
    taken
        .iter()
        .position(|other| std::ptr::eq(*other, argument))
        .unwrap_or_default()
}

/// The call of a method, and what it returns as the result of the event.
fn call(method: &Method, values: &[TokenStream]) -> TokenStream {
    let name = &method.name;
    let context = method
        .context
        .as_ref()
        .map(|ty| quote_spanned!(ty.span()=> __cx,));
    reply(
        method,
        // By its path: a trait in scope may have a method of the same name, and would go first.
        quote_spanned! {name.span()=> __This::#name(__this, #context #(#values),*) },
    )
}

fn reply(method: &Method, call: TokenStream) -> TokenStream {
    let Some(ty) = &method.returns else {
        return quote! {
            #call;
            ::core::result::Result::Ok(::core::option::Option::None)
        };
    };
    // The traits are tried in the order of the references: see the SDK's `reply`.
    let finish = quote_spanned! {ty.span()=> __kind.reply(__returned) };
    quote! {
        use ::liveside_guest::__private::reply::{AnyResult as _, OwnResult as _, Plain as _};
        let __returned = #call;
        let __kind = (&&&::liveside_guest::__private::reply::Returned(&__returned)).kind();
        #finish
    }
}

/// The room subscriptions of all methods, as `(event, room)`.
pub(crate) fn subscriptions(
    methods: &[Method],
) -> impl Iterator<Item = (&Method, &(LitStr, Option<LitStr>))> {
    methods.iter().flat_map(|method| {
        let events = match &method.role {
            Role::RoomEvents(events) => events.as_slice(),
            _ => &[],
        };
        events.iter().map(move |event| (method, event))
    })
}
