//! What the daemon refuses, as a value: the action succeeds, and a test reads the refusal's code and sentence.

use liveside_guest::{HostError, Value, json};
use serde::Serialize;

/// `{"ok": VALUE}`, or `{"code": "Denied", "message": ".."}`.
pub(crate) fn told(answer: Result<impl Serialize, HostError>) -> Value {
    match answer {
        Ok(value) => json!({"ok": value}),
        Err(error) => json!({"code": format!("{:?}", error.code), "message": error.message}),
    }
}
