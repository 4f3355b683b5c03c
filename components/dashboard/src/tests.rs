//! The dashboard, and those who look at it, without a browser.

use liveside_guest::json;
use liveside_guest::prelude::Client;
use liveside_guest::testing::Harness;

use super::Dashboard;

const NOW: u64 = 1_700_000_000_000;

fn dashboard() -> Harness<Dashboard> {
    Harness::setup().now_ms(NOW).mount()
}

fn client(name: &str, count: u32) -> Client {
    Client {
        connection_id: name.into(),
        count,
    }
}

#[test]
fn a_refresh_is_counted_and_has_a_time() {
    let mut dashboard = dashboard();
    let state = json!({"visitors": 0, "alerts": [], "lastRefresh": null, "refreshes": 0});
    assert_eq!(dashboard.state(), state);
    dashboard.call("refresh", ()).unwrap();
    assert_eq!(
        dashboard.call("refresh", ()).unwrap(),
        json!({"success": true, "refreshes": 2})
    );
    assert_eq!(dashboard.delta()["refreshes"], 2);
    assert_eq!(dashboard.state()["lastRefresh"], NOW);
}

#[test]
fn a_refresh_costs_no_more_where_there_are_many_alerts() {
    let mut dashboard = dashboard();
    dashboard.call("refresh", ()).unwrap();
    assert_eq!(dashboard.loaded(), ["lastRefresh", "refreshes"]);
}

#[test]
fn visitors_come_and_go() {
    let mut dashboard = dashboard();
    dashboard.client_join(client("ana", 1)).unwrap();
    dashboard.client_join(client("bo", 2)).unwrap();
    assert_eq!(dashboard.delta(), json!({"visitors": 2}));
    dashboard.client_leave(client("ana", 1)).unwrap();
    assert_eq!(dashboard.delta(), json!({"visitors": 1}));
}

#[test]
fn the_newest_fifty_alerts_are_kept() {
    let mut dashboard = dashboard();
    for n in 1..=51 {
        let message = format!("Alert {n}");
        dashboard
            .call("addAlert", json!({"message": message}))
            .unwrap();
    }
    let state = dashboard.state();
    let alerts = state["alerts"].as_array().unwrap();
    assert_eq!(alerts.len(), 50);
    assert_eq!(alerts[0], "Alert 2");
    assert_eq!(alerts[49], "Alert 51");
}

#[test]
fn an_alert_says_something_and_not_too_much() {
    let mut dashboard = dashboard();
    for (message, refusal) in [
        ("  ".to_owned(), "An alert needs a message."),
        ("x".repeat(201), "Please use at most 200 characters."),
    ] {
        let error = dashboard.call("addAlert", json!({"message": message}));
        assert_eq!(error.unwrap_err().message(), refusal);
    }
    assert_eq!(
        dashboard.call("addAlert", "Disk almost full").unwrap(),
        json!({"success": true, "alerts": 1})
    );
}

#[test]
fn nobody_brings_a_state_of_their_own() {
    let props = json!({"visitors": 1_000, "alerts": ["Free tea"]});
    let dashboard = Harness::<Dashboard>::setup().props(props).mount();
    assert_eq!(dashboard.state(), self::dashboard().state());
}
