//! The weather service of the demo: what `LiveWeather` asks, on loopback. Invented weather, real requests.
//!
//! It is apart from the daemon, as any service is: the daemon reaches it over HTTP, because its configuration allows
//! that host to that one component.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};

/// Place as in the URL, degrees Celsius, wind in km/h, sky.
const PLACES: &[(&str, f64, f64, &str)] = &[
    ("Lisbon", 24.0, 15.0, "sunny"),
    ("Nairobi", 21.0, 11.0, "a few clouds"),
    ("Nuuk", -6.0, 32.0, "snow"),
    ("Reykjav%C3%ADk", 4.0, 41.0, "light rain"),
    ("S%C3%A3o%20Paulo", 19.0, 8.0, "thunderstorms"),
];

/// A real service takes its time as well, and the page has something to say meanwhile.
const DELAY: Duration = Duration::from_millis(400);

/// A request is short; one that is not, or does not come, holds nobody up.
const LONGEST_REQUEST: u64 = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts the service on a port of its own and gives its address. It ends with the program.
///
/// # Errors
/// If no port can be had.
pub(super) fn start() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("the weather service")?;
    let address = listener.local_addr().context("the weather service")?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up before the answer wants none.
            thread::spawn(move || answer(&stream).ok());
        }
    });
    Ok(address)
}

/// The configuration that lets the component reach the service.
pub(super) fn config(address: SocketAddr) -> String {
    format!(
        "# Written by `cargo xtask demo`: the weather service of the demo has another port each time.\n\
         [component.LiveWeather]\n\
         allowed-hosts = [\"http://{address}\"]\n\n\
         [component.LiveWeather.config]\n\
         url = \"http://{address}/now\"\n"
    )
}

fn answer(mut stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(LONGEST_REQUEST)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    thread::sleep(DELAY);
    let (status, body) = respond(&request, now());
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Status and body for a request's first line. The weather changes a little, as weather does.
fn respond(request: &str, seconds: u64) -> (&'static str, String) {
    let place = request
        .strip_prefix("GET /now?place=")
        .and_then(|rest| rest.split(' ').next());
    let found = PLACES
        .iter()
        .find(|(name, ..)| place.is_some_and(|place| place.eq_ignore_ascii_case(name)));
    match found {
        Some((_, temperature, wind, sky)) => {
            let change = (seconds / 10 % 5) as f64 - 2.0;
            let (temperature, wind) = (temperature + change, wind - change);
            let body =
                format!(r#"{{"temperature":{temperature:.1},"wind":{wind:.1},"sky":"{sky}"}}"#);
            ("200 OK", body)
        }
        None => ("404 Not Found", r#"{"error":"no such place"}"#.to_owned()),
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_its_places_and_no_others() {
        let (status, body) = respond("GET /now?place=nuuk HTTP/1.1", 0);
        assert_eq!(status, "200 OK");
        assert_eq!(body, r#"{"temperature":-8.0,"wind":34.0,"sky":"snow"}"#);
        for other in ["GET /now?place=Atlantis HTTP/1.1", "GET / HTTP/1.1", ""] {
            assert_eq!(respond(other, 0).0, "404 Not Found");
        }
    }

    #[test]
    fn a_request_over_the_wire_is_answered() {
        let mut stream = TcpStream::connect(start().unwrap()).unwrap();
        stream
            .write_all(b"GET /now?place=Lisbon HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("sunny"), "{answer}");
    }
}
