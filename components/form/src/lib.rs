//! A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
//! what is wrong, `submit` fails as an action.

use std::collections::BTreeMap;

use liveside_guest::prelude::*;
use serde::Serialize;

/// A message is a few lines, not a file.
const LONGEST_MESSAGE: usize = 2_000;

/// What the browser sees.
#[derive(State)]
pub struct Form {
    name: String,
    email: String,
    message: String,
    submitted: bool,
    /// Milliseconds since the Unix epoch.
    submitted_at: Option<u64>,
}

/// What `validate` answers.
#[derive(Serialize)]
struct Validation {
    valid: bool,
    /// A sentence for each field that is not as it should be.
    errors: BTreeMap<&'static str, String>,
}

/// What `submit` answers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    success: bool,
    submitted_at: u64,
}

#[component(name = "LiveForm", version = "1.0.0", set_value)]
impl Form {
    #[action]
    fn validate(&self) -> Validation {
        let mut errors = BTreeMap::new();
        if self.name.trim().is_empty() {
            errors.insert("name", "Please tell us your name.".to_owned());
        }
        if self.email.trim().is_empty() {
            errors.insert("email", "Please tell us your email address.".to_owned());
        } else if !looks_like_an_address(self.email.trim()) {
            errors.insert(
                "email",
                format!("\"{}\" is not an email address.", self.email.trim()),
            );
        }
        if self.message.chars().count() > LONGEST_MESSAGE {
            errors.insert(
                "message",
                format!("Please use at most {LONGEST_MESSAGE} characters."),
            );
        }
        Validation {
            valid: errors.is_empty(),
            errors,
        }
    }

    #[action]
    fn submit(&mut self, cx: &Context) -> Result<Receipt> {
        let errors = self.validate().errors;
        ensure!(
            errors.is_empty(),
            "{}",
            errors.into_values().collect::<Vec<_>>().join(" ")
        );
        ensure!(!self.submitted, "This form has been sent already.");
        let now = cx.clock().now_ms();
        self.submitted = true;
        self.submitted_at = Some(now);
        Ok(Receipt {
            success: true,
            submitted_at: now,
        })
    }

    #[action]
    fn reset(&mut self) {
        *self = Self::initial();
    }
}

/// Something before an `@` and a domain with a dot behind it. Whether somebody reads it, only a message can tell.
fn looks_like_an_address(text: &str) -> bool {
    let Some((user, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let inner_dot = domain.trim_matches('.') == domain && domain.contains('.');
    !user.is_empty() && inner_dot && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests;
