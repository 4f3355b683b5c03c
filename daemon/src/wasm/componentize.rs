//! From a core module to a component.
//!
//! Toolchains give either. A core module becomes a component here, on load, in a few milliseconds: by the component
//! type that its toolchain left in a custom section, or, where there is none, by our own WIT.

use std::borrow::Cow;

use wasi_preview1_component_adapter_provider as adapter;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The interface, as text, for modules that carry no type of their own.
const WIT: [(&str, &str); 5] = [
    ("types.wit", include_str!("../../../wit/types.wit")),
    ("state.wit", include_str!("../../../wit/state.wit")),
    ("host.wit", include_str!("../../../wit/host.wit")),
    ("component.wit", include_str!("../../../wit/component.wit")),
    (
        "authenticator.wit",
        include_str!("../../../wit/authenticator.wit"),
    ),
];

/// What a module is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Components.
    LiveComponent,
    /// Identity.
    Authenticator,
}

impl World {
    /// As the WIT has it.
    fn name(self) -> &'static str {
        match self {
            Self::LiveComponent => "live-component",
            Self::Authenticator => "authenticator",
        }
    }
}

/// What a file's first eight bytes say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A core module, to be made into a component.
    CoreModule,
    /// A component.
    Component,
}

/// A file is no module, or none that can become a component.
#[derive(Debug, thiserror::Error)]
pub enum ComponentizeError {
    /// The file does not start as WebAssembly does.
    #[error("not a WebAssembly file")]
    NotWasm,
    /// The module does not fit the interface.
    #[error("the module does not fit liveside:component@0.1.0: {0:#}")]
    Encode(anyhow::Error),
}

/// What the first bytes say.
///
/// # Errors
/// If they are not WebAssembly's.
pub fn kind(bytes: &[u8]) -> Result<Kind, ComponentizeError> {
    match bytes.get(..8) {
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => Ok(Kind::CoreModule),
        Some([0, b'a', b's', b'm', 0x0d, 0, 1, 0]) => Ok(Kind::Component),
        _ => Err(ComponentizeError::NotWasm),
    }
}

/// The module as a component; one that is a component already comes back as it is. `world` is that of a module that
/// does not tell its own.
///
/// # Errors
/// If it is no WebAssembly, or does not fit the interface.
pub fn componentize(bytes: &[u8], world: World) -> Result<Cow<'_, [u8]>, ComponentizeError> {
    if kind(bytes)? == Kind::Component {
        return Ok(Cow::Borrowed(bytes));
    }
    encode(bytes, world)
        .map(Cow::Owned)
        .map_err(ComponentizeError::Encode)
}

fn encode(core: &[u8], world: World) -> anyhow::Result<Vec<u8>> {
    let mut core = Cow::Borrowed(core);
    if !has_component_type(&core) {
        let mut sources = wit_parser::SourceMap::default();
        for (name, text) in WIT {
            sources.push_str(name, text);
        }
        let group = sources
            .parse()
            .map_err(|(_, error)| anyhow::anyhow!("{error:?}"))?;
        let mut resolve = Resolve::default();
        let package = resolve.push_group(group)?;
        let world = resolve.select_world(&[package], Some(world.name()))?;
        embed_component_metadata(core.to_mut(), &resolve, world, StringEncoding::UTF8)?;
    }
    ComponentEncoder::default()
        .adapter(
            adapter::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            adapter::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .module(&core)?
        .encode()
}

/// Whether a custom section tells the component type. The name alone is looked for: the encoder does the reading.
fn has_component_type(core: &[u8]) -> bool {
    const PREFIX: &[u8] = b"component-type";
    core.windows(PREFIX.len()).any(|window| window == PREFIX)
}
