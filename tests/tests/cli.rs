//! The program from outside: its commands, its settings, its HTTP routes.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::process::{Command, Output};

use liveside_tests::{Daemon, binary, module};

fn liveside(arguments: &[&str]) -> Output {
    Command::new(binary())
        .args(arguments)
        .env("LIVESIDE_LOG", "error")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn inspect_shows_what_a_module_holds() {
    let file = module("form");
    let shown = liveside(&["inspect", file.to_str().unwrap()]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));
    for part in [
        "LiveForm 1.0.0",
        "submit",
        "validate",
        "setValue",
        "liveside:component/state@0.1.0",
        "KiB",
    ] {
        assert!(
            text(&shown.stdout).contains(part),
            "{part}: {}",
            text(&shown.stdout)
        );
    }
    let json = liveside(&["inspect", "--json", file.to_str().unwrap()]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["components"][0]["name"], "LiveForm");
    assert_eq!(json["components"][0]["defaultState"]["submitted"], false);
}

#[test]
fn check_tells_whether_a_module_would_load() {
    let fine = liveside(&["check", module("vault").to_str().unwrap()]);
    assert!(fine.status.success());
    assert!(text(&fine.stdout).contains("would load: LiveVault"));
    let wrong = liveside(&["check", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
    assert!(!wrong.status.success());
    assert!(
        text(&wrong.stderr).contains("would not load: not a WebAssembly file"),
        "{}",
        text(&wrong.stderr)
    );
}

#[test]
fn a_module_is_taken_as_core_module_without_its_type_and_as_component() {
    let directory = tempfile::tempdir().unwrap();
    let core = std::fs::read(module("vault")).unwrap();
    let bare = without_component_type(&core);
    assert!(bare.len() < core.len());
    let component = wit_component::ComponentEncoder::default()
        .module(&core)
        .unwrap()
        .encode()
        .unwrap();
    for (name, bytes) in [("bare.wasm", bare), ("component.wasm", component)] {
        let file = directory.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let checked = liveside(&["check", file.to_str().unwrap()]);
        assert!(
            text(&checked.stdout).contains("would load: LiveVault"),
            "{name}: {}",
            text(&checked.stderr)
        );
    }
    // A module that has nothing of the interface.
    let file = directory.path().join("empty.wasm");
    std::fs::write(&file, b"\0asm\x01\0\0\0").unwrap();
    let checked = liveside(&["check", file.to_str().unwrap()]);
    assert!(!checked.status.success());
    assert!(
        text(&checked.stderr).contains("liveside:component/component"),
        "{}",
        text(&checked.stderr)
    );
}

/// A core module as a compiler without knowledge of components writes it.
fn without_component_type(core: &[u8]) -> Vec<u8> {
    let mut bare = core[..8].to_vec();
    let mut at = 8;
    while at < core.len() {
        let (length, header) = leb128(&core[at + 1..]);
        let end = at + 1 + header + length;
        let body = &core[at + 1 + header..end];
        let is_custom = core[at] == 0;
        let (name_length, name_at) = leb128(body);
        if !is_custom || !body[name_at..name_at + name_length].starts_with(b"component-type") {
            bare.extend_from_slice(&core[at..end]);
        }
        at = end;
    }
    bare
}

/// A number, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> (usize, usize) {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate() {
        number |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return (number, at + 1);
        }
    }
    panic!("the module ends within a number");
}

#[test]
fn a_wrong_setting_ends_the_program_before_it_listens() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("liveside.toml");
    std::fs::write(&file, "[limits]\nstate-byte = 1").unwrap();
    let config = file.to_str().unwrap();
    let refused = liveside(&["serve", "--components", ".", "--config", config]);
    assert!(!refused.status.success());
    assert!(
        text(&refused.stderr).contains("did you mean `state-bytes`?"),
        "{}",
        text(&refused.stderr)
    );
    let refused = liveside(&["serve", "--components", "/nowhere"]);
    assert!(
        text(&refused.stderr).contains("/nowhere cannot be read"),
        "{}",
        text(&refused.stderr)
    );
    let refused = liveside(&["serve"]);
    assert!(
        text(&refused.stderr).contains("--components DIR"),
        "{}",
        text(&refused.stderr)
    );
    let refused = liveside(&["serve", "--components", ".", "--rate-limit", "fast"]);
    assert!(
        text(&refused.stderr).contains("BURST/PER_SECOND"),
        "{}",
        text(&refused.stderr)
    );
}

#[test]
fn the_settings_in_force_can_be_seen_without_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("liveside.toml");
    std::fs::write(
        &file,
        "api-key = \"very-secret\"\nrate-limit = \"7/3\"\n[limits]\nlog-lines = 5",
    )
    .unwrap();
    let shown = Command::new(binary())
        .args(["serve", "--print-config", "--components", "x", "--config"])
        .arg(&file)
        .env("LIVESIDE_LIMITS__LOG_LINES", "9")
        .output()
        .unwrap();
    let shown = text(&shown.stdout);
    assert!(shown.contains("rate-limit = \"7/3\""), "{shown}");
    assert!(shown.contains("log-lines = 9"), "{shown}");
    assert!(!shown.contains("very-secret"), "{shown}");
}

/// Status line and headers, and the body, of a GET.
async fn get(daemon: &Daemon, path: &str, headers: &str) -> (String, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(daemon.address())
        .await
        .unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
        daemon.address()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    let response = text(&response);
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

#[tokio::test]
async fn the_routes_beside_the_socket_answer() {
    let daemon = Daemon::with(&["form", "local-counter"]).start().await;
    let _client = daemon.connect().await;
    assert!(
        get(&daemon, "/api/live/health", "")
            .await
            .1
            .contains("\"status\":\"healthy\"")
    );
    assert!(
        get(&daemon, "/api/live/components", "")
            .await
            .1
            .contains(r#"["LiveForm","LiveLocalCounter"]"#)
    );
    assert!(
        get(&daemon, "/api/live/websocket-info", "")
            .await
            .1
            .contains("/api/live/ws")
    );
    let (_, stats) = get(&daemon, "/api/live/stats", "").await;
    let stats: serde_json::Value = serde_json::from_str(&stats).unwrap();
    assert_eq!(stats["connections"]["open"], 1);
    // Somebody else's request, passed on by a proxy on this machine.
    let (head, _) = get(&daemon, "/api/live/stats", "X-Forwarded-For: 1.2.3.4\r\n").await;
    assert!(head.starts_with("http/1.1 401"), "{head}");
    let (head, client) = get(&daemon, "/live/client.js", "").await;
    assert!(
        head.contains("text/javascript") && head.contains("nosniff"),
        "{head}"
    );
    assert!(client.contains("COMPONENT_MOUNT"));
    let etag = head
        .lines()
        .find_map(|line| line.strip_prefix("etag: "))
        .unwrap();
    let (head, _) = get(
        &daemon,
        "/live/client.js",
        &format!("If-None-Match: {etag}\r\n"),
    )
    .await;
    assert!(head.starts_with("http/1.1 304"), "{head}");
    let (head, _) = get(&daemon, "/api/live/ws", "").await;
    assert!(head.starts_with("http/1.1 426"), "{head}");
}

#[tokio::test]
async fn with_an_api_key_the_counts_need_it() {
    let daemon = Daemon::with(&[]).config("api-key = \"k-1\"").start().await;
    assert!(
        get(&daemon, "/api/live/stats", "")
            .await
            .0
            .starts_with("http/1.1 401")
    );
    assert!(
        get(&daemon, "/api/live/stats", "Authorization: Bearer k-2\r\n")
            .await
            .0
            .starts_with("http/1.1 401")
    );
    assert!(
        get(&daemon, "/api/live/stats", "Authorization: Bearer k-1\r\n")
            .await
            .0
            .starts_with("http/1.1 200")
    );
}

/// Reading a module is an event of its file: the daemon must not take it for a change, and read it again.
#[tokio::test]
async fn a_daemon_that_has_nothing_to_do_reads_nothing() {
    let daemon = Daemon::with(&["local-counter", "recorder"]).start().await;
    daemon.connect().await;
    // It looks once more at what may have changed while it started; then there is a quarter of a second without any
    // reading, which is a dozen rounds of the watcher.
    let mut quiet = false;
    for _ in 0..40 {
        let before = daemon.bytes_read();
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        quiet = daemon.bytes_read() - before < 1024;
        if quiet {
            break;
        }
    }
    assert!(quiet, "it reads and reads");
}

#[test]
fn types_are_written_for_the_browser() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("live.d.ts");
    let (form, rules) = (module("form"), module("rules"));
    let out_text = out.to_str().unwrap();
    let written = liveside(&[
        "types",
        form.to_str().unwrap(),
        rules.to_str().unwrap(),
        "--out",
        out_text,
    ]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    let types = std::fs::read_to_string(&out).unwrap();
    for part in [
        "declare module \"@liveside/client\"",
        "LiveForm: {",
        "submitted: boolean",
        "validate(payload?: unknown): Promise<any>;",
        "setValue(payload: { key: string; value: unknown }): Promise<any>;",
    ] {
        assert!(types.contains(part), "{part}\n{types}");
    }
}
