//! The weather, from another server: an outgoing request, with its slowness and its failures in the state.
//!
//! An event is a transaction: browsers see nothing of it before it ends. So `load` only says that the weather is being
//! loaded and starts a timer that is due at once; the request is made in the timer's event.

use std::time::Duration;

use liveside_guest::HostErrorCode;
use liveside_guest::context::Response;
use liveside_guest::prelude::*;
use serde::Deserialize;

/// Who looks at a page does not wait longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// In characters. There is a village in New Zealand with 85.
const LONGEST_PLACE: usize = 100;

/// What the browser sees.
#[derive(State)]
pub struct Weather {
    /// The place that was asked for last.
    place: String,
    loading: bool,
    /// Why there is no weather.
    error: Option<String>,
    /// In degrees Celsius.
    temperature: Option<f64>,
    /// In kilometres an hour.
    wind: Option<f64>,
    /// "light rain"
    sky: Option<String>,
    /// When it was asked for, in milliseconds since the Unix epoch.
    loaded_at: Option<u64>,
}

/// What the service answers.
#[derive(Deserialize)]
struct Report {
    temperature: f64,
    wind: f64,
    sky: String,
}

// No props: what it shows is what the service says.
#[component(name = "LiveWeather", version = "1.0.0", props = "none")]
impl Weather {
    /// Asks for the weather of a place. It answers at once; the weather comes as state.
    #[action]
    fn load(&mut self, cx: &Context, place: &str) -> Result<()> {
        let place = place.trim();
        ensure!(!place.is_empty(), "Weather needs a place.");
        ensure!(
            place.chars().count() <= LONGEST_PLACE,
            "No place has so long a name."
        );
        self.place = place.to_owned();
        self.error = None;
        // Whoever asks again before the request was made has changed the place, and needs no second request.
        if !self.loading {
            self.loading = true;
            cx.timers().after(Duration::ZERO, "fetch")?;
        }
        Ok(())
    }

    #[timer("fetch")]
    fn fetch(&mut self, cx: &Context) {
        let (report, error) = match ask(cx, &self.place) {
            Ok(report) => (Some(report), None),
            Err(error) => (None, Some(error.message().to_owned())),
        };
        self.loading = false;
        self.loaded_at = report.as_ref().map(|_| cx.clock().now_ms());
        self.temperature = report.as_ref().map(|report| report.temperature);
        self.wind = report.as_ref().map(|report| report.wind);
        self.sky = report.map(|report| report.sky);
        self.error = error;
    }
}

/// # Errors
/// With a sentence for the user. What only the operator may know (addresses, the daemon's own words) goes to the log.
fn ask(cx: &Context, place: &str) -> Result<Report> {
    let Some(service) = cx.config().get("url") else {
        cx.log()
            .error("`url` is not set in `[component.LiveWeather.config]`");
        bail!("No weather service is configured.");
    };
    let url = format!("{service}?place={}", percent_encoded(place));
    let answer = cx.http().get(url).timeout(PATIENCE).send();
    let answer = answer.map_err(|error| {
        cx.log().error(&error.message);
        Error::new(match error.code {
            HostErrorCode::Denied => "The weather service is not an allowed host.",
            HostErrorCode::Timeout => "The weather service did not answer in time.",
            _ => "The weather service cannot be reached.",
        })
    })?;
    report(&answer, place).inspect_err(|error| cx.log().warn(error))
}

fn report(answer: &Response, place: &str) -> Result<Report> {
    match answer.status {
        404 => bail!("The weather service does not know {place}."),
        _ if answer.is_success() => answer
            .json()
            .map_err(|_| Error::new("The weather service said something that is not weather.")),
        status => bail!("The weather service has a problem (status {status})."),
    }
}

/// What a browser sent goes into a URL as one value, whatever it holds.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests;
