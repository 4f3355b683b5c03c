//! `inspect --url` and `tail`: what the inspector's page shows, in a terminal.

use std::fmt::Write as _;
use std::io::Write as _;

use clap::Args;
use serde_json::{Value, json};
use url::Url;

use super::remote::Remote;

/// What a value is cut to, in characters, unless everything is wanted.
const WIDTH: usize = 120;

/// `liveside tail`
#[derive(Debug, Args)]
pub struct TailArgs {
    /// The daemon
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:4000")]
    pub url: Url,
    /// Its API key; not needed in development
    #[arg(
        long,
        value_name = "KEY",
        env = "LIVESIDE_API_KEY",
        hide_env_values = true
    )]
    pub key: Option<String>,
    /// What of it
    #[command(flatten)]
    pub target: Target,
    /// Events of one component only
    #[arg(long, value_name = "NAME", conflicts_with_all = ["instance", "room"])]
    pub component: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// What is looked at.
#[derive(Debug, Args)]
pub struct Target {
    /// One instance, by its id
    #[arg(long, value_name = "ID", conflicts_with = "room")]
    pub instance: Option<String>,
    /// One room
    #[arg(long, value_name = "NAME")]
    pub room: Option<String>,
}

impl Target {
    /// As the inspector's action takes it.
    fn selection(&self) -> Option<Value> {
        match (&self.instance, &self.room) {
            (Some(instance), _) => Some(json!({ "instance": instance })),
            (None, Some(room)) => Some(json!({ "room": room })),
            (None, None) => None,
        }
    }
}

/// Prints what there is now.
pub(super) fn inspect(
    url: &Url,
    key: Option<&str>,
    target: &Target,
    as_json: bool,
) -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut remote = Remote::open(url, key).await?;
        let Some(selection) = target.selection() else {
            let text = if as_json {
                serde_json::to_string_pretty(&remote.state)? + "\n"
            } else {
                overview(&remote.state)
            };
            return print(&text).map(drop);
        };
        let known = remote.act("select", selection).await?;
        let selected = remote.next("selected").await?;
        let text = if as_json {
            let all = json!({ "selected": selected, "events": known["events"] });
            serde_json::to_string_pretty(&all)? + "\n"
        } else {
            let mut text = serde_json::to_string_pretty(selected)? + "\n";
            list(&known["events"]).for_each(|event| text.push_str(&line(event)));
            text
        };
        print(&text).map(drop)
    })
}

/// Prints events as they happen, until it is stopped.
pub(super) fn tail(args: &TailArgs) -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut remote = Remote::open(&args.url, args.key.as_deref()).await?;
        match args.target.selection() {
            Some(selection) => remote.act("select", selection).await?,
            None => {
                let tail = json!({ "on": true, "component": args.component });
                remote.act("tail", tail).await?
            }
        };
        loop {
            let news = remote.next("news").await?;
            let lost = news["lost"].as_u64().unwrap_or_default();
            if lost > 0 {
                eprintln!("{lost} events came too fast to be shown");
            }
            let mut text = String::new();
            for event in list(&news["events"]) {
                if args.json {
                    let _ = writeln!(text, "{event}");
                } else {
                    text.push_str(&line(event));
                }
            }
            if !print(&text)? {
                return Ok(());
            }
        }
    })
}

/// Prints, unless whoever reads has gone: then `false`.
fn print(text: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        written => Ok(written.map(|()| true)?),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// An event on one line: when, where, what, what came of it.
fn line(event: &Value) -> String {
    let mut out = format!("{}  ", time(event["at"].as_u64().unwrap_or_default()));
    let put = |out: &mut String, label: &str, value: &Value| {
        if !value.is_null() {
            let _ = write!(out, "  {label}{}", cut(&value.to_string()));
        }
    };
    let _ = match event["room"].as_str() {
        Some(room) => write!(
            out,
            "{room}  {} {}",
            text(event, "kind"),
            text(event, "name")
        ),
        None => write!(
            out,
            "{} {}  {} {}  {} {:.1} ms",
            text(event, "component"),
            text(event, "instance"),
            text(event, "kind"),
            text(event, "name"),
            text(event, "outcome"),
            event["tookUs"].as_f64().unwrap_or_default() / 1000.0,
        ),
    };
    put(&mut out, "given ", &event["payload"]);
    put(&mut out, "", &event["data"]);
    put(&mut out, "changed ", &event["delta"]);
    put(&mut out, "gave ", &event["result"]);
    put(&mut out, "error ", &event["error"]);
    put(&mut out, "request ", &event["request"]);
    out.push('\n');
    // A name from a browser must not steer the terminal.
    out.chars()
        .filter(|&letter| letter == '\n' || !letter.is_control())
        .collect()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    text.chars().take(WIDTH).chain(['…']).collect()
}

/// The time of day, UTC.
fn time(at: u64) -> String {
    let seconds = at / 1000;
    let (hours, minutes) = (seconds / 3600 % 24, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}.{:03}",
        seconds % 60,
        at % 1000
    )
}

/// What there is, as tables.
fn overview(state: &Value) -> String {
    let (daemon, counts) = (&state["daemon"], &state["counts"]);
    let mut out = format!(
        "Liveside {}, {}, up {} s, {:.1} MiB\n",
        text(daemon, "version"),
        text(daemon, "mode"),
        daemon["uptimeMs"].as_u64().unwrap_or_default() / 1000,
        daemon["memoryBytes"].as_f64().unwrap_or_default() / 1024.0 / 1024.0,
    );
    let counted = counts.as_object().into_iter().flatten();
    let counted: Vec<String> = counted
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let _ = writeln!(out, "{}", counted.join(", "));
    for (name, columns) in [
        (
            "modules",
            &[
                "component",
                "version",
                "kind",
                "module",
                "instances",
                "health.status",
            ][..],
        ),
        (
            "instances",
            &[
                "id",
                "component",
                "version",
                "connectionId",
                "stateBytes",
                "rooms",
            ],
        ),
        ("rooms", &["name", "logic", "members", "stateBytes"]),
        (
            "connections",
            &["id", "userId", "ageMs", "silentMs", "waitingBytes"],
        ),
    ] {
        out.push_str(&table(name, columns, &state[name]));
    }
    out
}

fn table(name: &str, columns: &[&str], table: &Value) -> String {
    let cell = |row: &Value, column: &str| {
        let value = column.split('.').fold(row, |value, key| &value[key]);
        match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let items = items.iter().filter_map(Value::as_str);
                items.collect::<Vec<_>>().join(" ")
            }
            other => other.to_string(),
        }
    };
    let heads = columns
        .iter()
        .map(|column| column.split('.').next().unwrap_or(column));
    let mut rows: Vec<Vec<String>> = vec![heads.map(str::to_owned).collect()];
    rows.extend(
        list(&table["rows"]).map(|row| columns.iter().map(|column| cell(row, column)).collect()),
    );
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| {
            rows.iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let total = table["total"].as_u64().unwrap_or_default();
    let mut out = format!("\n{name} ({total})\n");
    if rows.len() == 1 {
        return out;
    }
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(out, "  {}", cells.join("  ").trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_and_steers_no_terminal() {
        let event = json!({
            "at": 86_399_999u64, "component": "LiveCounter", "instance": "i1", "kind": "action",
            "name": "incr\u{1b}[31mement", "outcome": "ok", "tookUs": 1500, "payload": {"by": 2},
            "delta": {"count": 2}, "result": null, "error": null, "request": "r1",
        });
        assert_eq!(
            line(&event),
            "23:59:59.999  LiveCounter i1  action incr[31mement  ok 1.5 ms  given {\"by\":2}  changed {\"count\":2}  request \"r1\"\n"
        );
    }

    #[test]
    fn columns_stand_below_one_another() {
        let rooms = json!({"total": 2, "rows": [{"name": "a", "members": 10}, {"name": "lobby", "members": 1}]});
        let expected = "\nrooms (2)\n  name   members\n  a      10\n  lobby  1\n";
        assert_eq!(table("rooms", &["name", "members"], &rooms), expected);
    }
}
