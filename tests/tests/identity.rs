//! Who is behind a connection, and what that person may: over the wire, with tokens made here.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac as _};
use liveside_tests::{Client, Daemon, DaemonBuilder, Kept};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpStream;

const SECRET: &str = "a secret of at least thirty-two bytes, for tests";

const CONFIG: &str = r#"
[auth]
renewal-grace = "300ms"

[[auth.provider]]
name = "app"
kind = "jwt"
algorithms = ["HS256"]
secret = "a secret of at least thirty-two bytes, for tests"
issuer = "tests"
leeway = "0s"
cookie = "session"
"#;

fn daemon(modules: &[&str]) -> DaemonBuilder {
    Daemon::with(modules).recovering().config(CONFIG)
}

fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// A token with any header, signed with any secret.
fn forged(header: &Value, claims: &Value, secret: &str) -> String {
    let part = |value: &Value| BASE64.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    format!("{text}.{}", BASE64.encode(mac.finalize().into_bytes()))
}

fn claims(user: &str, roles: &[&str], permissions: &[&str]) -> Value {
    json!({"sub": user, "iss": "tests", "roles": roles, "permissions": permissions, "exp": seconds() + 600})
}

fn token(user: &str, roles: &[&str], permissions: &[&str]) -> String {
    let header = json!({"alg": "HS256", "typ": "JWT"});
    forged(&header, &claims(user, roles, permissions), SECRET)
}

async fn connect_with(daemon: &Daemon, query: &str, headers: &[(&str, &str)]) -> Client {
    let stream = TcpStream::connect(daemon.address()).await.unwrap();
    let url = format!("ws://{}/api/live/ws{query}", daemon.address());
    Client::open(stream, &url, headers).await.unwrap()
}

async fn connect_as(daemon: &Daemon, token: Option<&str>) -> Client {
    let value = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = value
        .iter()
        .map(|v| ("authorization", v.as_str()))
        .collect();
    let client = Client::connect(daemon.address(), &headers).await.unwrap();
    assert_eq!(client.greeting["authenticated"], token.is_some());
    client
}

async fn auth(client: &mut Client, payload: Value) -> Value {
    client
        .request(json!({"type": "AUTH", "payload": payload}))
        .await
        .1
}

/// `""` for a success, else the code and the error.
fn outcome(reply: &Value) -> String {
    match reply["success"].as_bool() {
        Some(true) => String::new(),
        _ => format!(
            "{}: {}",
            reply["code"].as_str().unwrap(),
            reply["error"].as_str().unwrap()
        ),
    }
}

/// The whole of it: who, times where.
#[tokio::test]
async fn everybody_gets_what_they_may_and_nothing_else_wherever_they_try() {
    const USER: &str = "needs an authenticated user";
    let daemon = daemon(&["rules"]).start().await;
    let people = [
        ("nobody", None),
        ("user", Some(token("user", &[], &[]))),
        ("admin", Some(token("admin", &["admin"], &[]))),
        (
            "keeper",
            Some(token("keeper", &["guest"], &["vault.open", "count.reset"])),
        ),
    ];
    // Kept by one who may, and brought back by each.
    let mut table = Vec::new();
    for (name, token) in &people {
        let mut client = connect_as(&daemon, token.as_deref()).await;
        for component in [
            "LiveForUsers",
            "LiveGuarded",
            "LiveForKeepers",
            "LiveGuardedShared",
        ] {
            let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": component}});
            let reply = client.request(mount).await.1;
            table.push((*name, format!("mount {component}"), outcome(&reply)));
        }
        let open = client.mount("LivePartlyGuarded", json!({})).await;
        let reply = client.call(&open.id, "add", json!({})).await;
        table.push((*name, "add".to_owned(), outcome(&reply)));
        let reply = client.call(&open.id, "reset", json!({"to": 3})).await;
        table.push((*name, "reset".to_owned(), outcome(&reply)));
        let join = json!({"type": "ROOM_JOIN", "componentId": open.id, "roomId": "locked:a"});
        let reply = client.request(join).await.1;
        table.push((*name, "join locked:a".to_owned(), outcome(&reply)));
        // What one of them has kept, brought back by an anonymous visitor and by oneself.
        let kept = client.mount_kept("LivePartlyGuarded", None).await;
        drop(client);
        let mut other = connect_as(&daemon, None).await;
        let (_, reply) = other.rehydrate(&kept).await;
        table.push((*name, "rehydrate by nobody".to_owned(), outcome(&reply)));
        if reply["success"] == false {
            let mut client = connect_as(&daemon, token.as_deref()).await;
            let (_, reply) = client.rehydrate(&kept).await;
            table.push((*name, "rehydrate".to_owned(), outcome(&reply)));
        }
    }
    let denied = |what: &str, why: &str| format!("AUTH_DENIED: {what} {why}");
    let theirs = "AUTH_DENIED: the signed state belongs to another user".to_owned();
    let ok = String::new;
    let expected = |name: &str| match name {
        "nobody" => vec![
            denied("LiveForUsers", USER),
            denied("LiveGuarded", USER),
            denied("LiveForKeepers", USER),
            denied("LiveGuardedShared", USER),
            ok(),
            denied("`reset` of LivePartlyGuarded", USER),
            format!("ROOM_DENIED: LockedRoom {USER}"),
            ok(),
        ],
        "user" => vec![
            ok(),
            denied("LiveGuarded", "needs the role `admin`"),
            denied("LiveForKeepers", "needs the permission `vault.open`"),
            denied(
                "LiveGuardedShared",
                "needs one of the roles `admin`, `owner`",
            ),
            ok(),
            denied(
                "`reset` of LivePartlyGuarded",
                "needs the permission `count.reset`",
            ),
            ok(),
            theirs.clone(),
            ok(),
        ],
        "admin" => vec![
            ok(),
            ok(),
            denied("LiveForKeepers", "needs the permission `vault.open`"),
            ok(),
            ok(),
            denied(
                "`reset` of LivePartlyGuarded",
                "needs the permission `count.reset`",
            ),
            ok(),
            theirs.clone(),
            ok(),
        ],
        _ => vec![
            ok(),
            denied("LiveGuarded", "needs the role `admin`"),
            ok(),
            denied(
                "LiveGuardedShared",
                "needs one of the roles `admin`, `owner`",
            ),
            ok(),
            ok(),
            ok(),
            theirs.clone(),
            ok(),
        ],
    };
    for (name, _) in &people {
        let got: Vec<_> = table.iter().filter(|(who, ..)| who == name).collect();
        let expected = expected(name);
        assert_eq!(got.len(), expected.len(), "{got:#?}");
        for ((_, what, outcome), expected) in got.iter().zip(&expected) {
            let outcome = outcome.replace("AUTH_DENIED: LockedRoom", "ROOM_DENIED: LockedRoom");
            assert_eq!(outcome, *expected, "{name}: {what}");
        }
    }
}

#[tokio::test]
async fn credentials_at_the_upgrade_are_looked_for_in_every_place() {
    let daemon = daemon(&["recorder"]).start().await;
    let token = token("ada", &["admin"], &["a.b"]);
    let (bearer, cookie) = (
        format!("Bearer {token}"),
        format!("theme=dark; session={token}"),
    );
    let query = format!("?token={token}");
    let ways: [(&str, Vec<(&str, &str)>); 3] = [
        ("", vec![("authorization", &bearer)]),
        ("", vec![("cookie", &cookie)]),
        (&query, vec![]),
    ];
    for (query, headers) in &ways {
        let mut client = connect_with(&daemon, query, headers).await;
        assert_eq!(client.greeting["authenticated"], true);
        assert_eq!(client.greeting["userId"], "ada");
        // What the browser calls itself is a label, whoever it is.
        let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": "LiveRecorder", "userId": "root"}});
        let reply = client.request(mount).await.1;
        let id = reply["result"]["componentId"].as_str().unwrap().to_owned();
        let who = client.call(&id, "session", json!({})).await["result"].clone();
        assert_eq!(who["authenticated"], true);
        assert_eq!(who["userId"], "ada");
        assert_eq!(who["roles"], json!(["admin"]));
        assert_eq!(who["permissions"], json!(["a.b"]));
        assert_eq!(who["label"], "root");
    }
    let mut anonymous = daemon.connect().await;
    assert_eq!(anonymous.greeting["authenticated"], false);
    assert_eq!(anonymous.greeting.get("userId"), None);
    let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": "LiveRecorder", "userId": "ada"}});
    let reply = anonymous.request(mount).await.1;
    let id = reply["result"]["componentId"].as_str().unwrap().to_owned();
    let who = anonymous.call(&id, "session", json!({})).await["result"].clone();
    assert_eq!(
        (&who["authenticated"], &who["userId"]),
        (&json!(false), &Value::Null)
    );
}

#[tokio::test]
async fn tokens_that_are_not_the_issuer_s_make_nobody_of_their_bearer() {
    let daemon = daemon(&["rules"]).start().await;
    let hs256 = json!({"alg": "HS256", "typ": "JWT"});
    let good = claims("ada", &["admin"], &[]);
    let with = |key: &str, value: Value| {
        let mut changed = good.clone();
        changed[key] = value;
        forged(&hs256, &changed, SECRET)
    };
    let unsigned = |alg: &str| {
        let token = forged(&json!({"alg": alg}), &good, SECRET);
        let (text, _) = token.rsplit_once('.').unwrap();
        format!("{text}.")
    };
    let attacks = [
        forged(&hs256, &good, "another secret of at least thirty-two bytes"),
        forged(&json!({"alg": "HS512"}), &good, SECRET),
        forged(&json!({"alg": "RS256"}), &good, SECRET),
        unsigned("none"),
        unsigned("None"),
        unsigned("HS256"),
        with("exp", json!(seconds() - 1)),
        with("exp", Value::Null),
        with("nbf", json!(seconds() + 600)),
        with("iss", json!("somebody else")),
        with("sub", json!("")),
        "no token at all".to_owned(),
        format!("{}x", token("ada", &["admin"], &[])),
    ];
    for attack in &attacks {
        let bearer = format!("Bearer {attack}");
        let mut client = Client::connect(daemon.address(), &[("authorization", &bearer)])
            .await
            .unwrap();
        assert_eq!(client.greeting["authenticated"], false, "{attack}");
        let reply = auth(&mut client, json!({"token": attack})).await;
        assert_eq!(reply["type"], "AUTH_RESPONSE");
        assert_eq!(reply["success"], false, "{attack}");
        assert_eq!(reply["authenticated"], false);
        assert_eq!(reply["code"], "AUTH_DENIED");
        assert_eq!(reply["payload"]["error"], reply["error"]);
        let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": "LiveGuarded"}});
        let reply = client.request(mount).await.1;
        assert_eq!(reply["error"], "LiveGuarded needs an authenticated user");
    }
}

#[tokio::test]
async fn auth_makes_somebody_else_of_a_connection_and_what_that_one_may_not_have_ends() {
    let daemon = daemon(&["rules"]).start().await;
    let mut client = daemon.connect().await;
    let reply = auth(&mut client, json!({"token": token("ada", &["admin"], &[])})).await;
    assert_eq!(reply["success"], true, "{reply}");
    assert_eq!(reply["authenticated"], true);
    assert_eq!(reply["payload"], json!({"userId": "ada"}));
    let guarded = client.mount("LiveGuarded", json!({})).await;
    let open = client.mount("LivePartlyGuarded", json!({})).await;

    // Refused credentials change nothing.
    let reply = auth(&mut client, json!({"token": "no"})).await;
    assert_eq!(
        (&reply["success"], &reply["authenticated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        outcome(&client.call(&guarded.id, "add", json!({})).await),
        ""
    );

    let reply = auth(
        &mut client,
        json!({"token": token("bo", &[], &["count.reset"])}),
    )
    .await;
    assert_eq!(reply["payload"]["userId"], "bo");
    let told = client.next_of("COMPONENT_UNMOUNTED").await;
    assert_eq!(told["componentId"], guarded.id);
    assert_eq!(
        (&told["success"], &told["code"]),
        (&json!(true), &json!("AUTH_DENIED"))
    );
    assert_eq!(told["error"], "LiveGuarded needs the role `admin`");
    let reply = client.call(&guarded.id, "add", json!({})).await;
    assert_eq!(reply["code"], "COMPONENT_REHYDRATION_REQUIRED");
    // The other goes on, and its actions see the new identity.
    assert_eq!(
        outcome(&client.call(&open.id, "reset", json!({"to": 1})).await),
        ""
    );

    let reply = auth(&mut client, json!({"anonymous": true})).await;
    assert_eq!(
        (&reply["success"], &reply["authenticated"]),
        (&json!(true), &json!(false))
    );
    let reply = client.call(&open.id, "reset", json!({"to": 1})).await;
    assert_eq!(
        reply["error"],
        "`reset` of LivePartlyGuarded needs an authenticated user"
    );
    let reply = auth(&mut client, json!({"token": "x", "provider": "nobody"})).await;
    assert_eq!(reply["error"], "there is no such authentication provider");
}

#[tokio::test]
async fn an_identity_that_expires_can_be_renewed_in_time_and_else_takes_its_components_along() {
    let daemon = daemon(&["rules"]).start().await;
    let short = || {
        let mut claims = claims("ada", &["admin"], &[]);
        claims["exp"] = json!(seconds() + 2);
        forged(&json!({"alg": "HS256"}), &claims, SECRET)
    };
    let mut client = connect_as(&daemon, Some(&short())).await;
    let guarded = client.mount("LiveGuarded", json!({})).await;
    let told = client.next_of("AUTH_EXPIRED").await;
    assert_eq!(told["payload"], json!({"graceMs": 300}));
    assert_eq!(told["code"], "AUTH_DENIED");
    let reply = client.call(&guarded.id, "add", json!({})).await;
    assert_eq!(reply["error"], "LiveGuarded needs an authenticated user");
    let reply = auth(&mut client, json!({"token": short()})).await;
    assert_eq!(reply["success"], true, "{reply}");
    assert_eq!(
        outcome(&client.call(&guarded.id, "add", json!({})).await),
        ""
    );

    client.next_of("AUTH_EXPIRED").await;
    let told = client.next_of("COMPONENT_UNMOUNTED").await;
    assert_eq!(told["componentId"], guarded.id);
    assert_eq!(told["error"], "LiveGuarded needs an authenticated user");
}

#[tokio::test]
async fn guessing_on_one_connection_comes_to_an_end() {
    let daemon = daemon(&["rules"]).start().await;
    let mut client = daemon.connect().await;
    for _ in 0..10 {
        let reply = auth(&mut client, json!({"token": "guess"})).await;
        assert_eq!(reply["error"], "the credentials were refused");
    }
    let good = token("ada", &[], &[]);
    let reply = auth(&mut client, json!({"token": good})).await;
    assert_eq!(
        reply["error"],
        "Too many credentials were refused on this connection: open another one"
    );
}

#[tokio::test]
async fn a_user_has_so_many_connections_and_so_many_components_wherever_they_are() {
    let limits = "[limits]\nconnections-per-user = 2\nmounts-per-user = 3\n";
    let daemon = daemon(&["rules"]).config(limits).start().await;
    let (ada, bo) = (token("ada", &[], &[]), token("bo", &[], &[]));
    let mut first = connect_as(&daemon, Some(&ada)).await;
    let mut second = connect_as(&daemon, Some(&ada)).await;
    let mut third = daemon.connect().await;
    let reply = auth(&mut third, json!({"token": ada})).await;
    assert_eq!(
        reply["error"],
        "This user has 2 connections, and no more are allowed"
    );
    assert_eq!(
        auth(&mut third, json!({"token": bo})).await["success"],
        true
    );

    let one = first.mount("LiveForUsers", json!({})).await;
    first.mount("LiveForUsers", json!({})).await;
    second.mount("LiveForUsers", json!({})).await;
    let mount = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": "LiveForUsers"}});
    let reply = second.request(mount.clone()).await.1;
    assert_eq!(
        outcome(&reply),
        "LIMIT_EXCEEDED: This user has 3 components mounted, and no more are allowed"
    );
    third.mount("LiveForUsers", json!({})).await;
    // What is refused takes no place, and what is unmounted gives its place back.
    let refused = json!({"type": "COMPONENT_MOUNT", "componentId": "r", "payload": {"component": "LiveGuarded"}});
    first
        .request(json!({"type": "COMPONENT_UNMOUNT", "componentId": one.id}))
        .await;
    for _ in 0..5 {
        let reply = second.request(refused.clone()).await.1;
        assert_eq!(reply["code"], "AUTH_DENIED", "{reply}");
    }
    assert_eq!(outcome(&second.request(mount).await.1), "");
    assert_eq!(
        auth(&mut second, json!({"anonymous": true})).await["success"],
        true
    );
    let mut fourth = connect_as(&daemon, Some(&ada)).await;
    fourth.mount("LiveForUsers", json!({})).await;
}

#[tokio::test]
async fn a_state_goes_back_to_the_user_whose_it_is() {
    let daemon = daemon(&["local-counter"]).start().await;
    let (ada, bo) = (token("ada", &[], &[]), token("bo", &[], &[]));
    let keep = async |who: Option<&str>| -> Kept {
        let mut client = connect_as(&daemon, who).await;
        client.mount_kept("LiveLocalCounter", None).await
    };
    let theirs = keep(Some(&ada)).await;
    let mut other = connect_as(&daemon, Some(&bo)).await;
    let (_, reply) = other.rehydrate(&theirs).await;
    assert_eq!(
        outcome(&reply),
        "AUTH_DENIED: the signed state belongs to another user"
    );
    let mut owner = connect_as(&daemon, Some(&ada)).await;
    let (_, reply) = owner.rehydrate(&theirs).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");

    // Nobody's becomes the user's who takes it, and is then given to nobody else.
    let nobodys = keep(None).await;
    let (_, reply) = owner.rehydrate(&nobodys).await;
    assert_eq!(reply["result"]["recovered"], true, "{reply}");
    let again = Kept {
        signed: reply["result"]["signedState"].clone(),
        ..nobodys
    };
    let (_, reply) = other.rehydrate(&again).await;
    assert_eq!(
        outcome(&reply),
        "AUTH_DENIED: the signed state belongs to another user"
    );
}

#[tokio::test]
async fn where_there_are_no_providers_everybody_is_nobody() {
    let daemon = Daemon::with(&["rules"]).start().await;
    let mut client = daemon.connect().await;
    let reply = auth(&mut client, json!({"token": token("ada", &[], &[])})).await;
    assert_eq!(
        reply["error"],
        "This daemon knows no users: it has no `[[auth.provider]]`"
    );
}
