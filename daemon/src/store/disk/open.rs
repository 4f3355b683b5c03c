//! Opening the file, and a sentence for each way in which that fails.
//!
//! Apart from reading and writing because it happens once, before a port is bound, and speaks to the operator.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, StorageError, TableError, TableHandle,
};

use super::{DAMAGED, ENTRIES, EXPIRIES, META, OpenError, USAGE, caught};

const FILE_NAME: &str = "liveside.redb";
/// Raised with every change of the tables that an older Liveside could not read.
const LAYOUT: u64 = 1;
const LAYOUT_KEY: &str = "layout";

/// Makes the directory if only its last part is missing, and gives the path of the file.
pub(super) fn prepare(directory: &Path) -> Result<PathBuf, OpenError> {
    match fs::metadata(directory) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => {
            return Err(OpenError::NotADirectory {
                directory: directory.to_owned(),
            });
        }
        Err(error) if error.kind() == ErrorKind::NotFound => make(directory)?,
        Err(error) => return Err(from_io(directory, &error)),
    }
    Ok(directory.join(FILE_NAME))
}

fn make(directory: &Path) -> Result<(), OpenError> {
    let mut builder = fs::DirBuilder::new();
    // What users store is nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(directory)
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => OpenError::NoParent {
                directory: directory.to_owned(),
            },
            _ => from_io(directory, &error),
        })
}

/// Opens the file, repairing it after a crash, or makes it if it may.
pub(super) fn open_file(
    path: &Path,
    cache_bytes: usize,
    may_make: bool,
) -> Result<Database, OpenError> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(may_make);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| from_io(path, &error))?;
    let opened = caught(|| {
        Builder::new()
            .set_cache_size(cache_bytes)
            .create_file(file)
            .map_err(|error| from_redb(path, error))
    });
    let database = opened.unwrap_or_else(|| Err(corrupt(path, &DAMAGED)))?;
    // redb syncs the file, not the directory that names it: a loss of power could take a new file whole.
    #[cfg(unix)]
    if let Some(directory) = path.parent() {
        fs::File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(|error| from_io(directory, &error))?;
    }
    Ok(database)
}

/// Makes the tables of a new file; refuses one that a newer Liveside or somebody else has written.
pub(super) fn check_layout(path: &Path, database: &Database) -> Result<(), OpenError> {
    let stored = caught(|| stored_layout(database));
    match stored.unwrap_or_else(|| Err(redb::Error::Corrupted(DAMAGED.to_owned()))) {
        Ok(Some(LAYOUT)) => Ok(()),
        Ok(Some(found)) if found > LAYOUT => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
            known: LAYOUT,
        }),
        Ok(Some(found)) => Err(corrupt(path, &format!("layout {found}"))),
        Ok(None) => make_tables(database).map_err(|error| from_any(path, error)),
        Err(error) => Err(from_any(path, error)),
    }
}

/// `None`: the file has no table at all.
fn stored_layout(database: &Database) -> Result<Option<u64>, redb::Error> {
    let transaction = database.begin_read()?;
    match transaction.open_table(META) {
        // A table of that name without the number is somebody else's; no layout is 0.
        Ok(meta) => Ok(Some(meta.get(LAYOUT_KEY)?.map_or(0, |found| found.value()))),
        Err(TableError::TableDoesNotExist(_)) => match transaction.list_tables()?.next() {
            Some(other) => Err(TableError::TableExists(other.name().to_owned()).into()),
            None => Ok(None),
        },
        Err(error) => Err(error.into()),
    }
}

fn make_tables(database: &Database) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(META)?.insert(LAYOUT_KEY, LAYOUT)?;
    transaction.open_table(ENTRIES)?;
    transaction.open_table(EXPIRIES)?;
    transaction.open_table(USAGE)?;
    transaction.commit()?;
    Ok(())
}

fn corrupt(path: &Path, reason: &dyn ToString) -> OpenError {
    OpenError::Corrupt {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn from_any(path: &Path, error: redb::Error) -> OpenError {
    match error {
        redb::Error::Io(error) => from_io(path, &error),
        error => corrupt(path, &error),
    }
}

fn from_redb(path: &Path, error: DatabaseError) -> OpenError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => OpenError::Locked {
            path: path.to_owned(),
        },
        DatabaseError::Storage(StorageError::Io(error)) => from_io(path, &error),
        DatabaseError::Storage(StorageError::Corrupted(reason)) => corrupt(path, &reason),
        error => corrupt(path, &error),
    }
}

fn from_io(path: &Path, error: &io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            OpenError::Permission { path }
        }
        // As redb reports a file that is too short or begins otherwise.
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => OpenError::Corrupt {
            path,
            reason: error.to_string(),
        },
        _ => OpenError::Io {
            path,
            reason: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_system_says_what_to_do() {
        let error = from_io(Path::new("/d"), &ErrorKind::PermissionDenied.into());
        assert_eq!(
            error.to_string(),
            "`/d` may not be read and written: give this user the right to, or give another --data-dir"
        );
    }

    #[test]
    fn a_newer_layout_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let database = open_file(&path, 1 << 20, true).unwrap();
        check_layout(&path, &database).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction
            .open_table(META)
            .unwrap()
            .insert(LAYOUT_KEY, 7)
            .unwrap();
        transaction.commit().unwrap();
        let error = check_layout(&path, &database).unwrap_err().to_string();
        assert!(
            error.contains("has layout 7, this Liveside knows up to 1"),
            "{error}"
        );
    }

    #[test]
    fn a_database_of_somebody_else_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let database = open_file(&path, 1 << 20, true).unwrap();
        let other: redb::TableDefinition<'_, u64, u64> = redb::TableDefinition::new("other");
        let transaction = database.begin_write().unwrap();
        transaction.open_table(other).unwrap();
        transaction.commit().unwrap();
        assert!(matches!(
            check_layout(&path, &database),
            Err(OpenError::Corrupt { .. })
        ));
    }
}
