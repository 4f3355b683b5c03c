//! What was seen, as JSON: with an end to large values, and, but in development, without what looks like a secret.

use serde_json::{Value, json};

use crate::live::{Seen, SeenEvent, SeenInRoom, SeenSwap, What};
use crate::state::{Delta, Document, Json};

/// A value that is longer is cut.
const LONGEST: usize = 8 * 1024;
/// What is shown of one that is cut.
const START: usize = 256;

/// Parts of names of fields whose values are nobody's business. Compared without case, `-` and `_`.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "privatekey",
    "cardnumber",
    "cvv",
];

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Show {
    /// Fields whose names say that they hold a secret are shown too.
    pub(super) secrets: bool,
}

impl Show {
    /// One value.
    pub(super) fn value(self, json: &Json) -> Value {
        let text = json.as_str();
        if text.len() > LONGEST {
            if !self.secrets {
                // Its start might be in the middle of anything.
                return json!({ "$truncated": text.len() });
            }
            let mut end = START;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            return json!({ "$truncated": text.len(), "start": &text[..end] });
        }
        let mut value = serde_json::from_str(text).unwrap_or_default();
        if !self.secrets {
            hide(&mut value);
        }
        value
    }

    fn named(self, name: &str, json: &Json) -> Value {
        if !self.secrets && is_secret(name) {
            return hidden();
        }
        self.value(json)
    }

    fn optional(self, json: Option<&Json>) -> Value {
        json.map_or(Value::Null, |json| self.value(json))
    }

    /// A state, key by key.
    pub(super) fn document(self, document: &Document) -> Value {
        let keys = document.iter();
        keys.map(|(key, value)| (key.to_string(), self.named(key, value)))
            .collect()
    }

    fn delta(self, delta: &Delta) -> Value {
        if delta.is_empty() {
            return Value::Null;
        }
        let gone = Json::null();
        let keys = delta.iter();
        keys.map(|(key, value)| {
            (
                key.to_string(),
                self.named(key, value.as_ref().unwrap_or(&gone)),
            )
        })
        .collect()
    }

    /// Something that was seen.
    pub(super) fn seen(self, seen: &Seen) -> Value {
        let mut value = match &seen.what {
            What::Event(event) => self.event(event),
            What::Room(happened) => self.in_room(happened),
        };
        value["seq"] = seen.seq.into();
        value["at"] = seen.at.into();
        value
    }

    fn event(self, event: &SeenEvent) -> Value {
        let payload = match (&event.name, &event.payload) {
            // A key that was set: its name stands beside its value.
            (Some(name), Some(payload)) => self.named(name, payload),
            (None, payload) => self.optional(payload.as_ref()),
            (Some(_), None) => Value::Null,
        };
        json!({
            "kind": event.kind.as_str(),
            "instance": event.instance.as_str(),
            "component": &*event.component,
            "name": event.name.as_deref(),
            "payload": payload,
            "delta": self.delta(&event.delta),
            "result": self.optional(event.result.as_ref()),
            "error": event.error.as_deref(),
            "outcome": event.outcome.as_str(),
            "tookUs": u64::try_from(event.took.as_micros()).unwrap_or(u64::MAX),
            "connection": event.connection.as_ref().map(crate::ids::ConnectionId::as_str),
            "userId": event.user.as_deref(),
            "request": event.request.as_deref().map(|id| id.trim_matches('"')),
            "canTravel": event.after.is_some(),
        })
    }

    fn in_room(self, happened: &SeenInRoom) -> Value {
        json!({
            "kind": format!("room:{}", happened.kind),
            "room": &*happened.room,
            "name": happened.name.as_deref(),
            "data": self.optional(happened.data.as_ref()),
            "from": happened.from.as_ref().map(crate::ids::InstanceId::as_str),
        })
    }
}

/// A swap.
pub(super) fn swap(swap: &SeenSwap) -> Value {
    let components = swap
        .outcome
        .as_ref()
        .map_or(&[][..], |components| components);
    let components = components.iter().map(|swapped| {
        json!({
            "name": &*swapped.component,
            "version": &*swapped.version,
            "isNew": swapped.is_new,
            "instances": swapped.instances,
        })
    });
    json!({
        "at": swap.at,
        "module": swap.module,
        "outcome": if swap.outcome.is_ok() { "taken" } else { "refused" },
        "tookMs": swap.took.as_secs_f64() * 1000.0,
        "components": components.collect::<Value>(),
        "error": swap.outcome.as_ref().err(),
    })
}

fn hidden() -> Value {
    "[hidden]".into()
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if is_secret(name) {
                    *value = hidden();
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_'));
    let name: String = letters.flat_map(char::to_lowercase).collect();
    SECRET_NAMES.iter().any(|secret| name.contains(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, secrets: bool) -> Value {
        Show { secrets }.value(&Json::parse(text).unwrap())
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden_wherever_it_stands() {
        let text = r#"{"name":"ana","Password":"x","deep":[{"api_key":"y","access-token":1}]}"#;
        let hidden = json!({"name":"ana","Password":"[hidden]","deep":[{"api_key":"[hidden]","access-token":"[hidden]"}]});
        assert_eq!(shown(text, false), hidden);
        assert_eq!(
            shown(text, true),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }

    #[test]
    fn a_key_of_the_state_is_judged_by_its_name() {
        let state = Document::parse(r#"{"count":1,"sessionToken":"abc"}"#).unwrap();
        let shown = Show { secrets: false }.document(&state);
        assert_eq!(shown, json!({"count":1,"sessionToken":"[hidden]"}));
    }

    #[test]
    fn a_long_value_is_cut_at_a_letter() {
        let text = format!("\"{}\"", "ü".repeat(5000));
        let cut = shown(&text, true);
        assert_eq!(cut["$truncated"], text.len());
        assert!(cut["start"].as_str().unwrap().len() <= START);
        assert_eq!(shown(&text, false), json!({"$truncated": text.len()}));
    }
}
