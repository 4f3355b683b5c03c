//! The generated bindings of the world `live-component`. Nothing outside of [`host`](crate::host) and
//! [`exports`](crate::exports) sees them.

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
    world: "live-component",
    // Arguments of imports are borrowed (`&[&str]`), so that a call copies nothing.
    ownership: Borrowing { duplicate_if_necessary: false },
});

export!(Module);

/// The module that is being built: its components are those in the registry.
pub(crate) struct Module;
