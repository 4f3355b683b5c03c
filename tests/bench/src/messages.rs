//! Frames of the live protocol, made and searched as text.
//!
//! Parsing each reply as JSON would cost the generator more than some servers need to answer. What is searched for are
//! keys with the quotes and the colon; no state and no name that the scenarios use contains such a text.

use memchr::memmem;

/// A mount without props, under the generator's own number for the request.
pub(crate) fn mount(component: &str, request: u64) -> String {
    format!(
        r#"{{"type":"COMPONENT_MOUNT","componentId":"bench","payload":{{"component":"{component}","props":{{}}}},"requestId":"{request}","expectResponse":true}}"#
    )
}

/// A call. The payload is JSON.
pub(crate) fn call(id: &str, action: &str, payload: &str, request: u64) -> String {
    format!(
        r#"{{"type":"CALL_ACTION","componentId":"{id}","action":"{action}","payload":{payload},"requestId":"{request}","expectResponse":true}}"#
    )
}

/// The request that a frame answers; `None` for one that was pushed.
pub(crate) fn request_of(frame: &str) -> Option<u64> {
    let text = text_after(frame, r#""requestId":""#)?;
    let end = memchr::memchr(b'"', text.as_bytes())?;
    text[..end].parse().ok()
}

/// Whether a reply says that its request was done. One that says both does not count as done.
pub(crate) fn succeeded(reply: &str) -> bool {
    let reply = reply.as_bytes();
    memmem::find(reply, br#""success":true"#).is_some()
        && memmem::find(reply, br#""success":false"#).is_none()
}

/// Whether a frame is an error that no request asked for.
pub(crate) fn is_error(frame: &str) -> bool {
    frame.starts_with(r#"{"type":"ERROR""#)
}

/// The number after the last `key`, which has its quotes and its colon: the last, because of several deltas in one frame
/// the last one counts.
pub(crate) fn last_number(frame: &str, key: &str) -> Option<u64> {
    let at = memmem::rfind(frame.as_bytes(), key.as_bytes())?;
    let text = &frame[at + key.len()..];
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The instance that a reply to a mount names.
pub(crate) fn mounted_id(reply: &str) -> Option<&str> {
    let text = text_after(reply, r#""result":{"componentId":""#)?;
    let end = memchr::memchr(b'"', text.as_bytes())?;
    Some(&text[..end])
}

fn text_after<'a>(frame: &'a str, key: &str) -> Option<&'a str> {
    let at = memmem::find(frame.as_bytes(), key.as_bytes())?;
    Some(&frame[at + key.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const REPLY: &str = r#"{"type":"ACTION_RESPONSE","originalType":"CALL_ACTION","componentId":"01a1","success":true,"result":{"success":true,"count":12},"requestId":"34","timestamp":1795224249237}"#;

    #[test]
    fn what_is_sent_is_json_of_the_protocol() {
        let mount: Value = serde_json::from_str(&mount("LiveCounter", 7)).expect("JSON");
        assert_eq!(mount["type"], "COMPONENT_MOUNT");
        assert_eq!(
            mount["payload"],
            json!({"component": "LiveCounter", "props": {}})
        );
        assert_eq!(mount["requestId"], "7");
        let call: Value =
            serde_json::from_str(&call("01a1", "fill", r#"{"bytes":9}"#, 8)).expect("JSON");
        assert_eq!(call["type"], "CALL_ACTION");
        assert_eq!(call["componentId"], "01a1");
        assert_eq!(call["action"], "fill");
        assert_eq!(call["payload"], json!({"bytes": 9}));
        assert_eq!(call["requestId"], "8");
    }

    #[test]
    fn a_reply_is_told_from_what_is_pushed() {
        assert_eq!(request_of(REPLY), Some(34));
        assert_eq!(
            request_of(r#"{"type":"STATE_DELTA","payload":{"delta":{"count":1}}}"#),
            None
        );
        assert_eq!(request_of(r#"{"requestId":"of somebody else"}"#), None);
        assert_eq!(request_of(r#"{"requestId":"12"#), None);
    }

    #[test]
    fn only_a_plain_success_is_one() {
        assert!(succeeded(REPLY));
        assert!(!succeeded(r#"{"success":false,"error":"no"}"#));
        // What the action says of itself does not count where the daemon says otherwise, nor the other way round.
        assert!(!succeeded(r#"{"success":false,"result":{"success":true}}"#));
        assert!(!succeeded(r#"{"success":true,"result":{"success":false}}"#));
        assert!(!succeeded(r#"{"type":"ACTION_RESPONSE"}"#));
    }

    #[test]
    fn the_last_number_counts() {
        assert_eq!(last_number(REPLY, r#""count":"#), Some(12));
        let batch = r#"[{"delta":{"count":1}},{"delta":{"count":25}}]"#;
        assert_eq!(last_number(batch, r#""count":"#), Some(25));
        assert_eq!(last_number(batch, r#""clicks":"#), None);
        assert_eq!(last_number(r#"{"count":-1}"#, r#""count":"#), None);
        assert_eq!(last_number(r#"{"result":7"#, r#""result":"#), Some(7));
    }

    #[test]
    fn the_instance_is_the_one_in_the_result() {
        let reply = r#"{"type":"COMPONENT_MOUNTED","componentId":"bench","success":true,"result":{"componentId":"01a1","initialState":{}},"requestId":"1"}"#;
        assert_eq!(mounted_id(reply), Some("01a1"));
        assert_eq!(mounted_id(REPLY), None);
    }

    #[test]
    fn an_error_on_its_own_is_seen() {
        assert!(is_error(r#"{"type":"ERROR","error":"no"}"#));
        assert!(!is_error(REPLY));
    }
}
