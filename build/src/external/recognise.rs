//! Which folder is a project, and in which language.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::text;
use crate::project::{Language, Project};

/// The project that begins in `dir`, if one does that is not cargo's.
pub(crate) fn recognise(dir: &Path) -> Option<Project> {
    npm(dir).or_else(|| python(dir)).or_else(|| make(dir))
}

fn project(dir: &Path, name: String, language: Language, fixture: bool) -> Project {
    Project {
        name,
        language,
        dir: dir.to_owned(),
        workspace_root: dir.to_owned(),
        fixture,
        authenticator: false,
        source_dirs: vec![dir.to_owned()],
    }
}

fn npm(dir: &Path) -> Option<Project> {
    let manifest: Value = serde_json::from_str(&text(&dir.join("package.json"))).ok()?;
    let build = manifest.pointer("/scripts/build")?.as_str()?;
    if !build.contains("liveside-build") {
        return None;
    }
    let name = manifest.get("name").and_then(Value::as_str)?;
    // Scopes are folders, and modules have none.
    let name = name.rsplit('/').next().unwrap_or(name).to_owned();
    let fixture = manifest.pointer("/liveside/fixture") == Some(&Value::Bool(true));
    let mut project = project(dir, name, Language::JavaScript, fixture);
    project.workspace_root = npm_root(dir);
    // A script may build a neighbour's sources.
    let others = build
        .split_whitespace()
        .filter(|word| word.starts_with(".."));
    let others = others.filter_map(|other| dir.join(other).canonicalize().ok());
    project.source_dirs.extend(others);
    let is_typed = |sources: &PathBuf| sources.join("src/index.ts").is_file();
    if project.source_dirs.iter().any(is_typed) {
        project.language = Language::TypeScript;
    }
    Some(project)
}

/// Where `npm install` is to be run: at the workspace that the project is one of, or in the project.
fn npm_root(dir: &Path) -> PathBuf {
    let is_workspace = |above: &&Path| {
        let manifest: Option<Value> = serde_json::from_str(&text(&above.join("package.json"))).ok();
        manifest.is_some_and(|manifest| manifest.get("workspaces").is_some())
    };
    let above = dir.ancestors().skip(1).take(3).find(is_workspace);
    above.unwrap_or(dir).to_owned()
}

fn python(dir: &Path) -> Option<Project> {
    let manifest: toml::Table = text(&dir.join("pyproject.toml")).parse().ok()?;
    let settings = manifest.get("tool").and_then(|tool| tool.get("liveside"));
    if settings.is_none() && !dir.join("component.py").is_file() {
        return None;
    }
    let own_name = || Some(dir.file_name()?.to_string_lossy().into_owned());
    let name = manifest
        .get("project")
        .and_then(|project| project.get("name")?.as_str().map(str::to_owned));
    let setting = |key: &str| settings.and_then(|settings| settings.get(key));
    let fixture = setting("fixture").and_then(toml::Value::as_bool);
    let mut project = project(
        dir,
        name.or_else(own_name)?,
        Language::Python,
        fixture.unwrap_or(false),
    );
    let others = setting("path").and_then(toml::Value::as_array);
    let others = others.into_iter().flatten().filter_map(toml::Value::as_str);
    let others = others.filter_map(|other| dir.join(other).canonicalize().ok());
    project.source_dirs.extend(others);
    Some(project)
}

fn make(dir: &Path) -> Option<Project> {
    let makefile = text(&dir.join("Makefile"));
    let includes =
        |line: &str| line.starts_with("include ") && line.trim_end().ends_with("liveside.mk");
    let include = makefile.lines().find(|line| includes(line))?;
    let value = |name: &str| {
        makefile.lines().find_map(|line| {
            let rest = line.strip_prefix(name)?.trim_start();
            let rest = rest.trim_start_matches([':', '?']).strip_prefix('=')?;
            Some(rest.trim().to_owned())
        })
    };
    let language = match () {
        () if include.contains("/zig/") => Language::Zig,
        () if include.contains("/go/") => Language::Go,
        () if include.contains("/cpp/") => Language::Cpp,
        () if has_ending(dir, "cpp") => Language::Cpp,
        () => Language::C,
    };
    let own_name = || Some(dir.file_name()?.to_string_lossy().into_owned());
    let name = value("NAME").or_else(own_name)?;
    let mut project = project(dir, name, language, value("FIXTURE").is_some());
    // Another project's files, or Zig's first one.
    for sources in ["SOURCES", "ROOT"].into_iter().filter_map(value) {
        let folders = sources
            .split_whitespace()
            .filter_map(|source| Path::new(source).parent());
        let folders = folders.filter_map(|folder| dir.join(folder).canonicalize().ok());
        project.source_dirs.extend(folders);
    }
    Some(project)
}

fn has_ending(dir: &Path, ending: &str) -> bool {
    let files = fs::read_dir(dir.join("src"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .map(|file| file.path())
        .any(|path| path.extension().is_some_and(|found| found == ending))
}
