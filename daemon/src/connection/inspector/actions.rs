//! What the inspector can be asked.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::view::{Selected, Table, Tail, Target, View};
use crate::live::{AppTarget, Refusal};
use crate::protocol::Code;
use crate::state::Json;

/// How long a call waits for its turn.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

#[derive(Deserialize)]
struct Filter {
    table: Table,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Select {
    instance: Option<String>,
    room: Option<String>,
}

#[derive(Deserialize)]
struct Reveal {
    private: bool,
}

#[derive(Deserialize)]
struct Call<'a> {
    instance: String,
    action: String,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Edit<'a> {
    instance: String,
    #[serde(borrow)]
    changes: &'a RawValue,
}

#[derive(Deserialize)]
struct Travel {
    instance: String,
    seq: u64,
}

#[derive(Deserialize)]
struct Follow {
    on: bool,
    component: Option<String>,
}

impl View {
    /// Does what is asked for.
    pub(super) async fn act(&self, action: &str, payload: &str) -> Result<Json, Refusal> {
        let result = match action {
            "filter" => self.filter(read(payload)?),
            "select" => self.select(&read(payload)?)?,
            "reveal" => self.reveal(&read(payload)?)?,
            "tail" => self.tail(read(payload)?),
            "call" => self.call(payload).await?,
            "edit" => self.edit(payload).await?,
            "travel" => self.travel(&read(payload)?).await?,
            _ => {
                let message = format!("The inspector has no action `{action}`");
                return Err(Refusal::new(Code::ActionNotCallable, message));
            }
        };
        self.changed.notify_one();
        Json::of(&result).map_err(|error| Refusal::new(Code::ActionFailed, error.to_string()))
    }

    fn filter(&self, filter: Filter) -> Value {
        let mut looking = self.looking.lock();
        looking.filters.insert(filter.table, filter.text);
        Value::Null
    }

    fn select(&self, select: &Select) -> Result<Value, Refusal> {
        let live = &self.hub.live;
        let gone = |what: String| Refusal::new(Code::ComponentNotFound, what);
        let target = match (&select.instance, &select.room) {
            (Some(id), _) => {
                Some(Target::Instance(live.find_any(id).ok_or_else(|| {
                    gone(format!("There is no instance {id} any more"))
                })?))
            }
            (None, Some(name)) => {
                Some(Target::Room(live.rooms().find(name).ok_or_else(|| {
                    gone(format!("There is no room {name} any more"))
                })?))
            }
            (None, None) => None,
        };
        let (Some(target), Some(observer)) = (target, live.observer()) else {
            self.put_selected(None);
            return Ok(json!({ "events": [] }));
        };
        let watch = observer.watch(target.observed());
        let mut selected = Selected::new(target, watch);
        let part = selected.watch.log().read(0);
        selected.next = part.next;
        self.put_selected(Some(selected));
        let show = self.show();
        Ok(json!({ "events": part.seen.iter().map(|seen| show.seen(seen)).collect::<Value>() }))
    }

    /// The one before is dropped outside of the lock: it may be the last that holds an instance.
    fn put_selected(&self, selected: Option<Selected>) {
        let before = std::mem::replace(&mut self.looking.lock().selected, selected);
        drop(before);
    }

    fn reveal(&self, reveal: &Reveal) -> Result<Value, Refusal> {
        if reveal.private {
            self.must_be_development("Private data is shown")?;
        }
        self.looking.lock().reveals = reveal.private;
        Ok(Value::Null)
    }

    fn tail(&self, follow: Follow) -> Value {
        let tail = self.hub.live.observer().filter(|_| follow.on);
        let tail = tail.map(|observer| {
            let following = observer.follow();
            Tail {
                next: following.log().end(),
                follow: following,
                component: follow.component.filter(|name| !name.is_empty()),
            }
        });
        self.looking.lock().tail = tail;
        Value::Null
    }

    /// A failure of the component is a result here: the inspector itself has done what it was asked for.
    async fn call(&self, payload: &str) -> Result<Value, Refusal> {
        let call: Call<'_> = read(payload)?;
        let live = &self.hub.live;
        let instance = live.find_any(&call.instance).ok_or_else(|| {
            let message = format!("There is no instance {} any more", call.instance);
            Refusal::new(Code::ComponentNotFound, message)
        })?;
        tracing::info!(component = instance.component(), instance = %instance.id(), action = call.action, "the inspector calls an action");
        let target = AppTarget {
            component: instance.component(),
            instance: Some(&call.instance),
            action: &call.action,
            request: None,
        };
        let payload = call.payload.map(Json::from).filter(|json| !json.is_null());
        Ok(match live.call(target, payload, PATIENCE).await {
            Ok(result) => {
                let result = result.map(|result| self.show().value(&result));
                json!({ "success": true, "result": result, "error": null, "code": null })
            }
            Err(refusal) => json!({
                "success": false,
                "result": null,
                "error": refusal.message,
                "code": refusal.code.as_str(),
            }),
        })
    }

    async fn edit(&self, payload: &str) -> Result<Value, Refusal> {
        self.must_be_development("States are edited")?;
        let edit: Edit<'_> = read(payload)?;
        let changes = Json::from(edit.changes);
        self.hub.live.edit(&edit.instance, changes).await?;
        Ok(Value::Null)
    }

    async fn travel(&self, travel: &Travel) -> Result<Value, Refusal> {
        self.must_be_development("States are set back")?;
        self.hub.live.travel(&travel.instance, travel.seq).await?;
        Ok(Value::Null)
    }

    fn must_be_development(&self, what: &str) -> Result<(), Refusal> {
        if self.is_development() {
            return Ok(());
        }
        let message = format!("{what} in development only (`liveside dev`)");
        Err(Refusal::new(Code::AuthDenied, message))
    }
}

/// What an action is given.
fn read<'a, T: Deserialize<'a>>(payload: &'a str) -> Result<T, Refusal> {
    let payload = if payload == "null" { "{}" } else { payload };
    serde_json::from_str(payload)
        .map_err(|error| Refusal::new(Code::InvalidPayload, format!("The payload: {error}")))
}
