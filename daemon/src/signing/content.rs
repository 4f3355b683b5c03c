//! The text under the signature: the state, and before it whose it is.
//!
//! `{"__componentName":NAME,"__owner":MARK,…}`: the first two entries are the daemon's, always both of them and in this
//! order; whatever comes after them is the state's. So a state may have keys of these names, and is not confused with
//! what the daemon wrote. The mark stands for the user ([`super::key::Key::owner`]) or is `null`: what a browser keeps
//! does not say who its user is.

use crate::state::{Document, Json, entries};

const COMPONENT: &str = "__componentName";
const OWNER: &str = "__owner";

/// What was signed.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) component: String,
    /// Of the user, in hexadecimal digits; `None` if it was nobody's.
    pub(super) owner: Option<String>,
    pub(super) state: Document,
}

/// The text for a state.
pub(super) fn write(component: &str, owner: Option<&str>, state: &Document) -> String {
    let component = Json::string(component);
    let owner = owner.map_or_else(Json::null, Json::string);
    let state = state.to_text(None);
    let mut text = format!(
        "{{\"{COMPONENT}\":{},\"{OWNER}\":{}",
        component.as_str(),
        owner.as_str()
    );
    let rest = &state[1..];
    text.reserve_exact(1 + rest.len());
    if rest.len() > 1 {
        text.push(',');
    }
    text.push_str(rest);
    text
}

/// The reverse; `None` if it is not of [`write`].
pub(super) fn read(text: &str) -> Option<Content> {
    let mut entries = entries(text).ok()?.into_iter();
    let component = entries.next().filter(|(key, _)| key == COMPONENT)?.1;
    let owner = entries.next().filter(|(key, _)| key == OWNER)?.1;
    Some(Content {
        component: serde_json::from_str(component.get()).ok()?,
        owner: serde_json::from_str(owner.get()).ok()?,
        state: entries
            .map(|(key, value)| (key.as_ref().into(), value.into()))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_may_have_keys_of_the_daemons_names() {
        let text = r#"{"__owner":"x","__componentName":"Other","a":1}"#;
        let written = write("Live\"X", None, &Document::parse(text).unwrap());
        assert!(written.starts_with(r#"{"__componentName":"Live\"X","__owner":null,"#));
        let content = read(&written).unwrap();
        assert_eq!(
            (content.component.as_str(), content.owner),
            ("Live\"X", None)
        );
        assert_eq!(content.state.to_text(None), text);
    }

    #[test]
    fn an_empty_state_is_valid_json() {
        let written = write("A", Some("ab"), &Document::default());
        assert_eq!(written, r#"{"__componentName":"A","__owner":"ab"}"#);
        let content = read(&written).unwrap();
        assert!(content.state.is_empty());
        assert_eq!(content.owner.as_deref(), Some("ab"));
    }

    #[test]
    fn what_lacks_its_head_is_not_read() {
        for text in [
            "{}",
            r#"{"__componentName":"A"}"#,
            r#"{"__owner":null,"__componentName":"A"}"#,
            r#"{"__componentName":1,"__owner":null}"#,
            "[]",
            "",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
