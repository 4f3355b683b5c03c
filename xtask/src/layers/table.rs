//! The layers of the daemon, as the house style has them. Change them there and here together.

/// The modules of `daemon/src` by layer. A module imports from lower layers only.
pub(super) const LAYERS: &[(u8, &[&str])] = &[
    (5, &["main", "app", "cli"]),
    (4, &["http"]),
    (3, &["connection"]),
    (2, &["live", "registry", "dev"]),
    (
        1,
        &[
            "wasm",
            "auth",
            "signing",
            "store",
            "fetch",
            "webhooks",
            "telemetry",
            "tls",
            "uploads",
        ],
    ),
    (
        0,
        &[
            "protocol", "config", "ids", "identity", "clock", "schema", "state",
        ],
    ),
];

/// Modules that may import one of their own layer: from, to, and why. Each is a one-way street: its opposite would make
/// a cycle.
pub(super) const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("main", "cli", "the program is what its command line says"),
    ("cli", "app", "a parsed command starts the application"),
    (
        "dev",
        "registry",
        "what development mode builds, the registry loads",
    ),
    (
        "registry",
        "live",
        "a new version of a module is published to what is mounted",
    ),
    ("auth", "wasm", "identity can be written as a module"),
    ("wasm", "fetch", "a component's request is passed on"),
    ("fetch", "telemetry", "a component's request is a span"),
    ("wasm", "store", "a component's own map is in it"),
    ("wasm", "uploads", "a component reads what it was sent"),
    (
        "signing",
        "store",
        "which states were given back is remembered through restarts",
    ),
    (
        "config",
        "ids",
        "the configuration chooses how ids are made",
    ),
    (
        "identity",
        "state",
        "what a provider says of a user is kept as JSON text",
    ),
    ("protocol", "ids", "a frame carries ids"),
    (
        "protocol",
        "state",
        "a frame carries values and deltas, written as they are kept",
    ),
];

/// A crate that only some modules may name.
pub(super) struct Fence {
    pub(super) crates: &'static [&'static str],
    pub(super) modules: &'static [&'static str],
    /// Ends the sentence "only … may name it, because …".
    pub(super) reason: &'static str,
}

/// The fences.
pub(super) const FENCES: &[Fence] = &[
    Fence {
        crates: &[
            "wasm_encoder",
            "wasmparser",
            "wasmtime",
            "wasmtime_wasi",
            "wasmtime_wasi_http",
        ],
        modules: &["wasm"],
        reason: "the engine can then be updated or replaced in one place",
    },
    Fence {
        crates: &["axum", "hyper", "hyper_util", "tower", "tower_http"],
        modules: &["http", "app"],
        reason: "everything below can then be tested without a socket",
    },
    Fence {
        crates: &["reqwest"],
        modules: &["auth", "cli", "fetch", "telemetry", "webhooks"],
        reason: "every request that leaves the daemon then obeys a list of hosts or the operator's own address",
    },
    Fence {
        crates: &["jsonwebtoken"],
        modules: &["auth"],
        reason: "there is then one place that decides whether a token counts",
    },
    Fence {
        crates: &["rustls", "tokio_rustls"],
        modules: &["tls"],
        reason: "which versions and ciphers are spoken with browsers is decided in one place",
    },
    Fence {
        crates: &["redb"],
        modules: &["store"],
        reason: "what is kept can then move to another engine without anybody else knowing",
    },
    Fence {
        crates: &["jsonschema"],
        modules: &["schema"],
        reason: "no schema is then compiled without the bounds that a guest's schema needs",
    },
];

/// The layer of a module, unless it is unknown.
pub(super) fn layer(module: &str) -> Option<u8> {
    LAYERS
        .iter()
        .find(|(_, modules)| modules.contains(&module))
        .map(|(layer, _)| *layer)
}

/// Whether `from` may import `to`, a module of its own layer.
pub(super) fn is_exception(from: &str, to: &str) -> bool {
    EXCEPTIONS
        .iter()
        .any(|(importer, imported, _)| (*importer, *imported) == (from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_module_is_listed_twice() {
        let mut modules: Vec<_> = LAYERS
            .iter()
            .flat_map(|(_, modules)| modules.iter())
            .collect();
        modules.sort_unstable();
        let listed = modules.len();
        modules.dedup();
        assert_eq!(modules.len(), listed);
    }

    #[test]
    fn exceptions_are_between_siblings_and_make_no_cycle() {
        for (from, to, _) in EXCEPTIONS {
            assert_eq!(layer(from), layer(to), "{from} and {to}");
            assert!(!is_exception(to, from), "{from} and {to} import each other");
        }
    }
}
