//! Layers the sources over one another and says what is wrong with them.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::error::{Actual, Kind};
use figment::providers::{Env, Format, Serialized, Toml};
use serde::Serialize;

use super::Config;

/// Variables that are not settings: of the log, of the command line, of the guests' build, of the tests.
const NOT_SETTINGS: [&str; 5] = ["log", "config", "build_cache_dir", "bin", "sdk"];

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("there is no configuration file at {0}")]
    NoFile(PathBuf),
    /// A source says something that cannot be.
    #[error("{0}")]
    Invalid(String),
}

/// Reads the configuration: the defaults, then `file`, then `LIVESIDE_*` variables, then `flags`.
///
/// `LIVESIDE_LIMITS__STATE_BYTES` sets `state-bytes` of `[limits]`.
///
/// # Errors
/// If the file is not there, or if a source has an unknown key or a value that does not fit.
pub fn load(file: Option<&Path>, flags: impl Serialize) -> Result<Config, ConfigError> {
    let mut figment = Figment::new();
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    let config: Config = figment
        .merge(Env::prefixed("LIVESIDE_").ignore(&NOT_SETTINGS).map(|key| {
            key.as_str()
                .to_ascii_lowercase()
                .replace("__", ".")
                .replace('_', "-")
                .into()
        }))
        .merge(Serialized::defaults(flags))
        .extract()
        .map_err(|error| ConfigError::Invalid(explain(error)))?;
    check(&config).map_err(ConfigError::Invalid)?;
    Ok(config)
}

/// Values that fit for themselves and make no sense.
fn check(config: &Config) -> Result<(), String> {
    if !config.path.starts_with('/') {
        return Err(format!("path: `{}` must start with a slash", config.path));
    }
    config.tls.check()?;
    if config.limits.recycle_bytes > config.limits.memory_bytes {
        return Err("limits.recycle-bytes: must not be more than limits.memory-bytes".to_owned());
    }
    let url = &config.uploads.url;
    if !url.starts_with('/') || url.contains(['?', '#', ' ']) {
        return Err(format!(
            "uploads.url: `{url}` is no path: write one that begins with /, such as /uploads"
        ));
    }
    if let Some(wrong) = config
        .uploads
        .types
        .iter()
        .find(|listed| !listed.contains('/'))
    {
        return Err(format!(
            "uploads.types: `{wrong}` is no media type: write one such as image/png, or image/*"
        ));
    }
    for (key, zero) in [
        (
            "limits.workers-per-module",
            config.limits.workers_per_module == 0,
        ),
        ("limits.event-queue", config.limits.event_queue == 0),
        (
            "limits.connections-per-address",
            config.limits.connections_per_address == 0,
        ),
        (
            "limits.mounts-per-address",
            config.limits.mounts_per_address == 0,
        ),
        (
            "limits.new-connections-per-address",
            config.limits.new_connections_per_address == 0,
        ),
        ("uploads.per-connection", config.uploads.per_connection == 0),
        (
            "uploads.abandoned-after",
            config.uploads.abandoned_after.is_zero(),
        ),
        ("limits.cpu-time", config.limits.cpu_time.is_zero()),
        ("limits.wall-time", config.limits.wall_time.is_zero()),
        ("fetch.timeout", config.fetch.timeout.is_zero()),
        ("fetch.concurrent", config.fetch.concurrent == 0),
        (
            "limits.upstream-time",
            config.limits.upstream_time.is_zero(),
        ),
        (
            "signed-state.max-age",
            config.signed_state.max_age.is_zero(),
        ),
        ("signed-state.max-used", config.signed_state.max_used == 0),
        ("heartbeat.ping", config.heartbeat.ping.is_zero()),
        ("heartbeat.idle", config.heartbeat.idle.is_zero()),
    ] {
        if zero {
            return Err(format!("{key}: must be more than zero"));
        }
    }
    config.signed_state.check_keys()?;
    config.auth.check().map_err(|error| error.to_string())?;
    for (name, settings) in &config.component_settings {
        for (key, secret) in &settings.secrets {
            secret
                .read()
                .map_err(|error| format!("component.{name}.secrets.{key}: {error}"))?;
            if settings.config.contains_key(key) {
                return Err(format!(
                    "component.{name}.secrets.{key}: it is in component.{name}.config as well"
                ));
            }
        }
        settings
            .wasi
            .check()
            .map_err(|error| format!("component.{name}.wasi.{error}"))?;
    }
    Ok(())
}

/// One line for each mistake: where, what, and what was probably meant.
fn explain(errors: figment::Error) -> String {
    let lines: Vec<String> = errors
        .into_iter()
        .map(|error| explain_one(&error))
        .collect();
    lines.join("\n")
}

fn explain_one(error: &figment::Error) -> String {
    let source = error
        .metadata
        .as_ref()
        .map(|metadata| match &metadata.source {
            Some(source) => source.to_string(),
            None => metadata.name.to_string(),
        });
    let path = error.path.join(".");
    let what = match &error.kind {
        Kind::UnknownField(field, known) => {
            let nearest = known.iter().max_by(|a, b| {
                let near = |name: &str| strsim::jaro_winkler(field, name);
                near(a).total_cmp(&near(b))
            });
            match nearest.filter(|name| strsim::jaro_winkler(field, name) > 0.75) {
                Some(name) => format!("unknown key `{field}`, did you mean `{name}`?"),
                None => format!("unknown key `{field}`; known are {}", known.join(", ")),
            }
        }
        // A string in the wrong place may be a secret.
        Kind::InvalidType(Actual::Str(_), expected) => {
            format!("invalid type: found a string, expected {expected}")
        }
        Kind::InvalidValue(Actual::Str(_), expected) => {
            format!("invalid value: found a string, expected {expected}")
        }
        Kind::Message(message) => without_source(message),
        kind => kind.to_string(),
    };
    let place = match (source, path.is_empty()) {
        (Some(source), true) => format!("{source}: "),
        (Some(source), false) => format!("{source}: {path}: "),
        (None, true) => String::new(),
        (None, false) => format!("{path}: "),
    };
    format!("{place}{what}")
}

/// A parser's message without the lines of the file that it shows, which may hold a secret. They begin with a bar,
/// or a line number and a bar.
fn without_source(message: &str) -> String {
    let is_source = |line: &str| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        rest.starts_with('|')
    };
    let lines: Vec<&str> = message
        .lines()
        .filter(|line| !is_source(line) && !line.trim().is_empty())
        .collect();
    lines.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[derive(Serialize, Default)]
    struct Flags {
        #[serde(skip_serializing_if = "Option::is_none")]
        listen: Option<&'static str>,
    }

    fn from_toml(text: &str) -> Result<Config, ConfigError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        load(Some(file.path()), Flags::default())
    }

    #[test]
    fn flags_go_over_the_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(
            b"listen = \"127.0.0.1:1\"\nrate-limit = \"7/3\"\n[limits]\ncpu-time = \"250ms\"",
        )
        .unwrap();
        let config = load(
            Some(file.path()),
            Flags {
                listen: Some("127.0.0.1:2"),
            },
        )
        .unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.rate_limit.to_string(), "7/3");
        assert_eq!(config.limits.cpu_time.as_millis(), 250);
        assert_eq!(config.limits.wall_time.as_secs(), 30);
    }

    #[test]
    fn a_mistyped_key_is_refused_with_the_one_that_was_meant() {
        let error = from_toml("[limits]\nstate-byte = 5")
            .unwrap_err()
            .to_string();
        assert!(error.contains("limits"), "{error}");
        assert!(
            error.contains("unknown key `state-byte`, did you mean `state-bytes`?"),
            "{error}"
        );
        let error = from_toml("lisen = \"x\"").unwrap_err().to_string();
        assert!(error.contains("did you mean `listen`?"), "{error}");
    }

    #[test]
    fn a_mistake_is_told_without_the_secret_beside_it() {
        for text in [
            "[component.A.secrets]\nKEY = \"hunter2\n",
            "[component.A]\nsecrets = \"hunter2\"",
            "component = \"hunter2\"",
            "api-key = [\"hunter2\"]",
        ] {
            let error = from_toml(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert_eq!(
            without_source("wrong at line 2, column 3\n  |\n2 | a = 1 | 2\n  |     ^\nbad digit\n"),
            "wrong at line 2, column 3: bad digit"
        );
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        for (text, part) in [
            ("path = \"x\"", "must start with a slash"),
            ("rate-limit = \"fast\"", "BURST/PER_SECOND"),
            ("listen = \"nowhere\"", "listen"),
            ("[limits]\ncpu-time = \"0s\"", "limits.cpu-time"),
            ("[limits]\nrecycle-bytes = 100000000000", "recycle-bytes"),
            ("[tls]\ncert = \"a.pem\"", "needs its key too"),
            ("[tls]\nkey = \"a.pem\"", "needs its certificate too"),
            (
                "[limits]\nconnections-per-address = 0",
                "limits.connections-per-address",
            ),
            ("[uploads]\nurl = \"files\"", "uploads.url"),
            ("[uploads]\ntypes = [\"png\"]", "`png` is no media type"),
            ("[uploads]\nper-connection = 0", "uploads.per-connection"),
            (
                "[limits]\nnew-connections-per-address = 0",
                "limits.new-connections-per-address",
            ),
        ] {
            let error = from_toml(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn keys_of_signed_states_are_checked_before_anything_starts() {
        let long = "0123456789abcdef0123456789abcdef";
        let previous = "[[signed-state.previous-keys]]\nuntil = 2026-01-02T03:04:05Z\nkey =";
        for quote in ["", "\""] {
            let text = format!("{previous} \"{long}\"").replace(
                "2026-01-02T03:04:05Z",
                &format!("{quote}2026-01-02T03:04:05Z{quote}"),
            );
            let until = from_toml(&text).unwrap().signed_state.previous_keys[0].until;
            assert_eq!(
                until.duration_since(std::time::UNIX_EPOCH).unwrap(),
                std::time::Duration::from_secs(1_767_323_045)
            );
        }
        for (text, part) in [
            (
                "[signed-state]\nkey = \"hunter2\"".to_owned(),
                "signed-state.key: it is shorter than 32 bytes",
            ),
            (
                format!("{previous} {{ env = \"LIVESIDE_TEST_NO_SUCH_VARIABLE\" }}"),
                "signed-state.previous-keys[0].key: the environment has no variable",
            ),
            (
                format!("{previous} \"{long}\"").replace("05Z", "05+02:00"),
                "until: it must be a time in UTC",
            ),
            (
                "[signed-state]\nmax-age = \"0s\"".to_owned(),
                "signed-state.max-age",
            ),
            (
                "[signed-state]\nmax-used = 0".to_owned(),
                "signed-state.max-used",
            ),
        ] {
            let error = from_toml(&text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = load(Some(Path::new("/nowhere/liveside.toml")), Flags::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no configuration file at /nowhere/liveside.toml"
        );
    }
}
