//! `new`: a project that builds, tests and runs at once.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/templates"]
struct Templates;

/// Where the SDKs are in the repository that this program was built from.
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../guest-sdk");
/// An ending of files that must not be taken for manifests of this repository.
const DISGUISE: &str = ".in";

/// `liveside new`
#[derive(Debug, Args)]
pub struct NewArgs {
    /// What it is called, and the folder that is made: letters, digits and hyphens
    pub name: String,
    /// What it is written in
    #[arg(long, value_enum, default_value = "rust")]
    pub lang: Lang,
    /// The folder with the SDKs of all languages [default: that of the repository of this program]
    #[arg(long, value_name = "DIR", env = "LIVESIDE_SDK")]
    pub sdk: Option<PathBuf>,
}

/// What a project can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// Rust
    Rust,
    /// JavaScript
    Js,
    /// TypeScript
    Ts,
    /// Python
    Python,
    /// C
    C,
    /// C++
    Cpp,
    /// Zig
    Zig,
    /// Go
    Go,
}

impl Lang {
    /// Its templates.
    fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust/",
            Self::Js => "js/",
            Self::Ts => "ts/",
            Self::Python => "python/",
            Self::C => "c/",
            Self::Cpp => "cpp/",
            Self::Zig => "zig/",
            Self::Go => "go/",
        }
    }

    /// Its SDK, below that of Rust.
    fn sdk(self) -> &'static str {
        match self {
            Self::Rust => "",
            Self::Js | Self::Ts => "js",
            Self::Python => "python",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Zig => "zig",
            Self::Go => "go",
        }
    }
}

/// Makes the project, and says what to do with it.
pub(super) fn new(args: &NewArgs) -> anyhow::Result<()> {
    check_name(&args.name)?;
    let sdk = args.sdk.as_deref().unwrap_or(Path::new(REPOSITORY));
    let sdk = sdk.join(args.lang.sdk());
    let sdk = sdk.canonicalize().with_context(|| {
        let sdk = sdk.display();
        format!("{sdk} is not there: say with --sdk where the folder guest-sdk of Liveside is")
    })?;
    let dir = Path::new(&args.name);
    ensure!(!dir.exists(), "{} is there already", dir.display());
    let values = [
        ("{{name}}", args.name.clone()),
        ("{{component}}", component(&args.name)),
        ("{{sdk}}", sdk.to_string_lossy().into_owned()),
    ];
    for file in Templates::iter() {
        let inside = [args.lang.folder(), "page/"];
        let Some(inside) = inside.iter().find_map(|folder| file.strip_prefix(folder)) else {
            continue;
        };
        let Some(template) = Templates::get(&file) else {
            continue;
        };
        let mut text = String::from_utf8_lossy(&template.data).into_owned();
        for (place, value) in &values {
            text = text.replace(place, value);
        }
        let path = dir.join(inside.strip_suffix(DISGUISE).unwrap_or(inside));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("{} is there. Next:\n\n  cd {}", dir.display(), args.name);
    for line in steps(args.lang, &sdk) {
        println!("  {line}");
    }
    println!("\nThen open the address that it prints, and change the counter's source.");
    Ok(())
}

/// From the new folder to the page.
fn steps(lang: Lang, sdk: &Path) -> Vec<String> {
    let install = match lang {
        Lang::Js | Lang::Ts if sdk.join("node_modules").is_dir() => vec!["npm install".to_owned()],
        // npm links a package by its path, and leaves what that needs to it.
        Lang::Js | Lang::Ts => vec![
            format!("npm ci --ignore-scripts --prefix '{}'", sdk.display()),
            "npm install".to_owned(),
        ],
        Lang::Python => vec![
            "python3 -m venv .venv".to_owned(),
            format!(".venv/bin/pip install -e '{}[dev]'", sdk.display()),
        ],
        Lang::Rust | Lang::C | Lang::Cpp | Lang::Zig | Lang::Go => Vec::new(),
    };
    let dev = "liveside dev . --static page".to_owned();
    install.into_iter().chain([dev]).collect()
}

fn check_name(name: &str) -> anyhow::Result<()> {
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase());
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !begins || !name.chars().all(fits) || name.len() > 40 {
        bail!(
            "`{name}` is no name for a project: use small letters, digits and hyphens, a letter first"
        );
    }
    Ok(())
}

/// What the component of a project is called: `shopping-cart` has a `ShoppingCart`.
fn component(name: &str) -> String {
    let words = name.split('-').filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    words.map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_names_its_component() {
        assert_eq!(component("shopping-cart"), "ShoppingCart");
        assert_eq!(component("counter2"), "Counter2");
        for wrong in ["", "Counter", "2x", "a b", "../x", "a_b"] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_language_has_templates_without_places_that_nobody_fills() {
        for lang in Lang::value_variants() {
            let mut files = Templates::iter().filter(|file| file.starts_with(lang.folder()));
            assert!(files.any(|file| file.ends_with("README.md")), "{lang:?}");
        }
        for file in Templates::iter() {
            let template = Templates::get(&file).unwrap();
            let text = String::from_utf8_lossy(&template.data).into_owned();
            let places = text
                .split("{{")
                .skip(1)
                .map(|rest| rest.split("}}").next().unwrap());
            for place in places {
                assert!(
                    ["name", "component", "sdk"].contains(&place),
                    "{file}: {place}"
                );
            }
        }
    }
}
