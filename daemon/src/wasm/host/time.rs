//! `clock` and `random`: what makes two runs of the same event differ. Everything of the kind passes here.

use std::sync::LazyLock;
use std::time::Instant;

use rand::RngCore;

use super::GuestStore;
use crate::clock::now_ms;
use crate::wasm::bindings::liveside::component::{clock, random};

/// Most bytes of one call: the guest says how many.
const MAX_RANDOM_BYTES: u32 = 64 << 10;

/// The arbitrary start of `monotonic`.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl clock::Host for GuestStore {
    fn now(&mut self) -> u64 {
        now_ms()
    }

    fn monotonic(&mut self) -> u64 {
        u64::try_from(START.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl random::Host for GuestStore {
    fn get_bytes(&mut self, length: u32) -> Vec<u8> {
        let mut bytes = vec![0; length.min(MAX_RANDOM_BYTES) as usize];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }

    fn get_u64(&mut self) -> u64 {
        rand::rng().next_u64()
    }
}
