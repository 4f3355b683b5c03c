//! Every feature once, for `tests/conformance`: not an example. `rust-probe-v2` is the same source at version 2.0.0.

mod hall;
mod probe;
mod room;

#[cfg(test)]
mod tests;
