//! One group, one transaction.
//!
//! Each table is a consequence of `entries`, so that writing a group twice does what writing it once does.

use redb::Database;

use super::{ENTRIES, EXPIRIES, USAGE, split};
use crate::store::layer::{Layer, NEVER, Usage};

/// Commits a group as one transaction, in all tables.
pub(super) fn write(database: &Database, group: &Layer) -> Result<(), redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    {
        let mut entries = transaction.open_table(ENTRIES)?;
        let mut expiries = transaction.open_table(EXPIRIES)?;
        let mut usage = transaction.open_table(USAGE)?;
        let mut joined = Vec::new();
        for (key, entry) in group.entries() {
            let old = match entry {
                Some(entry) => {
                    joined.clear();
                    joined.extend_from_slice(&entry.expires_at_ms.to_le_bytes());
                    joined.extend_from_slice(&entry.value);
                    entries.insert(key, joined.as_slice())?
                }
                None => entries.remove(key)?,
            };
            let old = old.and_then(|old| split(old.value()).ok().map(|(expiry, _)| expiry));
            let new = entry.map(|entry| entry.expires_at_ms);
            if old == new {
                continue;
            }
            if let Some(old) = old.filter(|old| *old != NEVER) {
                expiries.remove(expiry_key(old, key).as_slice())?;
            }
            if let Some(new) = new.filter(|new| *new != NEVER) {
                expiries.insert(expiry_key(new, key).as_slice(), ())?;
            }
        }
        for (prefix, Usage { keys, bytes }) in group.usages() {
            if keys == 0 {
                usage.remove(prefix)?;
            } else {
                usage.insert(prefix, (keys, bytes))?;
            }
        }
    }
    transaction.commit()?;
    Ok(())
}

fn expiry_key(expires_at_ms: u64, key: &[u8]) -> Vec<u8> {
    [&expires_at_ms.to_be_bytes(), key].concat()
}
