//! The probe at version 2.0.0: the same source, with the feature `second`.

#[path = "../../rust-probe/src/lib.rs"]
mod first;
