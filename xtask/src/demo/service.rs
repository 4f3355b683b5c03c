//! The small HTTP server of the demo, on loopback: the app that the daemon runs beside, and the weather service.
//!
//! It is apart from the daemon, as any service is: the daemon reaches it over HTTP, because its configuration says so.

use std::io::{Cursor, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use tiny_http::{Header, Method, Request, Response, Server};

use super::{accounts, weather};

const WEATHER: &str = "/now";
const AUTH: &str = "/live/auth";

/// A real weather service takes its time as well, and the page has something to say meanwhile.
const DELAY: Duration = Duration::from_millis(400);

/// In bytes. What the daemon asks is short.
const LONGEST_BODY: u64 = 16 << 10;

/// Starts the service on a port of its own and gives its address. It ends with the program.
///
/// # Errors
/// If no port can be had.
pub(super) fn start() -> Result<SocketAddr> {
    let server = Server::http((Ipv4Addr::LOCALHOST, 0))
        .map_err(|error| anyhow!("the service of the demo: {error}"))?;
    let address = server
        .server_addr()
        .to_ip()
        .ok_or_else(|| anyhow!("the service of the demo has no port"))?;
    thread::spawn(move || {
        for request in server.incoming_requests() {
            // Who asks for the weather keeps nobody from signing in.
            thread::spawn(move || answer(request));
        }
    });
    Ok(address)
}

/// The daemon's configuration for a service at this address.
pub(super) fn config(address: SocketAddr) -> String {
    let origin = format!("http://{address}");
    format!(
        "# Written by `cargo xtask demo`: the service of the demo has another port each time.\n{}\n{}",
        accounts::config(&format!("{origin}{AUTH}")),
        weather::config(&origin, &format!("{origin}{WEATHER}")),
    )
}

fn answer(mut request: Request) {
    let mut body = String::new();
    let mut limited = request.as_reader().take(LONGEST_BODY);
    let response = match limited.read_to_string(&mut body) {
        Ok(_) => respond(&request, &body),
        Err(_) => json_response(400, &json!({"error": "no text"})),
    };
    // Whoever hangs up before the answer wants none.
    request.respond(response).ok();
}

fn respond(request: &Request, body: &str) -> Response<Cursor<Vec<u8>>> {
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    let (found, otherwise) = match (request.method(), path) {
        (Method::Get, WEATHER) => {
            thread::sleep(DELAY);
            (weather::look(query, now()), (404, "no such place"))
        }
        (Method::Post, AUTH) => (accounts::identify(body), (401, "no such account")),
        _ => (None, (404, "no such page")),
    };
    let (status, error) = otherwise;
    match found {
        Some(value) => json_response(200, &value),
        None => json_response(status, &json!({"error": error})),
    }
}

fn json_response(status: u16, value: &Value) -> Response<Cursor<Vec<u8>>> {
    let response = Response::from_string(value.to_string()).with_status_code(status);
    match Header::from_bytes("content-type", "application/json") {
        Ok(header) => response.with_header(header),
        Err(()) => response,
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpStream;

    use super::*;

    /// The whole answer to a request, as it goes over the wire.
    fn ask(address: SocketAddr, line: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn requests_over_the_wire_are_answered() {
        let address = start().unwrap();
        let member = r#"{"payload":{"user":"member","password":"member"},"headers":{}}"#;
        let nobody = r#"{"payload":{"user":"member","password":"guess"},"headers":{}}"#;
        for (line, body, status, words) in [
            ("GET /now?place=Lisbon", "", "200 OK", r#""sky":"sunny""#),
            (
                "GET /now?place=Atlantis",
                "",
                "404 Not Found",
                "no such place",
            ),
            ("POST /live/auth", member, "200 OK", r#""userId":"member""#),
            (
                "POST /live/auth",
                nobody,
                "401 Unauthorized",
                "no such account",
            ),
            ("GET /live/auth", "", "404 Not Found", "no such page"),
        ] {
            let answer = ask(address, line, body);
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status}\r\n")),
                "{line}: {answer}"
            );
            assert!(answer.contains(words), "{line}: {answer}");
        }
    }

    #[test]
    fn the_daemon_is_told_where_to_ask() {
        let config = config("127.0.0.1:4000".parse().unwrap());
        for line in [
            "url = \"http://127.0.0.1:4000/live/auth\"",
            "url = \"http://127.0.0.1:4000/now\"",
            "allowed-hosts = [\"http://127.0.0.1:4000\"]",
            "cache = \"0s\"",
        ] {
            assert!(config.lines().any(|written| written == line), "{config}");
        }
    }
}
