//! The chat without a daemon: components, their rooms and the directory, each in a harness of its own. [`House`] carries
//! between them what the daemon would: calls, events, and who comes and goes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use liveside_guest::testing::{Effect, Harness};
use liveside_guest::{Result, Value, json};
use serde::Serialize;

use super::RoomChat;
use super::directory::DirectoryRoom;
use super::room::ChatRoom;

type Rooms = Rc<RefCell<BTreeMap<String, Harness<ChatRoom>>>>;
type Directory = Rc<RefCell<Harness<DirectoryRoom>>>;

/// The rooms, and those who are about.
struct House {
    directory: Directory,
    rooms: Rooms,
    people: BTreeMap<&'static str, Harness<RoomChat>>,
}

fn open_room(directory: &Directory, name: &str) -> Harness<ChatRoom> {
    let directory = directory.clone();
    Harness::setup()
        .room(name)
        .now_ms(1_000)
        .room_logic(move |_, action, payload| directory.borrow_mut().call(action, payload))
        .mount()
}

impl House {
    fn of(people: &[&'static str]) -> Self {
        let directory = Harness::setup().room("directory").mount();
        let mut house = Self {
            directory: Rc::new(RefCell::new(directory)),
            rooms: Rooms::default(),
            people: BTreeMap::new(),
        };
        for name in people {
            let (rooms, directory) = (house.rooms.clone(), house.directory.clone());
            let chat = Harness::setup()
                .instance(name)
                .room_logic(move |room, action, payload| {
                    if room == "directory" {
                        return directory.borrow_mut().call(action, payload);
                    }
                    let mut rooms = rooms.borrow_mut();
                    rooms
                        .entry(room.to_owned())
                        .or_insert_with(|| open_room(&directory, room))
                        .call(action, payload)
                })
                .mount();
            house.people.insert(name, chat);
            house.ask(name, "setName", name).unwrap();
        }
        house
    }

    /// An action, and what the daemon makes of what it asked for.
    fn ask(&mut self, who: &str, action: &str, payload: impl Serialize) -> Result<Value> {
        let answer = self.people.get_mut(who).unwrap().call(action, payload);
        self.follow(who)?;
        answer
    }

    /// The daemon has ended and begun again, and the browser has brought its state.
    fn rehydrate(&mut self, who: &str) {
        let person = self.people.get_mut(who).unwrap();
        person.rehydrate("1.0.0").unwrap();
        self.follow(who).unwrap();
    }

    fn follow(&mut self, who: &str) -> Result<()> {
        for effect in self.people.get_mut(who).unwrap().effects() {
            match effect {
                Effect::Join { room } => self.join(who, &room)?,
                Effect::Leave { room } => self.leave(who, &room),
                _ => {}
            }
        }
        self.tell_all();
        Ok(())
    }

    /// Goes to a room that is not locked, or one's own.
    fn enter(&mut self, who: &str, room: &str) -> Result<Value> {
        self.ask(who, "joinRoom", json!({"room": room}))
    }

    fn join(&mut self, who: &str, room: &str) -> Result<()> {
        if room.starts_with("chat:") {
            self.room(room, |room| room.member_join(who, 1))?;
        }
        self.people.get_mut(who).unwrap().room_join(room)
    }

    fn leave(&mut self, who: &str, room: &str) {
        self.room(room, |room| {
            let view = room.call("look", json!({"member": who, "since": 0}));
            let members = view.unwrap()["members"].as_array().unwrap().len();
            let others = u32::try_from(members - 1).unwrap();
            room.member_leave(who, others).unwrap();
        });
        let person = self.people.get_mut(who).unwrap();
        person.room_leave(room).unwrap();
    }

    /// Every room has changed: each component asks whether that is its own.
    fn tell_all(&mut self) {
        for person in self.people.values_mut() {
            person.room_event("directory", "ROOMS", ()).unwrap();
            let current = person.state()["current"]["id"].clone();
            if let Some(id) = current.as_str() {
                let room = format!("chat:{id}");
                person.room_event(&room, "CHANGED", ()).unwrap();
            }
        }
    }

    fn room<T>(&self, name: &str, ask: impl FnOnce(&mut Harness<ChatRoom>) -> T) -> T {
        ask(self.rooms.borrow_mut().get_mut(name).unwrap())
    }

    fn wait(&mut self, seconds: u64) {
        for room in self.rooms.borrow_mut().values_mut() {
            room.advance(Duration::from_secs(seconds)).unwrap();
        }
        self.tell_all();
    }

    fn state(&self, who: &str, key: &str) -> Value {
        self.people[who].state()[key].clone()
    }

    /// What somebody reads, as `NAME: TEXT`.
    fn reads(&self, who: &str) -> Vec<String> {
        let messages = self.state(who, "messages");
        let text = |m: &Value| format!("{}: {}", plain(&m["from"]), plain(&m["text"]));
        messages.as_array().unwrap().iter().map(text).collect()
    }

    fn members(&self, who: &str) -> Vec<String> {
        let members = self.state(who, "members");
        let name = |m: &Value| plain(&m["name"]).to_owned();
        members.as_array().unwrap().iter().map(name).collect()
    }

    /// The list, as `NAME MEMBERS`, with `*` behind what is locked.
    fn list(&self, who: &str) -> Vec<String> {
        let rooms = self.state(who, "rooms");
        let line = |r: &Value| {
            let lock = if r["locked"] == true { "*" } else { "" };
            format!("{} {}{lock}", plain(&r["name"]), r["members"])
        };
        rooms.as_array().unwrap().iter().map(line).collect()
    }
}

fn plain(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn refusal(result: Result<Value>) -> String {
    result.unwrap_err().message().to_owned()
}

#[test]
fn a_mount_sees_the_lobby_and_is_nowhere() {
    let chat = House::of(&["Ana"]);
    let lobby = json!({"id": "lobby", "name": "Lobby", "members": 0, "locked": false});
    let state = json!({"name": "Ana", "rooms": [lobby], "current": null, "messages": [], "members": [], "typing": []});
    assert_eq!(chat.people["Ana"].state(), state);
}

#[test]
fn what_is_said_all_in_the_room_read() {
    let mut house = House::of(&["Ana", "Bo", "Cy"]);
    for who in ["Ana", "Bo"] {
        house.enter(who, "lobby").unwrap();
    }
    house.ask("Ana", "send", " Hello,\nBo ").unwrap();
    house.ask("Bo", "send", json!({"text": "Hi"})).unwrap();
    assert_eq!(house.reads("Ana"), ["Ana: Hello,\nBo", "Bo: Hi"]);
    assert_eq!(house.reads("Bo"), house.reads("Ana"));
    assert_eq!(house.reads("Cy"), [""; 0]);
    assert_eq!(house.members("Ana"), ["Ana", "Bo"]);
    assert_eq!(house.list("Cy"), ["Lobby 2"]);
    // Who comes later reads what was said before.
    house.enter("Cy", "lobby").unwrap();
    assert_eq!(house.reads("Cy"), house.reads("Ana"));
}

#[test]
fn the_last_hundred_messages_are_kept() {
    let mut house = House::of(&["Ana", "Bo"]);
    house.enter("Ana", "lobby").unwrap();
    for n in 1..=105 {
        house.ask("Ana", "send", format!("{n}")).unwrap();
        house.wait(1);
    }
    house.enter("Bo", "lobby").unwrap();
    for who in ["Ana", "Bo"] {
        let read = house.reads(who);
        assert_eq!((read.len(), read[0].as_str()), (100, "Ana: 6"));
        assert_eq!(read[99], "Ana: 105");
    }
}

#[test]
fn a_locked_room_opens_to_its_password_and_its_owner_only() {
    let mut house = House::of(&["Ana", "Bo"]);
    let club = json!({"name": "Club", "password": "swordfish"});
    house.ask("Ana", "createRoom", club).unwrap();
    let current = house.state("Ana", "current");
    let id = plain(&current["id"]).to_owned();
    assert_eq!(
        (&current["name"], &current["locked"]),
        (&json!("Club"), &json!(true))
    );
    assert_eq!(
        house.state("Ana", "members"),
        json!([{"name": "Ana", "owner": true}])
    );
    assert_eq!(house.list("Bo"), ["Lobby 0", "Club 1*"]);

    house.enter("Bo", "lobby").unwrap();
    let none = house.enter("Bo", &id);
    assert_eq!(refusal(none), "Club is locked. Tell its password.");
    let wrong = house.ask("Bo", "joinRoom", json!({"room": id, "password": "catfish"}));
    assert_eq!(refusal(wrong), "That is not the password of Club.");
    // Who is refused stays where he is.
    assert_eq!(house.state("Bo", "current")["id"], "lobby");
    let right = json!({"room": id, "password": "swordfish"});
    house.ask("Bo", "joinRoom", right).unwrap();
    assert_eq!(house.members("Ana"), ["Ana", "Bo"]);
    assert_eq!(house.list("Ana"), ["Lobby 0", "Club 2*"]);

    house.ask("Ana", "leaveRoom", ()).unwrap();
    assert_eq!(house.members("Bo"), ["Bo"]);
    house.enter("Ana", &id).unwrap();
    assert_eq!(house.members("Bo"), ["Ana", "Bo"]);
}

#[test]
fn a_password_is_in_no_state() {
    let mut house = House::of(&["Ana", "Bo"]);
    let club = json!({"name": "Club", "password": "swordfish"});
    house.ask("Ana", "createRoom", club).unwrap();
    let id = plain(&house.state("Ana", "current")["id"]).to_owned();
    let right = json!({"room": id, "password": "swordfish"});
    house.ask("Bo", "joinRoom", right).unwrap();
    for who in ["Ana", "Bo"] {
        assert!(!house.people[who].state().to_string().contains("swordfish"));
    }
    house.room(&format!("chat:{id}"), |room| {
        let kept = room.private("password").expect("it is kept").to_string();
        assert!(!kept.contains("swordfish"), "{kept}");
        assert_eq!(room.state(), json!({"name": "Club", "locked": true}));
    });
    let list = house.directory.borrow().state().to_string();
    assert!(!list.contains("swordfish"));
}

#[test]
fn who_comes_back_with_a_kept_state_is_in_its_room_again_unless_that_needs_a_password() {
    let mut house = House::of(&["Ana", "Bo"]);
    house.enter("Bo", "lobby").unwrap();
    house.ask("Bo", "send", "hello").unwrap();
    house.rehydrate("Bo");
    assert_eq!(house.state("Bo", "current")["id"], "lobby");
    assert_eq!(house.state("Bo", "messages")[0]["text"], "hello");
    assert_eq!(house.state("Bo", "messages")[1], json!(null));

    let club = json!({"name": "Club", "password": "swordfish"});
    house.ask("Ana", "createRoom", club).unwrap();
    house.rehydrate("Ana");
    assert_eq!(house.state("Ana", "current"), json!(null));
}

#[test]
fn a_browser_that_goes_past_the_component_stands_before_a_closed_door() {
    let house = House::of(&[]);
    let mut lobby = open_room(&house.directory, "chat:lobby");
    let refused = lobby.member_join("Mallory", 1).unwrap_err();
    assert_eq!(
        refused.message(),
        "Nobody has let you in. Ask by `joinRoom`, with the password if there is one."
    );
    for (action, payload) in [
        ("look", json!({"member": "Mallory", "since": 0})),
        ("send", json!({"member": "Mallory", "text": "Hi"})),
        ("typing", json!({"member": "Mallory"})),
        ("rename", json!({"member": "Mallory", "name": "Ana"})),
    ] {
        assert_eq!(
            refusal(lobby.call(action, payload)),
            "You are not in Lobby."
        );
    }
    // An admission that is not used is over after a while.
    let mallory = json!({"member": "Mallory", "name": "M"});
    lobby.call("enter", mallory).unwrap();
    lobby.advance(Duration::from_secs(31)).unwrap();
    lobby.member_join("Mallory", 1).unwrap_err();
}

#[test]
fn guessing_passwords_is_slow() {
    let mut house = House::of(&["Ana", "Bo"]);
    let club = json!({"name": "Club", "password": "swordfish"});
    house.ask("Ana", "createRoom", club).unwrap();
    let id = plain(&house.state("Ana", "current")["id"]).to_owned();
    let guess = |house: &mut House, password: &str| {
        house.ask("Bo", "joinRoom", json!({"room": id, "password": password}))
    };
    for n in 0..10 {
        let wrong = guess(&mut house, &format!("guess {n}"));
        assert_eq!(refusal(wrong), "That is not the password of Club.");
    }
    let too_many = "There were too many wrong passwords for Club. Try again in a minute.";
    assert_eq!(refusal(guess(&mut house, "swordfish")), too_many);
    house.wait(60);
    guess(&mut house, "swordfish").unwrap();
}

#[test]
fn typing_is_seen_by_the_others_and_stops_by_itself() {
    let mut house = House::of(&["Ana", "Bo"]);
    for who in ["Ana", "Bo"] {
        house.enter(who, "lobby").unwrap();
    }
    house.ask("Ana", "typing", ()).unwrap();
    assert_eq!(house.state("Bo", "typing"), json!(["Ana"]));
    assert_eq!(house.state("Ana", "typing"), json!([]));
    house.wait(3);
    house.ask("Ana", "typing", ()).unwrap();
    house.ask("Bo", "typing", ()).unwrap();
    house.wait(3);
    assert_eq!(house.state("Bo", "typing"), json!(["Ana"]));
    // What is sent is not being typed any more.
    house.ask("Bo", "send", "done").unwrap();
    assert_eq!(house.state("Ana", "typing"), json!([]));
    house.wait(1);
    assert_eq!(house.state("Bo", "typing"), json!([]));
    // And it goes on working when the timer is over.
    house.wait(10);
    house.ask("Bo", "typing", ()).unwrap();
    assert_eq!(house.state("Ana", "typing"), json!(["Bo"]));
    house.wait(4);
    assert_eq!(house.state("Ana", "typing"), json!([]));
}

#[test]
fn who_goes_is_seen_to_go() {
    let mut house = House::of(&["Ana", "Bo"]);
    for who in ["Ana", "Bo"] {
        house.enter(who, "lobby").unwrap();
    }
    house.ask("Ana", "send", "Bye").unwrap();
    // A connection that is lost: the daemon tells the room, nobody tells the component.
    house
        .room("chat:lobby", |lobby| lobby.member_leave("Ana", 1))
        .unwrap();
    house.people.remove("Ana");
    house.tell_all();
    assert_eq!(house.members("Bo"), ["Bo"]);
    assert_eq!(house.list("Bo"), ["Lobby 1"]);
    house.ask("Bo", "leaveRoom", ()).unwrap();
    assert_eq!(house.state("Bo", "current"), json!(null));
    assert_eq!(house.reads("Bo"), [""; 0]);
    assert_eq!(house.members("Bo"), [""; 0]);
}

#[test]
fn an_empty_room_is_forgotten_after_a_minute() {
    let mut house = House::of(&["Ana", "Bo"]);
    house
        .ask("Ana", "createRoom", json!({"name": "Tea"}))
        .unwrap();
    let id = plain(&house.state("Ana", "current")["id"]).to_owned();
    house.wait(120);
    assert_eq!(house.list("Bo"), ["Lobby 0", "Tea 1"]);
    house.ask("Ana", "leaveRoom", ()).unwrap();
    house.wait(59);
    assert_eq!(house.list("Bo"), ["Lobby 0", "Tea 0"]);
    // Somebody comes back in time, and the minute begins anew.
    house.enter("Bo", &id).unwrap();
    house.wait(30);
    house.ask("Bo", "leaveRoom", ()).unwrap();
    house.wait(59);
    assert_eq!(house.list("Bo"), ["Lobby 0", "Tea 0"]);
    house.wait(1);
    assert_eq!(house.list("Bo"), ["Lobby 0"]);
    let late = house.enter("Ana", &id);
    assert_eq!(refusal(late), "There is no such room any more.");
}

#[test]
fn the_daemon_ends_a_room_and_the_directory_forgets_it_but_not_the_lobby() {
    let mut house = House::of(&["Ana"]);
    house
        .ask("Ana", "createRoom", json!({"name": "Tea"}))
        .unwrap();
    let id = plain(&house.state("Ana", "current")["id"]).to_owned();
    house.enter("Ana", "lobby").unwrap();
    for name in [format!("chat:{id}"), "chat:lobby".to_owned()] {
        house.room(&name, Harness::destroy).unwrap();
    }
    house.tell_all();
    assert_eq!(house.list("Ana"), ["Lobby 1"]);
}

#[test]
fn names_are_said_once_and_are_ones_own() {
    let mut house = House::of(&["Ana", "Bo"]);
    house.enter("Ana", "lobby").unwrap();
    house.ask("Bo", "setName", "ANA").unwrap();
    let taken = house.enter("Bo", "lobby");
    assert_eq!(refusal(taken), "Somebody here is called ANA already.");
    house.ask("Bo", "setName", "Bea").unwrap();
    house.enter("Bo", "lobby").unwrap();
    assert_eq!(house.members("Ana"), ["Ana", "Bea"]);
    let taken = house.ask("Bo", "setName", "ana");
    assert_eq!(refusal(taken), "Somebody here is called ana already.");
    assert_eq!(house.state("Bo", "name"), "Bea");
    house.ask("Bo", "setName", "adam").unwrap();
    assert_eq!(house.members("Ana"), ["adam", "Ana"]);
}

#[test]
fn what_has_no_place_here_is_refused_with_a_sentence() {
    let mut house = House::of(&["Ana"]);
    let mut nobody = Harness::<RoomChat>::setup()
        .room_logic(|_, _, _| Ok(json!([])))
        .mount();
    let no_name = nobody.call("joinRoom", json!({"room": "lobby"}));
    assert_eq!(refusal(no_name), "Say your name first.");
    for (action, payload, sentence) in [
        ("send", json!("Hi"), "Join a room first."),
        ("typing", json!(null), "Join a room first."),
        (
            "joinRoom",
            json!({"room": "nowhere"}),
            "There is no such room any more.",
        ),
        ("setName", json!(" "), "A name is missing."),
        (
            "setName",
            json!("n".repeat(25)),
            "A name has at most 24 characters, not 25.",
        ),
        (
            "setName",
            json!("a\u{7}b"),
            "A name has only characters that show.",
        ),
        (
            "createRoom",
            json!({"name": "  "}),
            "The name of a room is missing.",
        ),
        (
            "createRoom",
            json!({"name": "r".repeat(33)}),
            "The name of a room has at most 32 characters, not 33.",
        ),
        (
            "createRoom",
            json!({"name": "R", "password": "p".repeat(65)}),
            "A password has at most 64 characters, not 65.",
        ),
        (
            "createRoom",
            json!({"name": "lobby"}),
            "There is a room Lobby already.",
        ),
    ] {
        assert_eq!(refusal(house.ask("Ana", action, payload)), sentence);
    }
    assert_eq!(house.list("Ana"), ["Lobby 0"]);
    house.enter("Ana", "lobby").unwrap();
    for (text, sentence) in [
        ("\n ".to_owned(), "A message is missing."),
        (
            "a\u{1b}[31m".into(),
            "A message has only characters that show.",
        ),
        (
            "m".repeat(1_001),
            "A message has at most 1000 characters, not 1001.",
        ),
    ] {
        assert_eq!(refusal(house.ask("Ana", "send", text)), sentence);
    }
    for _ in 0..10 {
        house.ask("Ana", "send", "spam").unwrap();
    }
    let fast = "That was fast. Wait a moment before you write more.";
    assert_eq!(refusal(house.ask("Ana", "send", "spam")), fast);
    house.wait(5);
    house.ask("Ana", "send", "spam").unwrap();
}

#[test]
fn a_room_and_the_house_have_room_for_so_many() {
    let house = House::of(&[]);
    let mut lobby = open_room(&house.directory, "chat:lobby");
    for n in 0..50 {
        let guest = json!({"member": format!("m{n}"), "name": format!("n{n}")});
        lobby.call("enter", guest).unwrap();
    }
    let one_more = lobby.call("enter", json!({"member": "m", "name": "n"}));
    assert_eq!(refusal(one_more), "Lobby is full: 50 are in it.");
    let mut directory = house.directory.borrow_mut();
    let mut list = |n: u32| {
        let (id, name) = (format!("r{n}"), format!("Room {n}"));
        directory.call(
            "list",
            json!({"id": id, "name": name, "members": 0, "locked": false}),
        )
    };
    for n in 1..50 {
        list(n).unwrap();
    }
    assert_eq!(
        refusal(list(50)),
        "There are 50 rooms already. Join one of them, or come back later."
    );
}

#[test]
fn an_event_that_comes_late_puts_nobody_out() {
    let mut house = House::of(&["Ana"]);
    house
        .ask("Ana", "createRoom", json!({"name": "Tea"}))
        .unwrap();
    let ana = house.people.get_mut("Ana").unwrap();
    ana.room_leave("chat:lobby").unwrap();
    assert_eq!(ana.state()["current"]["name"], "Tea");
    ana.room_event("chat:lobby", "CHANGED", ()).unwrap();
    assert_eq!(ana.delta(), json!({}));
}
