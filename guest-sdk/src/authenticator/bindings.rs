//! The generated bindings of what the world `authenticator` exports; its imports are in [`bindings`](crate::bindings).

#![allow(
    unsafe_code,
    reason = "the canonical ABI is raw pointers; the generator knows their rules"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    reason = "generated; documented in the WIT"
)]

wit_bindgen::generate!({
    path: "../wit",
    world: "authenticator",
    with: {
        "liveside:component/types@0.1.0": crate::bindings::liveside::component::types,
        "liveside:component/http@0.1.0": crate::bindings::liveside::component::http,
        "liveside:component/config@0.1.0": crate::bindings::liveside::component::config,
        "liveside:component/log@0.1.0": crate::bindings::liveside::component::log,
        "liveside:component/clock@0.1.0": crate::bindings::liveside::component::clock,
        "liveside:component/random@0.1.0": crate::bindings::liveside::component::random,
    },
});

export!(Module);

/// The module that is being built: its authenticator is the one that is registered.
pub(crate) struct Module;
