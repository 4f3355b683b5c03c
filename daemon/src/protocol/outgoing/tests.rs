use super::*;

fn written(message: &ServerMessage<'_>) -> String {
    let mut out = Vec::new();
    message.write(&mut out, 1_700_000_000_000);
    let text = String::from_utf8(out).unwrap();
    assert!(
        serde_json::from_str::<serde_json::Value>(&text).is_ok(),
        "not JSON: {text}"
    );
    text
}

#[test]
fn messages_look_as_the_protocol_says() {
    let id = InstanceId::from("i-1".to_owned());
    let connection = ConnectionId::from("c-1".to_owned());
    let state = Document::parse(r#"{"count":1,"na\"me":"x"}"#).unwrap();
    let result = Json::parse(r#"{"ok":true}"#).unwrap();
    let signed = Json::parse(r#"{"data":"{}"}"#).unwrap();
    let mounted = Mounted {
        component: &id,
        state: &state,
        signed: Some(&signed),
    };
    let failed = (Code::ActionFailed, "It \"broke\"");
    let upload = |reply| ServerMessage::Upload {
        component: "i-1",
        upload: "u-1",
        reply,
        request: Some("1"),
    };
    let messages = [
        ServerMessage::Established {
            connection: &connection,
            user: None,
            features: Features::default(),
        },
        ServerMessage::Established {
            connection: &connection,
            user: Some("ada"),
            features: Features {
                encryption: true,
                recovery: true,
                uploads: true,
            },
        },
        ServerMessage::AuthResponse {
            outcome: Ok(()),
            user: Some("ada"),
            request: Some("1"),
        },
        ServerMessage::AuthResponse {
            outcome: Ok(()),
            user: None,
            request: None,
        },
        ServerMessage::AuthResponse {
            outcome: Err((Code::AuthDenied, "No")),
            user: Some("ada"),
            request: Some("2"),
        },
        ServerMessage::AuthExpired { grace_ms: 30_000 },
        ServerMessage::Mounted {
            reference: Some("ref"),
            outcome: Ok(mounted),
            request: Some("\"q\""),
        },
        ServerMessage::Rehydrated {
            component: "i-0",
            outcome: Ok(Rehydrated {
                mounted,
                recovered: true,
            }),
            request: Some("\"q\""),
        },
        ServerMessage::Rehydrated {
            component: "i-0",
            outcome: Err((Code::Replayed, "No")),
            request: Some("\"q\""),
        },
        ServerMessage::StateRehydrated {
            old: "i-0",
            mounted: Mounted {
                signed: None,
                ..mounted
            },
        },
        ServerMessage::Ended {
            component: &id,
            code: Code::AuthDenied,
            error: "No",
        },
        ServerMessage::Mounted {
            reference: None,
            outcome: Err((Code::ComponentNotFound, "No")),
            request: None,
        },
        ServerMessage::Unmounted {
            component: "i-1",
            outcome: Ok(()),
            request: Some("1"),
        },
        upload(UploadReply::Started(Ok(Started {
            chunk_size: 65_536,
            max_chunk_size: 1 << 20,
            total_chunks: 2,
            received: 0,
            next: 0,
        }))),
        upload(UploadReply::Started(Err((Code::UploadRejected, "No")))),
        upload(UploadReply::Progress {
            index: 0,
            total_chunks: 2,
            received: 65_536,
            size: 70_000,
        }),
        upload(UploadReply::Refused {
            code: Code::UploadRejected,
            error: "No",
            failed: true,
            index: Some(1),
        }),
        upload(UploadReply::Completed(Ok(Completed {
            filename: "a \"b\".txt",
            url: "/uploads/c.txt",
            size: 70_000,
            sha256: "00ff",
        }))),
        upload(UploadReply::Completed(Err((Code::UploadRejected, "No")))),
        upload(UploadReply::Cancelled(Ok(()))),
        ServerMessage::ActionResponse {
            original_type: "CALL_ACTION",
            component: "i-1",
            outcome: Ok(Some(&result)),
            request: Some("\"q\""),
        },
        ServerMessage::ActionResponse {
            original_type: "COMPONENT_ACTION",
            component: "i-1",
            outcome: Err(failed),
            request: None,
        },
        ServerMessage::PropertyUpdated {
            component: "i-1",
            property: "count",
            outcome: Ok(()),
            request: None,
        },
        ServerMessage::Pong {
            component: "i-1",
            alive: true,
            request: Some("\"q\""),
        },
        ServerMessage::Refused {
            code: Code::InvalidJson,
            error: "Invalid JSON",
            request: None,
            component: None,
            original_type: None,
        },
        ServerMessage::Refused {
            code: Code::InvalidMessage,
            error: "action is missing",
            request: Some("7"),
            component: Some("\"i\""),
            original_type: Some("CALL_ACTION"),
        },
        ServerMessage::State {
            component: &id,
            state: &state,
            signed: Some(&signed),
        },
        ServerMessage::ComponentError {
            component: &id,
            action: "increment",
            code: failed.0,
            error: failed.1,
        },
        ServerMessage::DevReload {
            component: Some("LiveX"),
            outcome: Ok("1.0.1"),
        },
        ServerMessage::DevReload {
            component: None,
            outcome: Err("line 1\nline 2"),
        },
    ];
    insta::assert_snapshot!(messages.iter().map(written).collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_delta_tells_what_is_gone_as_null() {
    let delta: Delta = vec![
        ("a".into(), Some(Json::parse("[1]").unwrap())),
        ("b".into(), None),
    ];
    let mut out = Vec::new();
    write_delta(&mut out, &InstanceId::from("i".to_owned()), &delta, 5);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        r#"{"type":"STATE_DELTA","componentId":"i","payload":{"delta":{"a":[1],"b":null}},"timestamp":5}"#
    );
}
