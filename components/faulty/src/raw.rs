//! The daemon's `patch` without the SDK in between.

#[cfg(target_family = "wasm")]
#[allow(
    unsafe_code,
    reason = "the canonical ABI is raw pointers; the generator knows their rules"
)]
#[allow(missing_docs, unreachable_pub, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({
        inline: "
            package faulty:raw;
            world raw { import liveside:component/state@0.1.0; }
        ",
        path: "../../wit",
        generate_all,
    });
}

/// # Errors
/// The daemon's refusal.
#[cfg(target_family = "wasm")]
pub(crate) fn patch(changes: &str) -> Result<(), String> {
    bindings::liveside::component::state::patch(changes).map_err(|error| error.message)
}

/// In a test there is nothing below the SDK.
///
/// # Errors
/// None.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn patch(_changes: &str) -> Result<(), String> {
    Ok(())
}
