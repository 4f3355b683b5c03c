//! Logs: what they keep, and what one who reads them gets.

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use super::*;
use crate::state::Json;

/// Something to look at.
struct Thing(ArcSwapOption<Log>);

impl Observed for Thing {
    fn log(&self) -> &ArcSwapOption<Log> {
        &self.0
    }
}

fn thing(observer: &Observer) -> Arc<Thing> {
    Arc::new(Thing(observer.first_log()))
}

fn happened(data: &str) -> SeenInRoom {
    SeenInRoom {
        room: "lobby".into(),
        kind: "emit",
        name: None,
        data: Some(Json::string(data)),
        from: None,
    }
}

fn data(part: &Part) -> Vec<&str> {
    let seen = part.seen.iter().map(|seen| match &seen.what {
        What::Room(happened) => happened.data.as_ref().unwrap().as_str().trim_matches('"'),
        What::Event(_) => unreachable!("nothing of the kind was put in"),
    });
    seen.collect()
}

#[test]
fn nothing_is_described_while_nobody_looks() {
    let observer = Observer::new(false);
    let thing = thing(&observer);
    observer.in_room(&*thing, || unreachable!("nobody asked"));
    let watch = observer.watch(thing.clone());
    observer.in_room(&*thing, || happened("a"));
    assert_eq!(data(&watch.log().read(0)), ["a"]);
    drop(watch);
    assert!(thing.0.load().is_none());
    observer.in_room(&*thing, || unreachable!("nobody asks any more"));
}

#[test]
fn a_log_stays_as_long_as_one_looks() {
    let observer = Observer::new(false);
    let thing = thing(&observer);
    let (one, two) = (observer.watch(thing.clone()), observer.watch(thing.clone()));
    drop(one);
    observer.in_room(&*thing, || happened("a"));
    assert_eq!(data(&two.log().read(0)), ["a"]);
}

#[test]
fn in_development_what_was_before_is_there() {
    let observer = Observer::new(true);
    let thing = thing(&observer);
    observer.in_room(&*thing, || happened("a"));
    drop(observer.watch(thing.clone()));
    assert_eq!(data(&observer.watch(thing).log().read(0)), ["a"]);
}

#[test]
fn one_reads_on_from_where_one_was_and_is_told_what_is_lost() {
    let observer = Observer::new(false);
    let thing = thing(&observer);
    let watch = observer.watch(thing.clone());
    let put = |from: usize, to: usize| {
        for number in from..to {
            observer.in_room(&*thing, || happened(&number.to_string()));
        }
    };
    put(0, 2);
    let first = watch.log().read(0);
    assert_eq!((data(&first), first.lost), (vec!["0", "1"], 0));
    put(2, 3);
    let second = watch.log().read(first.next);
    assert_eq!((data(&second), second.lost), (vec!["2"], 0));
    put(3, 3 + KEPT + 10);
    let third = watch.log().read(second.next);
    assert_eq!((third.seen.len(), third.lost), (KEPT, 10));
    assert_eq!(watch.log().read(third.next).seen.len(), 0);
}

#[test]
fn large_ones_push_older_ones_out_but_the_last_is_kept() {
    let observer = Observer::new(false);
    let thing = thing(&observer);
    let watch = observer.watch(thing.clone());
    let large = "x".repeat(3 << 20);
    observer.in_room(&*thing, || happened("small"));
    observer.in_room(&*thing, || happened(&large));
    observer.in_room(&*thing, || happened(&large));
    assert_eq!(watch.log().read(0).seen.len(), 1);
}

#[test]
fn who_follows_everything_sees_what_nobody_watches() {
    let observer = Observer::new(false);
    let (one, two) = (thing(&observer), thing(&observer));
    let follow = observer.follow();
    observer.in_room(&*one, || happened("a"));
    observer.in_room(&*two, || happened("b"));
    let part = follow.log().read(0);
    assert_eq!(data(&part), ["a", "b"]);
    assert!(part.seen[0].seq < part.seen[1].seq);
}
