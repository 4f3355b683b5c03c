//! The OpenAPI document: it describes the routes that there are, and answers are as it says.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use liveside_tests::Daemon;
use serde_json::{Value, json};

async fn document(daemon: &Daemon) -> Value {
    let answer = daemon.http("GET", "/api/live/openapi.json").send().await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn every_route_of_the_document_is_there_and_needs_the_key_where_it_says_so() {
    let daemon = Daemon::with(&["local-counter"])
        .config("api-key = \"k\"\n")
        .start()
        .await;
    let document = document(&daemon).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let mut routes = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes += 1;
            assert!(
                operation["summary"].is_string() || operation["description"].is_string(),
                "{path}"
            );
            let method = method.to_uppercase();
            let path = path.replace(['{', '}'], "");
            let request = daemon.http(&method, &path);
            let request = if method == "POST" {
                request.json(&json!({}))
            } else {
                request
            };
            let status = request.send().await.status;
            let needs: Vec<_> = operation["security"].as_array().unwrap().iter().collect();
            let is_open = needs.contains(&&json!({}));
            assert_eq!(
                status == 401,
                !is_open,
                "{method} {path}: {status}, {needs:?}"
            );
        }
    }
    assert!(routes >= 15, "{routes} routes");
}

/// The schema of a route's answer, with what it refers to.
fn schema<'d>(document: &'d Value, path: &str) -> &'d Value {
    let answer = &document["paths"][path]["get"]["responses"]["200"]["content"];
    resolve(document, &answer["application/json"]["schema"])
}

fn resolve<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

/// Whether a value has the keys that the schema names, and no others, as deep as it says.
fn fits(document: &Value, schema: &Value, value: &Value, at: &str) {
    let schema = resolve(document, schema);
    if let (Some(keys), Some(properties)) = (value.as_object(), schema["properties"].as_object()) {
        for (key, value) in keys {
            let known = properties
                .get(key)
                .unwrap_or_else(|| panic!("{at}.{key} is not described"));
            fits(document, known, value, &format!("{at}.{key}"));
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            assert!(
                keys.contains_key(required.as_str().unwrap()),
                "{at} lacks {required}"
            );
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fits(document, &schema["items"], item, &format!("{at}[{index}]"));
    }
}

#[tokio::test]
async fn answers_are_as_described() {
    let daemon = Daemon::with(&["local-counter"]).start().await;
    let document = document(&daemon).await;
    let mut client = daemon.connect().await;
    let counter = client.mount("LiveLocalCounter", json!({})).await;
    client.call(&counter.id, "increment", json!({})).await;
    let id = client.greeting["connectionId"].as_str().unwrap().to_owned();
    for (path, asked) in [
        ("/api/live/stats", "/api/live/stats"),
        ("/api/live/health", "/api/live/health"),
        ("/api/live/components", "/api/live/components"),
        ("/api/live/websocket-info", "/api/live/websocket-info"),
        ("/api/live/connections", "/api/live/connections"),
        (
            "/api/live/connections/{id}",
            &format!("/api/live/connections/{id}"),
        ),
        (
            "/api/live/performance/dashboard",
            "/api/live/performance/dashboard",
        ),
        (
            "/api/live/performance/components/{name}",
            "/api/live/performance/components/LiveLocalCounter",
        ),
    ] {
        let schema = schema(&document, path);
        assert!(schema["properties"].is_object(), "{path}: {schema}");
        let answer = daemon.http("GET", asked).send().await.json();
        fits(&document, schema, &answer, path);
    }
}
