//! Listing: several ordered layers seen as one.
//!
//! The view is taken under the lock (what waits in `active`, as much as a page can need; the group under commit; a
//! read transaction of the file), and merged without it.

use std::borrow::Cow;
use std::iter::Peekable;

use bytes::Bytes;

use super::error::StoreError;
use super::layer::Stored;
use super::space::Space;
use super::state::Shared;

/// Most items of a page.
pub const MAX_PAGE_ITEMS: usize = 1000;
/// A page with values ends with the value that passes this.
pub const MAX_PAGE_BYTES: usize = 4 << 20;

/// A part of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// In the order of their keys.
    pub items: Vec<T>,
    /// Whether there was more: ask again with `after` the last key.
    pub more: bool,
}

/// A key of the file, and the entry; `None` hides what lower layers say.
pub(super) type Item<'a> = Result<(Cow<'a, [u8]>, Option<Stored>), StoreError>;

impl Shared {
    /// Without `with_values` the values are empty, and what the file holds of them is not copied.
    pub(super) fn scan(
        &self,
        space: &Space,
        prefix: &str,
        limit: usize,
        after: Option<&str>,
        with_values: bool,
    ) -> Result<Page<(String, Bytes)>, StoreError> {
        let limit = limit.clamp(1, MAX_PAGE_ITEMS);
        let range = space.range(prefix, after);
        let now_ms = self.now_ms();
        let is_live =
            |entry: &Option<Stored>| entry.as_ref().is_some_and(|entry| entry.is_live(now_ms));

        let state = self.state.lock();
        self.check_open()?;
        // One more than the page can hold ends the page before any key after it: no more is needed.
        let mut live = 0;
        let active: Vec<Item<'_>> = state
            .active
            .range(&range)
            .map(|(key, entry)| (Cow::Owned(key.to_vec()), entry.cloned()))
            .take_while(|(_, entry)| {
                let wanted = live <= limit;
                live += usize::from(is_live(entry));
                wanted
            })
            .map(Ok)
            .collect();
        let committing = state.committing.clone();
        let view = match &self.disk {
            Some(disk) => Some(disk.view()?),
            None => None,
        };
        drop(state);

        let committing = committing
            .iter()
            .flat_map(|layer| layer.range(&range))
            .map(|(key, entry)| Ok((Cow::Borrowed(key), entry.cloned())));
        let on_disk = match &view {
            Some(view) => Some(view.range(&range, with_values)?),
            None => None,
        };
        let merged = merge(
            active.into_iter(),
            merge(committing, on_disk.into_iter().flatten()),
        );

        let mut items = Vec::new();
        let mut bytes = 0;
        for item in merged {
            let (key, entry) = item?;
            let Some(entry) = entry.filter(|entry| entry.is_live(now_ms)) else {
                continue;
            };
            if items.len() == limit || bytes > MAX_PAGE_BYTES {
                return Ok(Page { items, more: true });
            }
            let value = if with_values {
                entry.value
            } else {
                Bytes::new()
            };
            bytes += value.len();
            items.push((space.key_of(&key), value));
        }
        Ok(Page { items, more: false })
    }
}

/// Two ordered layers as one; for the same key, `upper` wins. Errors come out as soon as they are met.
fn merge<'a>(
    upper: impl Iterator<Item = Item<'a>>,
    lower: impl Iterator<Item = Item<'a>>,
) -> impl Iterator<Item = Item<'a>> {
    let (mut upper, mut lower) = (upper.peekable(), lower.peekable());
    std::iter::from_fn(move || next_of(&mut upper, &mut lower))
}

fn next_of<'a>(
    upper: &mut Peekable<impl Iterator<Item = Item<'a>>>,
    lower: &mut Peekable<impl Iterator<Item = Item<'a>>>,
) -> Option<Item<'a>> {
    match (upper.peek(), lower.peek()) {
        (Some(Ok((above, _))), Some(Ok((below, _)))) => {
            if below < above {
                return lower.next();
            }
            if below == above {
                lower.next();
            }
            upper.next()
        }
        (Some(_), Some(Err(_))) | (None, _) => lower.next(),
        (Some(_), _) => upper.next(),
    }
}
