//! Names: from Rust to the wire, and the nearest known one for a name that is not known.

use syn::Ident;

/// A Rust name as it is on the wire: `last_updated_by` is `lastUpdatedBy`.
pub(crate) fn camel_case(name: &Ident) -> String {
    let name = plain(name);
    let mut wire = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.trim_start_matches('_').chars() {
        if c == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            wire.extend(c.to_uppercase());
        } else {
            wire.push(c);
        }
    }
    wire
}

/// A Rust name without the mark of a raw one: `r#type` is `type`.
pub(crate) fn plain(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#")
        .map_or_else(|| name.clone(), str::to_owned)
}

/// " Did you mean `on_mount`?", if there is one near enough.
pub(crate) fn suggestion(name: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min();
    match nearest {
        Some((distance, known)) if distance <= 3.min(name.len() / 2) => {
            format!(" Did you mean `{known}`?")
        }
        _ => String::new(),
    }
}

/// `a`, `b` and `c`.
pub(crate) fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// A text as JSON.
pub(crate) fn quoted(key: &str) -> String {
    let mut text = String::from("\"");
    for c in key.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            c if c.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}
