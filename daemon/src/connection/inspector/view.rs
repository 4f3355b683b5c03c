//! What one inspector looks at, and the task that keeps its page in step.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::show::{self, Show};
use super::tables;
use crate::clock::ms;
use crate::connection::Hub;
use crate::connection::Outbox;
use crate::ids::InstanceId;
use crate::live::{Client as _, Follow, Instance, Observed, Room, Seen, Watch};
use crate::state::{Document, Json};

/// How often news is told.
const NEWS: Duration = Duration::from_millis(250);
/// How often tables are drawn anew.
const TABLES: Duration = Duration::from_secs(1);

/// One inspector.
#[derive(Debug)]
pub(super) struct View {
    pub(super) hub: Arc<Hub>,
    outbox: Arc<Outbox>,
    id: InstanceId,
    pub(super) looking: Mutex<Looking>,
    /// Something is to be drawn at once.
    pub(super) changed: Notify,
}

/// What it looks at.
#[derive(Default)]
pub(super) struct Looking {
    /// By table.
    pub(super) filters: HashMap<Table, String>,
    pub(super) selected: Option<Selected>,
    /// Whether private data is shown, in development.
    pub(super) reveals: bool,
    pub(super) tail: Option<Tail>,
    batch: u64,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Table {
    Connections,
    Instances,
    Rooms,
    Modules,
}

/// What it looks at more closely.
pub(super) struct Selected {
    pub(super) what: Target,
    pub(super) watch: Watch,
    /// Where to read its log on.
    pub(super) next: u64,
    /// What it showed last: a busy instance tells nothing.
    last: Value,
}

#[derive(Clone)]
pub(super) enum Target {
    Instance(Arc<Instance>),
    Room(Arc<Room>),
}

/// Everything that happens.
pub(super) struct Tail {
    pub(super) follow: Follow,
    pub(super) next: u64,
    /// Only of this component.
    pub(super) component: Option<String>,
}

impl Selected {
    pub(super) fn new(what: Target, watch: Watch) -> Self {
        Self {
            what,
            watch,
            next: 0,
            last: Value::Null,
        }
    }
}

impl Target {
    pub(super) fn observed(&self) -> Arc<dyn Observed> {
        match self {
            Self::Instance(instance) => instance.clone(),
            Self::Room(room) => room.clone(),
        }
    }
}

impl View {
    pub(super) fn new(hub: Arc<Hub>, outbox: Arc<Outbox>, id: InstanceId) -> Self {
        Self {
            hub,
            outbox,
            id,
            looking: Mutex::default(),
            changed: Notify::new(),
        }
    }

    pub(super) fn is_development(&self) -> bool {
        self.hub.config.inspection.development
    }

    pub(super) fn show(&self) -> Show {
        Show {
            secrets: self.is_development(),
        }
    }

    /// Tells the page what changes, until `stop`.
    pub(super) async fn keep_in_step(
        self: Arc<Self>,
        mut state: Document,
        stop: CancellationToken,
    ) {
        let mut ticks = tokio::time::interval(NEWS);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut drawn = Instant::now();
        loop {
            let asked = tokio::select! {
                () = stop.cancelled() => return,
                () = self.changed.notified() => true,
                _ = ticks.tick() => false,
            };
            let tables = asked || drawn.elapsed() >= TABLES;
            if tables {
                drawn = Instant::now();
            }
            self.draw(&mut state, tables);
            let delta = state.commit();
            if !delta.is_empty() {
                self.outbox.delta(&self.id, delta);
                self.outbox.flush();
            }
        }
    }

    /// Brings the state in step with what there is. `tables`: those too.
    pub(super) fn draw(&self, state: &mut Document, tables: bool) {
        let mut put = |key: &str, value: Value| {
            // A value of strings and numbers can always be written.
            if let Ok(json) = Json::of(&value) {
                state.set(key, json);
            }
        };
        let hub = &self.hub;
        if tables {
            let filters = self.looking.lock().filters.clone();
            let filter = |table| filters.get(&table).map_or("", |text| text.as_str());
            put("daemon", tables::daemon(hub));
            put("counts", tables::counts(hub));
            put(
                "connections",
                tables::connections(hub, filter(Table::Connections)),
            );
            put(
                "instances",
                tables::instances(hub, filter(Table::Instances)),
            );
            put("rooms", tables::rooms(hub, filter(Table::Rooms)));
            put("modules", tables::modules(hub, filter(Table::Modules)));
            let observer = hub.live.observer();
            let swaps = observer.map_or_else(Vec::new, |observer| observer.swaps());
            put(
                "swaps",
                swaps.iter().rev().map(|swap| show::swap(swap)).collect(),
            );
        }
        let mut looking = self.looking.lock();
        put("selected", self.selected(&mut looking));
        if let Some(news) = self.news(&mut looking) {
            put("news", news);
        }
    }

    fn selected(&self, looking: &mut Looking) -> Value {
        let reveals = looking.reveals && self.is_development();
        let Some(selected) = &mut looking.selected else {
            return Value::Null;
        };
        selected.last = match &selected.what {
            Target::Instance(instance) => self.instance(instance, reveals, &selected.last),
            Target::Room(room) => self.room(room),
        };
        selected.last.clone()
    }

    fn instance(&self, instance: &Instance, reveals: bool, last: &Value) -> Value {
        let (glance, inside, show) = (instance.glance(), instance.inside(), self.show());
        let version = instance.current_version();
        let keep = |key: &str| last.get(key).cloned().unwrap_or_default();
        let actions = version.definition.actions.iter();
        let mut value = json!({
            "kind": "instance",
            "id": instance.id().as_str(),
            "component": instance.component(),
            "there": !instance.has_ended(),
            "busy": glance.idle.is_none(),
            "members": glance.members,
            "waiting": glance.waiting,
            "connectionId": glance.connection.as_ref().map(crate::ids::ConnectionId::as_str),
            "actions": actions.map(|action| &*action.name).collect::<Vec<_>>(),
            "canTravel": self.is_development(),
        });
        match (&glance.idle, inside) {
            (Some(idle), Some(inside)) => {
                value["version"] = (*idle.version).into();
                value["rooms"] = idle.rooms.iter().map(|room| Value::from(&**room)).collect();
                value["state"] = show.document(&inside.state);
                let private = reveals.then(|| show.document(&inside.private));
                value["private"] = private.unwrap_or_default();
                let timers = inside.timers.iter().map(|timer| {
                    json!({
                        "name": &*timer.name,
                        "repeats": timer.repeats,
                        "delayMs": ms(timer.delay),
                        "inMs": ms(timer.left),
                    })
                });
                value["timers"] = timers.collect();
            }
            _ => {
                for key in ["version", "rooms", "state", "timers"] {
                    value[key] = keep(key);
                }
                value["private"] = if reveals {
                    keep("private")
                } else {
                    Value::Null
                };
            }
        }
        value
    }

    fn room(&self, room: &Room) -> Value {
        let members = room.instances();
        let members = members
            .iter()
            .take(200)
            .map(|member| json!({ "id": member.id().as_str(), "component": member.component() }));
        let there = self.hub.live.rooms().find(room.name());
        let state = Document::parse(&room.state_text()).unwrap_or_default();
        json!({
            "kind": "room",
            "name": &**room.name(),
            "there": there.is_some_and(|found| std::ptr::eq(&*found, room)),
            "logic": room.logic_name(),
            "serverOnly": room.is_server_only(),
            "state": self.show().document(&state),
            "count": room.count(),
            "members": members.collect::<Value>(),
        })
    }

    /// What has been seen since it was last told, in order, each once.
    fn news(&self, looking: &mut Looking) -> Option<Value> {
        let mut seen: BTreeMap<u64, Arc<Seen>> = BTreeMap::new();
        let mut lost = 0;
        if let Some(selected) = &mut looking.selected {
            let part = selected.watch.log().read(selected.next);
            selected.next = part.next;
            lost += part.lost;
            seen.extend(part.seen.into_iter().map(|one| (one.seq, one)));
        }
        if let Some(tail) = &mut looking.tail {
            let part = tail.follow.log().read(tail.next);
            tail.next = part.next;
            lost += part.lost;
            let wanted = part.seen.into_iter().filter(|one| tail.wants(one));
            seen.extend(wanted.map(|one| (one.seq, one)));
        }
        if seen.is_empty() && lost == 0 && looking.batch > 0 {
            return None;
        }
        looking.batch += 1;
        let show = self.show();
        Some(json!({
            "batch": looking.batch,
            "lost": lost,
            "events": seen.values().map(|one| show.seen(one)).collect::<Value>(),
        }))
    }
}

impl Tail {
    fn wants(&self, seen: &Seen) -> bool {
        match (&self.component, &seen.what) {
            (None, _) => true,
            (Some(component), crate::live::What::Event(event)) => *event.component == **component,
            (Some(_), crate::live::What::Room(_)) => false,
        }
    }
}

impl std::fmt::Debug for Looking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Looking").finish_non_exhaustive()
    }
}
