// A chat over a room. The messages are in the persistent map, where two who send at once both appear; room events tell
// the others to read it.
#include <liveside.hpp>

using namespace liveside;

namespace {

constexpr std::size_t kept_messages = 50, longest_text = 500;

/// Where a room's messages are: `{"next": ID, "messages": [..]}`.
std::string key_of(const Room &room) { return "chat:" + room.name(); }

void read_messages(Context &cx, const Room &room) {
    auto messages = cx.persistent(key_of(room))["messages"];
    cx.set("messages", messages ? messages : Json::array());
}

Done read_members(Context &cx, const Room &room) {
    LIVE_LET(members, room.count());
    cx.set("members", members);
    return {};
}

Done tell_members(const Room &room) {
    LIVE_MUST(room.emit("MEMBERS", Json::object()));
    return {};
}

Done mount(Context &cx) {
    auto room = cx.room();
    if (!room) return fail("A chat needs a room.");
    read_messages(cx, *room);
    LIVE_MUST(read_members(cx, *room));
    return tell_members(*room);
}

Done destroy(Context &cx) {
    auto room = cx.room();
    return room ? tell_members(*room) : Done();
}

Answer send(Context &cx, Json payload) {
    auto room = cx.room();
    if (!room) return fail("A chat needs a room.");
    LIVE_LET(given, payload.require<std::string>("text"));
    std::string text = live_trim(cx.raw(), given.c_str());
    if (text.empty()) return fail("Say something first.");
    if (live_characters(text.c_str()) > longest_text) return fail("Please use at most 500 characters.");

    auto session = cx.session();
    auto user = session.user_id().value_or(session.label().value_or("guest"));
    std::int64_t id = 0;
    LIVE_MUST(cx.persistent_update(key_of(*room), [&](Json old) {
        id = old["next"].as<std::int64_t>(1);
        auto messages = old["messages"] ? old["messages"] : Json::array();
        messages.append(Json::object({{"id", id}, {"user", user}, {"text", text}}));
        while (messages.size() > kept_messages) messages.erase(0);
        return Json::object({{"next", id + 1}, {"messages", messages}});
    }));
    read_messages(cx, *room);
    LIVE_MUST(cx.private_set("sent", cx.private_get("sent").as<std::int64_t>(0) + 1));
    LIVE_MUST(room->emit("MESSAGE", Json::object({{"id", id}})));
    return Json::object({{"id", id}});
}

Answer mine(Context &cx) { return Json::object({{"sent", cx.private_get("sent").as<std::int64_t>(0)}}); }

Done message(Context &cx, const live_room_event &event) {
    read_messages(cx, cx.room(event.room));
    return {};
}

Done members(Context &cx, const live_room_event &event) { return read_members(cx, cx.room(event.room)); }

}  // namespace

LIVESIDE_COMPONENT(liveside::Component("CppChat", "1.0.0")
                       .state("{'messages': [], 'members': 0}")
                       .action<send>("send")
                       .action<mine>("mine")
                       .room_event<message>("MESSAGE")
                       .room_event<members>("MEMBERS")
                       .on_mount<mount>()
                       .on_destroy<destroy>());
