//! What there is, as tables: a part of it, where there is much.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::clock::ms;
use crate::connection::Hub;
use crate::live::{Glance, Slot};
use crate::telemetry::memory::resident_bytes;

/// Rows of one table that are shown.
const ROWS: usize = 200;

/// Whether a row is wanted: every word of the filter stands somewhere in it.
pub(super) fn fits(filter: &str, texts: &[&str]) -> bool {
    filter.split_whitespace().all(|word| {
        let word = word.to_lowercase();
        texts.iter().any(|text| text.to_lowercase().contains(&word))
    })
}

fn table(total: usize, rows: Vec<Value>) -> Value {
    json!({ "total": total, "rows": rows })
}

/// What the daemon is.
pub(super) fn daemon(hub: &Hub) -> Value {
    let development = hub.config.inspection.development;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "mode": if development { "development" } else { "production" },
        "uptimeMs": ms(hub.stats().uptime),
        "memoryBytes": resident_bytes(),
        "mayEdit": development,
    })
}

/// How much there is of everything.
pub(super) fn counts(hub: &Hub) -> Value {
    let (live, stats) = (&hub.live, hub.stats());
    let slots = live.slots();
    let workers = slots
        .iter()
        .map(|slot| slot.current().module.worker_counts().live);
    let uploads = live.uploads().service();
    json!({
        "connections": stats.open,
        "instances": slots.iter().map(|slot| slot.count()).sum::<usize>(),
        "rooms": live.rooms().count(),
        "timers": live.timers().count(),
        "uploads": uploads.map_or(0, |uploads| uploads.under_way()),
        "workers": workers.sum::<usize>(),
        "messages": stats.messages,
        "waitingBytes": hub.waiting().sum,
    })
}

/// Who is there.
pub(super) fn connections(hub: &Hub, filter: &str) -> Value {
    let all = hub.connected();
    let fitting = all.iter().filter(|one| {
        fits(
            filter,
            &[one.id.as_str(), one.user.as_deref().unwrap_or_default()],
        )
    });
    let rows = fitting.take(ROWS).map(|one| {
        json!({
            "id": one.id.as_str(),
            "userId": one.user.as_deref(),
            "ageMs": ms(one.age),
            "silentMs": ms(one.silent),
            "waitingBytes": one.waiting_bytes,
        })
    });
    table(all.len(), rows.collect())
}

/// What is mounted.
pub(super) fn instances(hub: &Hub, filter: &str) -> Value {
    let (mut total, mut rows) = (0, Vec::new());
    for slot in hub.live.slots() {
        let mut all = slot.instances();
        total += all.len();
        all.sort_by(|a, b| a.id().cmp(b.id()));
        for instance in all {
            if rows.len() >= ROWS {
                break;
            }
            let glance = instance.glance();
            let connection = glance.connection.as_ref();
            let connection = connection.map(crate::ids::ConnectionId::as_str);
            let idle = glance.idle.as_ref();
            let rooms = idle.map_or(&[][..], |idle| &idle.rooms);
            let mut texts = vec![
                slot.name(),
                glance.id.as_str(),
                connection.unwrap_or_default(),
            ];
            texts.extend(rooms.iter().map(|room| &**room));
            if fits(filter, &texts) {
                rows.push(row(&slot, &glance));
            }
        }
    }
    table(total, rows)
}

fn row(slot: &Slot, glance: &Glance) -> Value {
    let idle = glance.idle.as_ref();
    let current = slot.current();
    json!({
        "id": glance.id.as_str(),
        "component": slot.name(),
        "version": idle.map_or(&*current.definition.version, |idle| &*idle.version),
        "connectionId": glance.connection.as_ref().map(crate::ids::ConnectionId::as_str),
        "members": glance.members,
        "waiting": glance.waiting,
        "busy": idle.is_none(),
        "stateBytes": idle.map(|idle| idle.state_bytes),
        "rooms": idle.map_or(&[][..], |idle| &idle.rooms),
        "lost": idle.is_some_and(|idle| idle.is_lost),
    })
}

/// The rooms.
pub(super) fn rooms(hub: &Hub, filter: &str) -> Value {
    let all = hub.live.rooms().all();
    let fitting = all.iter().filter(|room| {
        fits(
            filter,
            &[room.name(), room.logic_name().unwrap_or_default()],
        )
    });
    let rows = fitting.take(ROWS).map(|room| {
        json!({
            "name": &**room.name(),
            "logic": room.logic_name(),
            "members": room.count(),
            "stateBytes": room.state_bytes(),
            "serverOnly": room.is_server_only(),
        })
    });
    table(all.len(), rows.collect())
}

/// The components, with their modules, workers and health.
pub(super) fn modules(hub: &Hub, filter: &str) -> Value {
    let slots = hub.live.slots();
    let reports = hub.live.telemetry().map(|telemetry| telemetry.health());
    let health: HashMap<_, _> = reports
        .unwrap_or_default()
        .into_iter()
        .map(|(name, report, rest)| {
            let health = json!({
                "status": report.health.as_str(),
                "events": report.events,
                "broken": report.broken,
                "meanMs": report.mean.as_secs_f64() * 1000.0,
                "lastEventMs": rest.map(ms),
            });
            (name, health)
        })
        .collect();
    let fitting = slots
        .iter()
        .filter(|slot| fits(filter, &[slot.name(), slot.current().module.name()]));
    let rows = fitting.take(ROWS).map(|slot| {
        let version = slot.current();
        let definition = &version.definition;
        let workers = version.module.worker_counts();
        let kind = match (&definition.singleton, &definition.room) {
            (Some(_), _) => "singleton",
            (_, Some(_)) => "room",
            _ => "component",
        };
        json!({
            "module": version.module.name(),
            "component": slot.name(),
            "version": &*definition.version,
            "bytes": version.module.bytes(),
            "kind": kind,
            "available": slot.is_available(),
            "instances": slot.count(),
            "workers": { "live": workers.live, "recycled": workers.recycled, "trapped": workers.trapped },
            "health": health.get(slot.name()),
            "actions": definition.actions.iter().map(|action| &*action.name).collect::<Vec<_>>(),
        })
    });
    table(slots.len(), rows.collect())
}
