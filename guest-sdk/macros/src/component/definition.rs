//! The constant that says what the component is.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::dispatch::subscriptions;
use super::methods::{Method, Role};
use super::options::Options;
use super::schema;
use crate::names::camel_case;

/// `const DEFINITION` of the component.
pub(crate) fn definition(options: &Options, component: &Ident, methods: &[Method]) -> TokenStream {
    let name = options
        .name
        .as_ref()
        .map_or_else(|| component.to_string(), |name| name.value());
    let version = options
        .version
        .as_ref()
        .map_or_else(|| "1.0.0".to_owned(), |version| version.value());
    let actions = methods.iter().filter_map(|method| {
        let Role::Action { wire, gate, schema } = &method.role else {
            return None;
        };
        let (cfg, gate) = (&method.cfg, gate.definition());
        let schema = match schema::of_payload(method) {
            Some(function) if *schema => quote!(::core::option::Option::Some(#function)),
            _ => quote!(::core::option::Option::None),
        };
        Some(quote! {
            #(#cfg)* ::liveside_guest::__private::Action { name: #wire, #gate payload_schema: #schema }
        })
    });
    let set_value = options.set_value.map(|_| {
        quote! {
            ::liveside_guest::__private::Action {
                name: "setValue",
                access: ::core::option::Option::None,
                rate_limit: ::core::option::Option::None,
                payload_schema: ::core::option::Option::None,
            }
        }
    });
    let actions = actions.chain(set_value);
    let hidden = methods.iter().filter(|method| matches!(method.role, Role::Hidden)).map(|method| {
        let (cfg, name) = (&method.cfg, camel_case(&method.name));
        let advice = format!("add `#[action]` above `fn {}` in `impl {component}`", method.name);
        quote! { #(#cfg)* ::liveside_guest::__private::HiddenAction { name: #name, advice: #advice } }
    });
    let hooks = methods.iter().filter_map(|method| {
        let Role::Hook(hook) = &method.role else {
            return None;
        };
        let (cfg, (_, flag)) = (&method.cfg, hook.idents());
        Some(quote! { #(#cfg)* { __hooks |= ::liveside_guest::__private::hooks::#flag; } })
    });
    let rooms = subscriptions(methods).map(|(method, (event, room))| {
        let cfg = &method.cfg;
        let room = match room {
            Some(room) => quote!(::core::option::Option::Some(#room)),
            None => quote!(::core::option::Option::None),
        };
        quote! { #(#cfg)* ::liveside_guest::__private::RoomSubscription { room: #room, event: #event } }
    });
    let variant = |chosen: &Option<Ident>, otherwise: &str| match chosen {
        Some(chosen) => Ident::new(&chosen.to_string(), proc_macro2::Span::call_site()),
        None => Ident::new(otherwise, proc_macro2::Span::call_site()),
    };
    let props = variant(&options.props, "Known");
    let isolation = variant(&options.isolation, "Shared");
    let gate = options.gate.definition();
    let singleton = match &options.singleton {
        Some(linger) => quote! {
            ::core::option::Option::Some(::liveside_guest::__private::Singleton { linger_ms: #linger })
        },
        None => quote!(::core::option::Option::None),
    };
    let room = match &options.room {
        Some(kind) => quote!(::core::option::Option::Some(#kind)),
        None => quote!(::core::option::Option::None),
    };
    let durable = options.durable.is_some();
    let logging = options.logging.iter().map(|flag| {
        let flag = Ident::new(&flag.to_string(), proc_macro2::Span::call_site());
        quote!(| ::liveside_guest::__private::logging::#flag)
    });
    quote! {
        const DEFINITION: ::liveside_guest::__private::Definition = ::liveside_guest::__private::Definition {
            name: #name,
            version: #version,
            actions: &[#(#actions),*],
            hidden_actions: &[#(#hidden),*],
            hooks: {
                #[allow(unused_mut, reason = "there may be no hook")]
                let mut __hooks = 0;
                #(#hooks)*
                __hooks
            },
            room_subscriptions: &[#(#rooms),*],
            props: ::liveside_guest::__private::Props::#props,
            #gate
            singleton: #singleton,
            room: #room,
            durable: #durable,
            isolation: ::liveside_guest::__private::Isolation::#isolation,
            logging: 0 #(#logging)*,
        };
    }
}

/// The function `persistent_defaults`, if there are any.
pub(crate) fn persistent_defaults(options: &Options) -> Option<TokenStream> {
    if options.persistent.is_empty() {
        return None;
    }
    let puts = options.persistent.iter().map(|(key, value)| {
        let key = format!("{}:", crate::names::quoted(&key.value()));
        quote! { __into.put(#key, &(#value))?; }
    });
    Some(quote! {
        fn persistent_defaults(
            __into: &mut ::liveside_guest::__private::ObjectWriter,
        ) -> ::liveside_guest::__private::serde_json::Result<()> {
            #(#puts)*
            ::core::result::Result::Ok(())
        }
    })
}
