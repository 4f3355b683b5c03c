//! `types`: what a module's components are to a browser, in TypeScript.

mod schema;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use crate::wasm::Definition;
use crate::wasm::definition::{ActionDefinition, SET_VALUE};

/// `liveside types`
#[derive(Debug, Args)]
pub struct TypesArgs {
    /// The modules
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Where the declarations go; without it, to the terminal
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Writes declarations for all components of some modules.
pub(super) fn types(args: &TypesArgs) -> anyhow::Result<()> {
    let mut definitions = Vec::new();
    for file in &args.files {
        let module = super::inspect::load(file)?;
        definitions.extend(module.definitions().iter().cloned());
    }
    definitions.retain(|definition| definition.room.is_none());
    definitions.sort_by(|a, b| a.name.cmp(&b.name));
    let text = declarations(&definitions);
    match &args.out {
        None => print!("{text}"),
        Some(out) => write(out, &text)?,
    }
    Ok(())
}

/// A file that is the same stays untouched: a bundler that watches it need not wake up.
fn write(out: &Path, text: &str) -> anyhow::Result<()> {
    if std::fs::read_to_string(out).is_ok_and(|old| old == text) {
        return Ok(());
    }
    std::fs::write(out, text).with_context(|| format!("{} cannot be written", out.display()))
}

fn declarations(definitions: &[Definition]) -> String {
    let mut out = String::from(
        "// Made by `liveside types` from the modules themselves. Do not edit.\n\n\
         import \"@liveside/client\";\n\n\
         declare module \"@liveside/client\" {\n  interface LiveComponents {\n",
    );
    for definition in definitions {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "    {}: {{", schema::key(&definition.name));
        let _ = writeln!(out, "      state: {};", state(definition));
        let _ = writeln!(out, "      actions: {{");
        for action in &definition.actions {
            let _ = writeln!(out, "        {};", signature(action));
        }
        out.push_str("      };\n    };\n");
    }
    out.push_str("  }\n}\n");
    out
}

/// The keys of the default state. Their types are the schema's, where there is one, else those of their values.
fn state(definition: &Definition) -> String {
    let source = definition
        .state_schema
        .as_ref()
        .map(|schema| schema.source());
    let fields = definition.default_state.iter().map(|(key, value)| {
        let described = source.and_then(|source| {
            let of_key = source.get("properties")?.get(&**key)?;
            Some(schema::type_of(of_key, source))
        });
        let shown = described.unwrap_or_else(|| {
            let value: Value = serde_json::from_str(value.as_str()).unwrap_or_default();
            schema::type_of_value(&value)
        });
        format!("{}: {shown}", schema::key(key))
    });
    format!("{{ {} }}", fields.collect::<Vec<_>>().join("; "))
}

/// A method of the browser's handle.
fn signature(action: &ActionDefinition) -> String {
    let name = schema::key(&action.name);
    let payload = match &action.payload_schema {
        Some(schema) => {
            let source = schema.source();
            // What `{}` or nothing fits may be left out.
            let optional =
                schema.check("payload", "{}").is_ok() || schema.check("payload", "null").is_ok();
            let mark = if optional { "?" } else { "" };
            format!("payload{mark}: {}", schema::type_of(source, source))
        }
        None if *action.name == *SET_VALUE => "payload: { key: string; value: unknown }".to_owned(),
        None => "payload?: unknown".to_owned(),
    };
    // What it answers is known to the module alone.
    format!("{name}({payload}): Promise<any>")
}

#[cfg(test)]
mod tests {
    use super::schema::{key, type_of, type_of_value};
    use serde_json::{Value, json};

    fn shown(schema: &Value) -> String {
        type_of(schema, schema)
    }

    #[test]
    fn schemas_become_types() {
        for (schema, expected) in [
            (json!({"type": "integer"}), "number"),
            (json!({"type": ["string", "null"]}), "string | null"),
            (json!({"enum": ["a", 1, null]}), "\"a\" | 1 | null"),
            (json!({"const": true}), "true"),
            (
                json!({"type": "array", "items": {"type": ["number", "null"]}}),
                "(number | null)[]",
            ),
            (json!({"type": "object"}), "Record<string, unknown>"),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "Record<string, string>",
            ),
            (
                json!({"type": "object", "required": ["by"], "properties": {"by": {"type": "integer"}, "at-once": {"type": "boolean"}}}),
                "{ \"at-once\"?: boolean; by: number }",
            ),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "number"}]}),
                "string | number",
            ),
            (
                json!({"$ref": "#/$defs/N", "$defs": {"N": {"type": "number"}}}),
                "number",
            ),
            (
                json!({"$ref": "#/$defs/N", "$defs": {"N": {"$ref": "#/$defs/N"}}}),
                "unknown",
            ),
            (json!(true), "unknown"),
            (json!({}), "unknown"),
        ] {
            assert_eq!(shown(&schema), expected, "{schema}");
        }
    }

    #[test]
    fn values_become_types() {
        for (value, expected) in [
            (json!(1.5), "number"),
            (json!(null), "unknown"),
            (json!([]), "unknown[]"),
            (json!([1, "a", 2]), "(number | string)[]"),
            (json!({"a": {"b": true}}), "{ a: { b: boolean } }"),
            (json!({}), "Record<string, unknown>"),
        ] {
            assert_eq!(type_of_value(&value), expected, "{value}");
        }
    }

    #[test]
    fn names_that_are_no_words_are_quoted() {
        assert_eq!(key("count"), "count");
        assert_eq!(key("a-b"), "\"a-b\"");
        assert_eq!(key("2x"), "\"2x\"");
        assert_eq!(key("a\"; evil"), "\"a\\\"; evil\"");
    }
}
