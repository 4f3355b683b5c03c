//! What wasmtime generates from the WIT. Nothing outside `wasm` sees these types.

#![allow(
    missing_docs,
    reason = "generated from wit/, which holds the documentation"
)]
#![allow(unreachable_pub, reason = "generated")]
#![allow(clippy::all, reason = "generated")]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "live-component",
    imports: {
        "liveside:component/http.fetch": async,
        "liveside:component/rooms.call": async,
        "liveside:component/store.flush": async,
        "liveside:component/uploads.read": async,
    },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// The world `authenticator`. Its imports are those of the other world.
pub mod authenticator {
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "authenticator",
        exports: { default: async },
        with: {
            "liveside:component/types": super::liveside::component::types,
            "liveside:component/http": super::liveside::component::http,
            "liveside:component/config": super::liveside::component::config,
            "liveside:component/log": super::liveside::component::log,
            "liveside:component/clock": super::liveside::component::clock,
            "liveside:component/random": super::liveside::component::random,
        },
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}
