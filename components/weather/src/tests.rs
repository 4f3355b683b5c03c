//! The weather, from a service that each test plays.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use liveside_guest::context::{Request, Response};
use liveside_guest::testing::{Effect, Harness, Setup};
use liveside_guest::{HostError, HostErrorCode, json};

use super::Weather;

const NOW: u64 = 1_700_000_000_000;
const SERVICE: &str = "http://weather.example/now";

fn setup(answer: impl FnMut(&Request) -> Result<Response, HostError> + 'static) -> Setup<Weather> {
    Harness::setup()
        .now_ms(NOW)
        .config("url", SERVICE)
        .http(answer)
}

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: body.into(),
    }
}

/// Asks, and lets the request be made.
fn load(weather: &mut Harness<Weather>, place: &str) {
    weather.call("load", json!({"place": place})).unwrap();
    weather.advance(Duration::ZERO).unwrap();
}

/// The error that the page shows after an answer like this.
fn error_after(answer: Result<Response, HostError>) -> String {
    let mut weather = setup(move |_| answer.clone()).mount();
    load(&mut weather, "Lisbon");
    let state = weather.state();
    assert_eq!(state["loading"], false);
    assert_eq!(state["temperature"], json!(null));
    assert_eq!(weather.logs().len(), 1, "the operator wants to know");
    state["error"].as_str().unwrap().to_owned()
}

fn refused(code: HostErrorCode) -> Result<Response, HostError> {
    let message = "http://10.0.0.7 is the operator's affair".into();
    Err(HostError { code, message })
}

#[test]
fn it_says_that_it_loads_and_then_what_the_service_says() {
    let body =
        r#"{"temperature": 21.5, "wind": 12, "sky": "sunny", "station": "more than we need"}"#;
    let mut weather = setup(|_| Ok(response(200, body))).mount();
    weather.call("load", json!({"place": " Lisbon "})).unwrap();
    let before = json!({"place": "Lisbon", "loading": true});
    assert_eq!(weather.delta(), before);
    weather.advance(Duration::ZERO).unwrap();
    let after = json!({"loading": false, "temperature": 21.5, "wind": 12.0, "sky": "sunny", "loadedAt": NOW});
    assert_eq!(weather.delta(), after);
}

#[test]
fn who_asks_again_while_it_loads_causes_one_request() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&asked);
    let mut weather = setup(move |request| {
        log.borrow_mut().push(request.url.clone());
        Ok(response(404, ""))
    })
    .mount();
    weather.call("load", "Lisbon").unwrap();
    weather.call("load", "São Tomé & Príncipe").unwrap();
    assert_eq!(weather.effects(), [] as [Effect; 0]);
    weather.advance(Duration::ZERO).unwrap();
    let url = format!("{SERVICE}?place=S%C3%A3o%20Tom%C3%A9%20%26%20Pr%C3%ADncipe");
    assert_eq!(*asked.borrow(), [url]);
}

#[test]
fn what_went_wrong_is_told_without_what_only_the_operator_may_know() {
    for (answer, error) in [
        (
            refused(HostErrorCode::Denied),
            "The weather service is not an allowed host.",
        ),
        (
            refused(HostErrorCode::Timeout),
            "The weather service did not answer in time.",
        ),
        (
            refused(HostErrorCode::Failed),
            "The weather service cannot be reached.",
        ),
        (
            Ok(response(404, "")),
            "The weather service does not know Lisbon.",
        ),
        (
            Ok(response(503, "")),
            "The weather service has a problem (status 503).",
        ),
        (
            Ok(response(200, "<html>")),
            "The weather service said something that is not weather.",
        ),
    ] {
        assert_eq!(error_after(answer), error);
    }
}

#[test]
fn without_a_service_it_says_so() {
    let mut weather = Harness::<Weather>::mount();
    load(&mut weather, "Lisbon");
    assert_eq!(
        weather.state()["error"],
        "No weather service is configured."
    );
    let line = &weather.logs()[0].message;
    assert!(line.contains("[component.LiveWeather.config]"), "{line}");
}

#[test]
fn the_next_weather_takes_the_error_away() {
    let mut answers = vec![
        Ok(response(
            200,
            r#"{"temperature": -3, "wind": 40, "sky": "snow"}"#,
        )),
        Ok(response(503, "")),
    ];
    let mut weather = setup(move |_| answers.pop().unwrap()).mount();
    load(&mut weather, "Lisbon");
    weather.call("load", "Nuuk").unwrap();
    assert_eq!(weather.state()["error"], json!(null));
    weather.advance(Duration::ZERO).unwrap();
    assert_eq!(weather.state()["sky"], "snow");
}

#[test]
fn a_place_has_a_name_of_some_length() {
    let mut weather = Harness::<Weather>::mount();
    for (place, refusal) in [
        (String::new(), "Weather needs a place."),
        ("x".repeat(101), "No place has so long a name."),
    ] {
        let error = weather.call("load", json!({"place": place})).unwrap_err();
        assert_eq!(error.message(), refusal);
        assert_eq!(weather.delta(), json!({}));
    }
}
