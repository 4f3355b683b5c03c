//! Who is in a room, and who may come in. Private data of the room: it holds instances, and how often they did what.

use std::collections::BTreeMap;
use std::time::Duration;

use liveside_guest::prelude::*;
use serde::{Deserialize, Serialize};

/// Between being let in and being a member lies the end of one event. Who is not there by then never comes.
const ADMISSION: Duration = Duration::from_secs(30);
/// The private key.
const KEY: &str = "guests";

/// All of them, by instance.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Guests(BTreeMap<String, Guest>);

/// One of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct Guest {
    pub(crate) name: String,
    /// Until when it may become a member; `None`: it is one.
    pub(crate) admitted_until: Option<u64>,
    /// 0 while it is not.
    pub(crate) typing_until: u64,
    pub(crate) sent: Rate,
}

/// How often something was done since a moment.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Rate {
    since: u64,
    count: u32,
}

impl Guests {
    /// Without those who were let in and never came.
    pub(crate) fn load(cx: &Context) -> Result<Self> {
        let now = cx.clock().now_ms();
        let mut guests: Self = cx.private().get(KEY)?.unwrap_or_default();
        guests
            .0
            .retain(|_, guest| guest.admitted_until.is_none_or(|until| now < until));
        Ok(guests)
    }

    pub(crate) fn keep(&self, cx: &Context) -> Result<()> {
        Ok(cx.private().set(KEY, self)?)
    }

    /// Lets somebody in. Who is in already has another name at most.
    pub(crate) fn admit(&mut self, cx: &Context, instance: &str, name: &str) {
        let admitted_until = Some(cx.clock().now_ms() + millis(ADMISSION));
        let guest = self.0.entry(instance.to_owned()).or_insert(Guest {
            name: String::new(),
            admitted_until,
            typing_until: 0,
            sent: Rate::default(),
        });
        guest.name = name.to_owned();
    }

    /// Two of one name would be taken for each other.
    pub(crate) fn check_name(&self, instance: &str, name: &str) -> Result<()> {
        let lower = name.to_lowercase();
        ensure!(
            self.others(instance)
                .all(|guest| guest.name.to_lowercase() != lower),
            "Somebody here is called {name} already."
        );
        Ok(())
    }

    pub(crate) fn has(&self, instance: &str) -> bool {
        self.0.contains_key(instance)
    }

    pub(crate) fn get(&mut self, instance: &str) -> Option<&mut Guest> {
        self.0.get_mut(instance)
    }

    pub(crate) fn remove(&mut self, instance: &str) {
        self.0.remove(instance);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Guest)> {
        self.0.iter()
    }

    pub(crate) fn all(&mut self) -> impl Iterator<Item = &mut Guest> {
        self.0.values_mut()
    }

    pub(crate) fn others(&self, instance: &str) -> impl Iterator<Item = &Guest> {
        let others = self.0.iter().filter(move |(of, _)| *of != instance);
        others.map(|(_, guest)| guest)
    }
}

impl Rate {
    /// Counts once more, if it may be done once more.
    pub(crate) fn allows(&mut self, now: u64, most: u32, within: Duration) -> bool {
        if self.is_used_up(now, most, within) {
            return false;
        }
        if now >= self.since + millis(within) {
            *self = Self {
                since: now,
                count: 0,
            };
        }
        self.count += 1;
        true
    }

    pub(crate) fn is_used_up(&self, now: u64, most: u32, within: Duration) -> bool {
        self.count >= most && now < self.since + millis(within)
    }
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
