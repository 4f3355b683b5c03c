// The probe's actions.
#include "probe.hpp"

using namespace liveside;

namespace {

// Answers and failures.

Answer echo(Context &, Json payload) { return payload; }

Done nothing(Context &) { return {}; }

Done set(Context &cx, Json payload) {
    LIVE_LET(value, payload.require<std::int64_t>(number));
    cx.set(number, value);
    return {};
}

void add_one(Context &cx) { cx.set(number, cx.get(number).as<std::int64_t>(0) + 1); }

Answer refuse(Context &cx, Json payload) {
    LIVE_LET(message, payload.require<std::string>("message"));
    add_one(cx);
    return fail(message);
}

Answer turn_away(Context &) { return deny("Not you."); }

/// Asks a list of nothing for its third item.
Answer crash(Context &cx) {
    add_one(cx);
    say_goodbye();
    return std::vector<std::int64_t>().at(2);
}

Answer spin(Context &) {
    volatile bool turns = true;
    while (turns) {
    }
    return {};
}

// What is kept beside the state.

Done remember(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    LIVE_LET(value, payload.require<Json>("value"));
    return cx.private_set(key, value);
}

Answer recall(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    return cx.private_get(key);
}

Done keep(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    LIVE_LET(value, payload.require<Json>("value"));
    return cx.persistent_set(key, value);
}

Answer kept(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    return cx.persistent(key);
}

Answer bump(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    return cx.persistent_add(key, 1);
}

Done store(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    LIVE_LET(text, payload.require<std::string>("text"));
    return cx.store().set(key, text);
}

Answer stored(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    return cx.store().get(key);
}

// Timers and rooms.

Answer after(Context &cx, Json payload) {
    LIVE_LET(ms, payload.require<std::uint64_t>("ms"));
    LIVE_LET(name, payload.require<std::string>("name"));
    return cx.after(ms, name, payload["payload"]);
}

Answer every(Context &cx, Json payload) {
    LIVE_LET(ms, payload.require<std::uint64_t>("ms"));
    LIVE_LET(name, payload.require<std::string>("name"));
    return cx.every(ms, name, payload["payload"]);
}

Done cancel(Context &cx, Json payload) {
    LIVE_LET(timer, payload.require<std::uint64_t>("timer"));
    cx.cancel(timer);
    return {};
}

std::expected<Room, Error> room_of(Context &cx, Json payload) {
    LIVE_LET(name, payload.require<std::string>("room"));
    return cx.room(name);
}

Done join(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    return room.join();
}

Done leave(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    return room.leave();
}

Answer emit(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    LIVE_LET(event, payload.require<std::string>("event"));
    return room.emit(event, payload["data"]);
}

Answer room_state(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    return room.state();
}

Done set_room_state(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    LIVE_LET(changes, payload.require<Json>("changes"));
    return room.patch(changes);
}

Answer members(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    LIVE_LET(members, room.members());
    return members.size();
}

Answer call(Context &cx, Json payload) {
    LIVE_LET(room, room_of(cx, payload));
    LIVE_LET(action, payload.require<std::string>("action"));
    return room.call(action, payload["payload"]);
}

Answer broadcast(Context &cx, Json payload) {
    LIVE_LET(kind, payload.require<std::string>("kind"));
    return cx.broadcast(kind, payload["data"]);
}

// The world outside.

Answer fetch(Context &cx, Json payload) {
    LIVE_LET(url, payload.require<std::string>("url"));
    LIVE_LET(response, cx.fetch({.url = url}));
    return Json::object({{"status", response.status}, {"body", response.body}});
}

Answer session(Context &cx) {
    auto session = cx.session();
    auto roles = Json::array();
    for (auto role : session.roles()) roles.append(role);
    return Json::object({{"authenticated", session.authenticated()},
                         {"userId", session.user_id()},
                         {"roles", roles},
                         {"label", session.label()}});
}

Answer config(Context &cx, Json payload) {
    LIVE_LET(key, payload.require<std::string>("key"));
    return cx.config(key);
}

Answer now(Context &cx) { return cx.now_ms(); }

Answer random_digits(Context &cx) {
    std::string digits;
    for (auto byte : cx.random_bytes<16>()) {
        digits += "0123456789abcdef"[byte >> 4];
        digits += "0123456789abcdef"[byte & 15];
    }
    return digits;
}

Done say(Context &cx, Json payload) {
    LIVE_LET(message, payload.require<std::string>("message"));
    cx.log(LIVE_INFO, message);
    return {};
}

Done binary(Context &cx, Json payload) {
    LIVE_LET(name, payload.require<std::string>("name"));
    LIVE_LET(text, payload.require<std::string>("text"));
    return cx.push_binary(name, text);
}

}  // namespace

void add_actions(Component &probe) {
    probe.action<echo>("echo")
        .action<nothing>("nothing")
        .action<set>("set", {.schema = set_schema})
        .action<refuse>("fail")
        .action<turn_away>("deny")
        .action<crash>("crash")
        .action<spin>("spin")
        .action<remember>("remember")
        .action<recall>("recall")
        .action<keep>("keep")
        .action<kept>("kept")
        .action<bump>("bump")
        .action<store>("store")
        .action<stored>("stored")
        .action<after>("after")
        .action<every>("every")
        .action<cancel>("cancel")
        .action<join>("join")
        .action<leave>("leave")
        .action<emit>("emit")
        .action<room_state>("roomState")
        .action<set_room_state>("setRoomState")
        .action<members>("members")
        .action<call>("call")
        .action<broadcast>("broadcast")
        .action<fetch>("fetch")
        .action<session>("session")
        .action<config>("config")
        .action<now>("now")
        .action<random_digits>("random")
        .action<say>("say")
        .action<binary>("binary")
        .action<outside>("outside")
        .action<read_file>("readFile")
        .action<write_file>("writeFile")
        .action<variable>("variable")
        .action<print>("print")
        .action<nothing>("limited", {.rate_limit = {.burst = 2, .per_minute = 1}})
        .action<nothing>("admin", {.access = {.roles = {"admin"}}})
        .action<nothing>("forbidden")
        .hidden("secretly", "add `.action<secretly>(\"secretly\")` to add_actions() in actions.cpp");
}
