//! The command line.

mod build;
mod inspect;
mod new;
mod remote;
mod types;
mod watch;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use url::Url;

use crate::config::{self, Config, ConfigError};

/// A sidecar that makes any web app live.
///
/// Liveside runs UI component logic compiled to WebAssembly for thousands of browsers at once, keeps every browser's
/// state in step over one WebSocket, and swaps the logic while everybody stays connected.
#[derive(Debug, Parser)]
#[command(name = "liveside", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  liveside new hello --lang js               a project in JavaScript: a counter, its test, a page
  liveside dev components                    build and serve the guests in ./components, again at every save
  liveside serve --components dist           serve the modules in ./dist
  liveside inspect dist/counter.wasm         what a module holds
  liveside inspect --url http://127.0.0.1:4000     what a daemon does: the inspector, in a terminal
  liveside tail --component LiveCounter      every event of a component, as it happens

Settings come from the defaults, a TOML file (--config), LIVESIDE_* variables and flags, each over the one before.
LIVESIDE_LIMITS__STATE_BYTES sets `state-bytes` of `[limits]`. LIVESIDE_LOG=debug shows more.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the components of a directory.
    Serve(ServeArgs),
    /// Build guests from their sources, serve them, and build and swap them again at every save.
    Dev(DevArgs),
    /// Make a project in some language that builds, tests and runs at once.
    New(new::NewArgs),
    /// Build guests from their sources, in whatever language, and check the modules.
    Build(build::BuildArgs),
    /// Write TypeScript declarations of modules' components, for the browser.
    Types(types::TypesArgs),
    /// Show what a module holds, or what a running daemon does.
    Inspect(InspectArgs),
    /// Print the events of a running daemon as they happen.
    Tail(watch::TailArgs),
    /// Tell whether a module would load, and if not, why.
    Check(CheckArgs),
}

/// Settings that flags can make.
#[derive(Debug, Args, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Settings {
    /// Address to listen on; port 0 takes any that is free [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<std::net::SocketAddr>,
    /// Messages that one connection may send: BURST/PER_SECOND, or off [default: 100/50]
    #[arg(long, value_name = "LIMIT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<config::RateLimit>,
    /// An origin that may open a socket, beside the page's own; may be given several times
    #[arg(long = "allowed-origin", value_name = "URL")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_origins: Vec<String>,
    /// Serve the files of a directory at /
    #[arg(long = "static", value_name = "DIR")]
    #[serde(rename = "static", skip_serializing_if = "Option::is_none")]
    pub static_dir: Option<PathBuf>,
    /// The app that gets every request that is not the daemon's own
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upstream: Option<config::UpstreamUrl>,
    /// Its certificate, for TLS.
    #[command(flatten)]
    #[serde(skip_serializing_if = "TlsFlags::is_empty")]
    pub tls: TlsFlags,
    /// Where the store is kept; without it, it is gone with the process
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// Where compiled modules are kept between starts
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_dir: Option<PathBuf>,
}

/// Flags of `[tls]`.
#[derive(Debug, Args, Serialize)]
pub struct TlsFlags {
    /// Speak TLS with this certificate (PEM, with those that lead to its root); it is read again when it changes
    #[arg(long = "tls-cert", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long = "tls-key", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

impl TlsFlags {
    fn is_empty(&self) -> bool {
        self.cert.is_none() && self.key.is_none()
    }
}

/// Where the other settings come from.
#[derive(Debug, Args)]
pub struct Source {
    /// Configuration file, TOML
    #[arg(long, value_name = "FILE", env = "LIVESIDE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Print the settings in force, as TOML, and exit
    #[arg(long)]
    pub print_config: bool,
}

/// `liveside serve`
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The directory of .wasm files; it is watched
    #[arg(long, value_name = "DIR")]
    pub components: Option<PathBuf>,
    /// Settings.
    #[command(flatten)]
    pub settings: Settings,
    /// Their source.
    #[command(flatten)]
    pub source: Source,
}

/// `liveside dev`
#[derive(Debug, Args)]
pub struct DevArgs {
    /// Where the guests' sources are
    #[arg(default_value = ".")]
    pub sources: PathBuf,
    /// Where the built modules go
    #[arg(long, value_name = "DIR", default_value = "target/components")]
    pub out: PathBuf,
    /// Settings.
    #[command(flatten)]
    pub settings: Settings,
    /// Their source.
    #[command(flatten)]
    pub source: Source,
}

/// `liveside inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The module
    #[arg(required_unless_present = "url")]
    pub file: Option<PathBuf>,
    /// A daemon that runs: its connections, instances, rooms and modules
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    pub url: Option<Url>,
    /// Its API key; not needed in development
    #[arg(
        long,
        value_name = "KEY",
        env = "LIVESIDE_API_KEY",
        hide_env_values = true
    )]
    pub key: Option<String>,
    /// What of it
    #[command(flatten)]
    pub target: watch::Target,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `liveside check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The module
    pub file: PathBuf,
}

impl Settings {
    /// All settings in force, with the components directory laid over them.
    ///
    /// # Errors
    /// If a source cannot be used.
    pub fn load(&self, source: &Source, components: Option<&Path>) -> Result<Config, ConfigError> {
        #[derive(Serialize)]
        struct Flags<'a> {
            #[serde(flatten)]
            settings: &'a Settings,
            #[serde(skip_serializing_if = "Option::is_none")]
            components: Option<&'a Path>,
        }
        config::load(
            source.config.as_deref(),
            Flags {
                settings: self,
                components,
            },
        )
    }
}

impl Command {
    /// Does what was asked for.
    ///
    /// # Errors
    /// With everything that a person needs to know to try again.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Serve(args) => {
                let config = args
                    .settings
                    .load(&args.source, args.components.as_deref())?;
                if args.source.print_config {
                    return print(&config);
                }
                crate::app::run(config, None)
            }
            Self::Dev(args) => {
                let config = args.settings.load(&args.source, Some(&args.out))?;
                if args.source.print_config {
                    return print(&config);
                }
                crate::app::run(
                    config,
                    Some(crate::app::Development {
                        sources: args.sources,
                    }),
                )
            }
            Self::New(args) => new::new(&args),
            Self::Build(args) => without_spans(|| build::build(&args)),
            Self::Types(args) => without_spans(|| types::types(&args)),
            Self::Inspect(args) => without_spans(|| match (&args.url, &args.file) {
                (Some(url), _) => watch::inspect(url, args.key.as_deref(), &args.target, args.json),
                (None, Some(file)) => inspect::inspect(file, args.json),
                (None, None) => anyhow::bail!("give the file of a module, or --url"),
            }),
            Self::Tail(args) => without_spans(|| watch::tail(&args)),
            Self::Check(args) => without_spans(|| inspect::check(&args.file)),
        }
    }
}

/// Does something that is no daemon.
fn without_spans(run: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    crate::app::logging::start(None);
    run()
}

fn print(config: &Config) -> anyhow::Result<()> {
    print!("{}", toml::to_string_pretty(config)?);
    Ok(())
}
