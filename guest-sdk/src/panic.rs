//! What happens before a panic ends the worker: its message and place go to the log, because the trap that follows
//! carries neither.

use std::sync::Once;

use crate::host::{Active, Host, Level};

/// Sends every panic from now on to the log.
pub(crate) fn report() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| Active.log(Level::Error, &info.to_string())));
    });
}
