//! [`House`]: components, their rooms and the directory, each in a harness of its own. It carries between them what the
//! daemon would: calls, events, and who comes and goes.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use liveside_guest::testing::{Effect, Harness};
use liveside_guest::{Result, Value, json};
use serde::Serialize;

use crate::RoomChat;
use crate::directory::DirectoryRoom;
use crate::room::ChatRoom;

type Rooms = Rc<RefCell<BTreeMap<String, Harness<ChatRoom>>>>;
type Directory = Rc<RefCell<Harness<DirectoryRoom>>>;

/// The rooms, and those who are about.
pub(super) struct House {
    pub(super) directory: Directory,
    pub(super) rooms: Rooms,
    pub(super) people: BTreeMap<&'static str, Harness<RoomChat>>,
}

pub(super) fn open_room(directory: &Directory, name: &str) -> Harness<ChatRoom> {
    let directory = directory.clone();
    Harness::setup()
        .room(name)
        .now_ms(1_000)
        .room_logic(move |_, action, payload| directory.borrow_mut().call(action, payload))
        .mount()
}

impl House {
    pub(super) fn of(people: &[&'static str]) -> Self {
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
    pub(super) fn ask(
        &mut self,
        who: &str,
        action: &str,
        payload: impl Serialize,
    ) -> Result<Value> {
        let answer = self.people.get_mut(who).unwrap().call(action, payload);
        self.follow(who)?;
        answer
    }

    /// The daemon has ended and begun again, and the browser has brought its state.
    pub(super) fn rehydrate(&mut self, who: &str) {
        let person = self.people.get_mut(who).unwrap();
        person.rehydrate("1.0.0").unwrap();
        self.follow(who).unwrap();
    }

    pub(super) fn follow(&mut self, who: &str) -> Result<()> {
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
    pub(super) fn enter(&mut self, who: &str, room: &str) -> Result<Value> {
        self.ask(who, "joinRoom", json!({"room": room}))
    }

    pub(super) fn join(&mut self, who: &str, room: &str) -> Result<()> {
        if room.starts_with("chat:") {
            self.room(room, |room| room.member_join(who, 1))?;
        }
        self.people.get_mut(who).unwrap().room_join(room)
    }

    pub(super) fn leave(&mut self, who: &str, room: &str) {
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
    pub(super) fn tell_all(&mut self) {
        for person in self.people.values_mut() {
            person.room_event("directory", "ROOMS", ()).unwrap();
            let current = person.state()["current"]["id"].clone();
            if let Some(id) = current.as_str() {
                let room = format!("chat:{id}");
                person.room_event(&room, "CHANGED", ()).unwrap();
            }
        }
    }

    pub(super) fn room<T>(&self, name: &str, ask: impl FnOnce(&mut Harness<ChatRoom>) -> T) -> T {
        ask(self.rooms.borrow_mut().get_mut(name).unwrap())
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        for room in self.rooms.borrow_mut().values_mut() {
            room.advance(Duration::from_secs(seconds)).unwrap();
        }
        self.tell_all();
    }

    pub(super) fn state(&self, who: &str, key: &str) -> Value {
        self.people[who].state()[key].clone()
    }

    /// What somebody reads, as `NAME: TEXT`.
    pub(super) fn reads(&self, who: &str) -> Vec<String> {
        let messages = self.state(who, "messages");
        let text = |m: &Value| format!("{}: {}", plain(&m["from"]), plain(&m["text"]));
        messages.as_array().unwrap().iter().map(text).collect()
    }

    pub(super) fn members(&self, who: &str) -> Vec<String> {
        let members = self.state(who, "members");
        let name = |m: &Value| plain(&m["name"]).to_owned();
        members.as_array().unwrap().iter().map(name).collect()
    }

    /// The list, as `NAME MEMBERS`, with `*` behind what is locked.
    pub(super) fn list(&self, who: &str) -> Vec<String> {
        let rooms = self.state(who, "rooms");
        let line = |r: &Value| {
            let lock = if r["locked"] == true { "*" } else { "" };
            format!("{} {}{lock}", plain(&r["name"]), r["members"])
        };
        rooms.as_array().unwrap().iter().map(line).collect()
    }
}

pub(super) fn plain(value: &Value) -> &str {
    value.as_str().unwrap()
}

pub(super) fn refusal(result: Result<Value>) -> String {
    result.unwrap_err().message().to_owned()
}
