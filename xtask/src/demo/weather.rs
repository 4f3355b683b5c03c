//! The weather of the demo: what `LiveWeather` asks for. Invented weather, real requests.

use serde_json::{Value, json};

/// Place as in the URL, degrees Celsius, wind in km/h, sky.
const PLACES: &[(&str, f64, f64, &str)] = &[
    ("Lisbon", 24.0, 15.0, "sunny"),
    ("Nairobi", 21.0, 11.0, "a few clouds"),
    ("Nuuk", -6.0, 32.0, "snow"),
    ("Reykjav%C3%ADk", 4.0, 41.0, "light rain"),
    ("S%C3%A3o%20Paulo", 19.0, 8.0, "thunderstorms"),
];

/// The configuration that lets the component reach the service at `origin`, and has it ask `url`.
pub(super) fn config(origin: &str, url: &str) -> String {
    format!(
        "[component.LiveWeather]\n\
         allowed-hosts = [\"{origin}\"]\n\n\
         [component.LiveWeather.config]\n\
         url = \"{url}\"\n"
    )
}

/// The weather at a place, by the query of the request; `None` where there is no such place. It changes a little with
/// the seconds since the Unix epoch, as weather does.
pub(super) fn look(query: &str, seconds: u64) -> Option<Value> {
    let place = query.strip_prefix("place=")?;
    let (_, temperature, wind, sky) = PLACES
        .iter()
        .find(|(name, ..)| place.eq_ignore_ascii_case(name))?;
    let change = (seconds / 10 % 5) as f64 - 2.0;
    Some(json!({"temperature": temperature + change, "wind": wind - change, "sky": sky}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_its_places_and_no_others() {
        let nuuk = json!({"temperature": -8.0, "wind": 34.0, "sky": "snow"});
        assert_eq!(look("place=nuuk", 0), Some(nuuk));
        for other in ["place=Atlantis", "place=", "nuuk", ""] {
            assert_eq!(look(other, 0), None, "{other}");
        }
    }

    #[test]
    fn it_changes_with_time() {
        assert_eq!(look("place=Nuuk", 9), look("place=Nuuk", 0));
        assert_ne!(look("place=Nuuk", 10), look("place=Nuuk", 0));
    }
}
