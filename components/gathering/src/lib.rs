//! What several have in common, for the tests of the daemon: rooms with logic, those who call them, and singletons.

mod guest;
mod hall;
mod shared;

#[cfg(test)]
mod tests;
