//! Puts a built module where the daemon looks for it: whole or not at all, and only when it is another one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::BuildError;

/// A module that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The project's name.
    pub name: String,
    /// The `.wasm` file in the output directory.
    pub path: PathBuf,
    /// The module's size.
    pub bytes: u64,
    /// Whether the file is another one than before. When the bytes are the same, the file is left untouched.
    pub changed: bool,
    /// The compiler's warnings, with ANSI colours. Empty without any.
    pub warnings: String,
    /// From the call to the file in place. Projects that were built by one call share its time.
    pub took: Duration,
}

/// Copies `built` to `out_dir/NAME.wasm`. Gives the path, the size and whether the file changed.
pub(crate) fn publish(
    built: &Path,
    out_dir: &Path,
    name: &str,
) -> Result<(PathBuf, u64, bool), BuildError> {
    let bytes = fs::read(built).map_err(|source| BuildError::Io {
        action: "read",
        path: built.to_owned(),
        source,
    })?;
    let path = out_dir.join(format!("{name}.wasm"));
    let length = bytes.len() as u64;
    if fs::read(&path).is_ok_and(|old| old == bytes) {
        return Ok((path, length, false));
    }
    replace(&path, &bytes).map_err(|source| BuildError::Io {
        action: "write",
        path: path.clone(),
        source,
    })?;
    Ok((path, length, true))
}

/// A watcher of the folder must never see half a module: the file is written beside, without the `.wasm` ending, and
/// renamed.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::Builder::new()
        .prefix(".module-")
        .suffix(".tmp")
        .make_in(dir, |path| {
            // Readable for others, as any build output, which temporary files are not.
            fs::File::create_new(path)
        })?;
    io::Write::write_all(&mut file, bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_leave_the_file_untouched() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (built, out) = (dir.path().join("built"), dir.path().join("out"));
        fs::write(&built, "one").expect("a file");
        let first = publish(&built, &out, "counter").expect("it is published");
        assert_eq!(first, (out.join("counter.wasm"), 3, true));
        let written = fs::metadata(&first.0)
            .and_then(|file| file.modified())
            .expect("a time");

        assert!(!publish(&built, &out, "counter").expect("it is published").2);
        let still = fs::metadata(&first.0)
            .and_then(|file| file.modified())
            .expect("a time");
        assert_eq!(written, still);

        fs::write(&built, "two, longer").expect("a file");
        assert_eq!(
            publish(&built, &out, "counter").expect("it is published"),
            (first.0.clone(), 11, true)
        );
        assert_eq!(fs::read(&first.0).expect("the file"), b"two, longer");
        let names: Vec<_> = fs::read_dir(&out)
            .expect("the folder")
            .flatten()
            .map(|entry| entry.file_name())
            .collect();
        assert_eq!(names, ["counter.wasm"], "nothing is left beside it");
    }
}
