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
    },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});
