//! Rules about calls, for the tests of the daemon.

mod checked;
mod guarded;
mod limited;

#[cfg(test)]
mod tests;
