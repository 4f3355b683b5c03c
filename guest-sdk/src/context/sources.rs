//! The small capabilities: configuration, log, time, randomness and uploaded files.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use super::Context;
use crate::error::HostError;
use crate::host::{Host, HostResult, Level};

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            cx: &'a Context,
        }

        impl<'a> $name<'a> {
            pub(super) fn new(cx: &'a Context) -> Self {
                Self { cx }
            }
        }
    )*};
}

capabilities! {
    /// Values under `[component.NAME.config]` and `[component.NAME.secrets]` of the daemon's configuration.
    Config
    /// Lines in the daemon's log, with the component's name and instance beside them.
    Log
    /// The daemon's clock.
    Clock
    /// The daemon's randomness.
    Random
    /// Files that browsers have uploaded to this mount.
    Uploads
}

impl Config<'_> {
    /// The value of a key, if the configuration grants it.
    pub fn get(&self, key: &str) -> Option<String> {
        self.cx.host.config(key)
    }

    /// The value of a key that the component cannot do without.
    ///
    /// # Errors
    /// Where the configuration does not grant it, or it is not a `T`.
    pub fn require<T: FromStr>(&self, key: &str) -> HostResult<T> {
        let place = match self.cx.component() {
            // An authenticator.
            "" => format!("config.{key}"),
            name => format!("component.{name}.config.{key}"),
        };
        let value = self
            .get(key)
            .ok_or_else(|| HostError::invalid(format!("`{place}` is not set")))?;
        value
            .parse()
            .map_err(|_| HostError::invalid(format!("`{place}` is not what is needed")))
    }
}

impl Log<'_> {
    /// A line of a level that is chosen at run time.
    pub fn write(&self, level: Level, message: impl Display) {
        self.cx.write_log(level, &message);
    }

    /// Every step.
    pub fn trace(&self, message: impl Display) {
        self.cx.write_log(Level::Trace, &message);
    }

    /// For finding a fault.
    pub fn debug(&self, message: impl Display) {
        self.cx.write_log(Level::Debug, &message);
    }

    /// Worth knowing. Takes text, `format_args!(..)`, or anything else that can be shown.
    pub fn info(&self, message: impl Display) {
        self.cx.write_log(Level::Info, &message);
    }

    /// Something is not as it should be.
    pub fn warn(&self, message: impl Display) {
        self.cx.write_log(Level::Warn, &message);
    }

    /// Something did not work.
    pub fn error(&self, message: impl Display) {
        self.cx.write_log(Level::Error, &message);
    }
}

impl Clock<'_> {
    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        self.cx.host.now_ms()
    }

    /// Time from an arbitrary start, never going back: for measuring.
    pub fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.cx.host.monotonic_ns())
    }
}

impl Random<'_> {
    /// Any number.
    pub fn u64(&self) -> u64 {
        self.cx.host.random_u64()
    }

    /// A number from 0 up to, but not including, `end`; 0 if `end` is 0.
    pub fn below(&self, end: u64) -> u64 {
        // The upper half of the product is even over 0..end to one part in 2^64 / end.
        ((u128::from(self.u64()) * u128::from(end)) >> 64) as u64
    }

    /// Bytes fit for keys and tokens, at most 64 KiB.
    pub fn bytes(&self, length: u32) -> Vec<u8> {
        self.cx.host.random_bytes(length)
    }

    /// A random UUID, version 4: `0f8fad5b-d9cb-469f-a165-70867728950e`.
    pub fn uuid(&self) -> String {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let high = self.u64() & !0xf000 | 0x4000;
        let low = self.u64() & !(0b11 << 62) | (0b10 << 62);
        let mut text = String::with_capacity(36);
        for (at, byte) in high
            .to_be_bytes()
            .into_iter()
            .chain(low.to_be_bytes())
            .enumerate()
        {
            if matches!(at, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
        text
    }
}

impl Uploads<'_> {
    /// Up to `length` bytes of a finished upload from `offset` on; nothing at its end.
    ///
    /// # Errors
    /// What the daemon says.
    pub fn read(&self, upload: &str, offset: u64, length: u32) -> HostResult<Vec<u8>> {
        self.cx.host.upload_read(upload, offset, length)
    }
}
