//! `[component.NAME.wasi]`: what WASI gives a component. Nothing but what stands here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// `[component.NAME.wasi]`. There is no key for the network: requests go by `fetch`, to `allowed-hosts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct WasiConfig {
    /// Variables of the environment. None of the daemon's own is passed on.
    pub variables: BTreeMap<String, String>,
    /// Directories, each under the path by which the component knows it.
    pub directories: BTreeMap<String, GrantedDirectory>,
}

/// A directory of this machine: `"/srv/templates"`, or `{ path = "/srv/out", write = true }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DirectoryForm")]
pub struct GrantedDirectory {
    /// Where it is.
    pub path: PathBuf,
    /// Whether files in it may be made, changed and removed.
    pub write: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a path, or { path = \"...\", write = true }")]
enum DirectoryForm {
    Path(PathBuf),
    #[serde(rename_all = "kebab-case")]
    Whole {
        path: PathBuf,
        #[serde(default)]
        write: bool,
    },
}

impl From<DirectoryForm> for GrantedDirectory {
    fn from(form: DirectoryForm) -> Self {
        match form {
            DirectoryForm::Path(path) => Self { path, write: false },
            DirectoryForm::Whole { path, write } => Self { path, write },
        }
    }
}

impl WasiConfig {
    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.directories.is_empty()
    }

    /// A sentence where something cannot be granted. It begins with the key below `component.NAME.wasi`.
    pub(super) fn check(&self) -> Result<(), String> {
        for (name, value) in &self.variables {
            if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
                return Err(format!(
                    "variables.{name}: a name is at least one character and has no `=`, and neither it nor its value \
                     has a zero byte"
                ));
            }
        }
        for (seen_as, directory) in &self.directories {
            if !seen_as.starts_with('/') || Path::new(seen_as).components().count() < 2 {
                return Err(format!(
                    "directories.\"{seen_as}\": the component's path begins with / and is not / itself: \"/data\""
                ));
            }
            let path = directory.path.display();
            match std::fs::metadata(&directory.path) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => {
                    return Err(format!("directories.\"{seen_as}\": {path} is no directory"));
                }
                Err(error) => {
                    return Err(format!(
                        "directories.\"{seen_as}\": {path} cannot be granted: {error}"
                    ));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<WasiConfig, String> {
        let config: WasiConfig = toml::from_str(text).map_err(|error| error.to_string())?;
        config.check().map(|()| config)
    }

    #[test]
    fn a_directory_is_read_only_unless_it_says_otherwise() {
        let config = checked(
            "directories = { \"/a\" = \"/\", \"/b\" = { path = \"/\", write = true }, \"/c\" = { path = \"/\" } }",
        )
        .unwrap();
        let writes: Vec<bool> = config.directories.values().map(|d| d.write).collect();
        assert_eq!(writes, [false, true, false]);
        assert!(!config.is_empty() && checked("").unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_granted_is_told_with_its_key() {
        for (text, told) in [
            (
                "directories = { \"/a\" = \"/nowhere/at/all\" }",
                "/nowhere/at/all cannot be granted",
            ),
            (
                "directories = { \"/a\" = \"/etc/passwd\" }",
                "is no directory",
            ),
            ("directories = { \"a\" = \"/\" }", "begins with /"),
            ("directories = { \"/\" = \"/\" }", "is not / itself"),
            (
                "directories = { \"/a\" = { paht = \"/\" } }",
                "a path, or { path",
            ),
            ("variables = { \"A=B\" = \"1\" }", "has no `=`"),
            ("network = true", "unknown field `network`"),
        ] {
            let error = checked(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
