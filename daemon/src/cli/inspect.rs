//! `inspect` and `check`: a module, looked at without serving it.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;

use crate::config::Config;
use crate::wasm::{Definition, Engine, Module};

/// Prints what a module holds.
pub(super) fn inspect(file: &Path, as_json: bool) -> anyhow::Result<()> {
    let module = load(file)?;
    print!(
        "{}",
        if as_json {
            to_json(&module)?
        } else {
            to_table(&module)
        }
    );
    Ok(())
}

/// Prints one line if the module would load, and fails with the reason if it would not.
pub(super) fn check(file: &Path) -> anyhow::Result<()> {
    let module = load(file)?;
    let names: Vec<_> = module
        .definitions()
        .iter()
        .map(|definition| &*definition.name)
        .collect();
    println!("{} would load: {}", file.display(), names.join(", "));
    Ok(())
}

pub(super) fn load(file: &Path) -> anyhow::Result<Module> {
    let bytes =
        std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let mut engine = crate::app::engine_config(&Config::default());
    // Looking at a file must leave no trace.
    engine.cache_dir = None;
    let runtime = tokio::runtime::Runtime::new()?;
    let name = file
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    runtime
        .block_on(async {
            Module::load(&Engine::new(engine)?, &name, bytes)
                .await
                .map_err(anyhow::Error::from)
        })
        .with_context(|| format!("{} would not load", file.display()))
}

fn hooks(definition: &Definition) -> Vec<&'static str> {
    let hooks = definition.hooks;
    [
        (hooks.connect, "connect"),
        (hooks.mount, "mount"),
        (hooks.rehydrate, "rehydrate"),
        (hooks.before_action, "before-action"),
        (hooks.state_change, "state-change"),
        (hooks.room_join, "room-join"),
        (hooks.room_leave, "room-leave"),
        (hooks.upload, "upload"),
        (hooks.client_join, "client-join"),
        (hooks.client_leave, "client-leave"),
        (hooks.reload, "reload"),
        (hooks.disconnect, "disconnect"),
        (hooks.destroy, "destroy"),
        (hooks.member_join, "member-join"),
        (hooks.member_leave, "member-leave"),
        (hooks.empty, "empty"),
    ]
    .into_iter()
    .filter_map(|(has, name)| has.then_some(name))
    .collect()
}

fn actions(definition: &Definition) -> Vec<&str> {
    definition
        .actions
        .iter()
        .map(|action| &*action.name)
        .collect()
}

fn to_table(module: &Module) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "{}  {:.1} KiB",
        module.name(),
        module.bytes() as f64 / 1024.0
    );
    for definition in module.definitions() {
        let _ = writeln!(out, "\n{} {}", definition.name, definition.version);
        let hidden: Vec<_> = definition
            .hidden_actions
            .iter()
            .map(|hidden| &*hidden.name)
            .collect();
        for (label, value) in [
            ("state", definition.default_state.to_text(None)),
            ("persistent", definition.persistent_defaults.to_text(None)),
            ("actions", actions(definition).join(", ")),
            ("not public", hidden.join(", ")),
            ("hooks", hooks(definition).join(", ")),
            (
                "isolation",
                if definition.fresh { "fresh" } else { "shared" }.to_owned(),
            ),
        ] {
            if !value.is_empty() && value != "{}" {
                let _ = writeln!(out, "  {label:<12}{value}");
            }
        }
    }
    let _ = writeln!(out, "\nimports");
    for import in module.imports() {
        let _ = writeln!(out, "  {import}");
    }
    out
}

fn to_json(module: &Module) -> anyhow::Result<String> {
    let components = module
        .definitions()
        .iter()
        .map(|definition| {
            Ok(json!({
                "name": &*definition.name,
                "version": &*definition.version,
                "defaultState": serde_json::from_str::<serde_json::Value>(&definition.default_state.to_text(None))?,
                "persistentDefaults":
                    serde_json::from_str::<serde_json::Value>(&definition.persistent_defaults.to_text(None))?,
                "actions": actions(definition),
                "hooks": hooks(definition),
                "isolation": if definition.fresh { "fresh" } else { "shared" },
            }))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    let all = json!({
        "module": module.name(),
        "bytes": module.bytes(),
        "imports": module.imports(),
        "components": components,
    });
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}
