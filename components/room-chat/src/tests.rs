//! The chat without a daemon.

mod house;

use std::time::Duration;

use liveside_guest::json;
use liveside_guest::testing::Harness;

use super::RoomChat;
use house::{House, open_room, plain, refusal};

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
