// A counter that everybody in a room shares. The number itself is in a room's logic, `tally:ROOM`, so that counters of
// several languages count together; room events tell the others that it has changed.
#include <liveside.hpp>

#include <limits>

using namespace liveside;

namespace {

/// Asks the room's logic for something that answers the number.
std::expected<std::int64_t, Error> tally(Context &cx, const Room &room, std::string_view action, const Json &payload = {}) {
    LIVE_LET(answer, cx.room("tally:" + room.name()).call(action, payload));
    return answer.as<std::int64_t>(0);
}

Done tell_users(const Room &room, std::uint32_t users) {
    LIVE_MUST(room.emit("USER_COUNT_CHANGED", Json::object({{"connectedUsers", users}})));
    return {};
}

/// As well for a state that comes back: the room has gone on meanwhile.
Done mount(Context &cx) {
    auto room = cx.room();
    if (!room) {
        cx.set("connectedUsers", 1);
        return {};
    }
    LIVE_LET(count, tally(cx, *room, "count"));
    LIVE_LET(users, room->count());
    cx.patch({{"count", count}, {"connectedUsers", users}});
    return tell_users(*room, users);
}

/// By then it counts as gone; who hears of it counts anew.
Done destroy(Context &cx) {
    auto room = cx.room();
    if (!room) return {};
    LIVE_LET(users, room->count());
    return tell_users(*room, users > 0 ? users - 1 : 0);
}

/// Takes over the new number, and tells it to the caller and to the room.
Answer changed(Context &cx, const std::optional<Room> &room, std::int64_t count) {
    auto session = cx.session();
    auto user = session.user_id() ? session.user_id() : session.label();
    if (room) LIVE_MUST(room->emit("COUNT_CHANGED", Json::object({{"count", count}, {"userId", user}})));
    cx.patch({{"count", count}, {"lastUpdatedBy", user}});
    return Json::object({{"success", true}, {"count", count}});
}

std::int64_t add(std::int64_t a, std::int64_t b) {
    using limits = std::numeric_limits<std::int64_t>;
    std::int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? limits::min() : limits::max();
    return sum;
}

Answer change(Context &cx, std::int64_t by) {
    auto room = cx.room();
    if (!room) return changed(cx, room, add(cx.get("count").as<std::int64_t>(0), by));
    LIVE_LET(count, tally(cx, *room, "add", Json::object({{"by", by}})));
    return changed(cx, room, count);
}

Answer increment(Context &cx, Json payload) {
    LIVE_LET(by, payload.optional<std::int64_t>("by"));
    return change(cx, by.value_or(1));
}

Answer decrement(Context &cx, Json payload) {
    LIVE_LET(by, payload.optional<std::int64_t>("by"));
    return change(cx, by == std::numeric_limits<std::int64_t>::min() ? std::numeric_limits<std::int64_t>::max() : -by.value_or(1));
}

/// Sets the count to 0, for everybody.
Answer reset(Context &cx) {
    auto room = cx.room();
    if (!room) return changed(cx, room, 0);
    LIVE_LET(count, tally(cx, *room, "reset"));
    return changed(cx, room, count);
}

/// The number is asked for anew and not taken from the event: two that are sent at once may arrive in the other order.
Done count_changed(Context &cx, const live_room_event &event) {
    LIVE_LET(user, Json(event.data).optional<std::string_view>("userId"));
    LIVE_LET(count, tally(cx, cx.room(event.room), "count"));
    cx.patch({{"count", count}, {"lastUpdatedBy", user}});
    return {};
}

Done user_count_changed(Context &cx, const live_room_event &event) {
    LIVE_LET(users, cx.room(event.room).count());
    cx.set("connectedUsers", users);
    return {};
}

}  // namespace

LIVESIDE_COMPONENT(liveside::Component("CppCounter", "1.0.0")
                       .state("{'count': 0, 'lastUpdatedBy': null, 'connectedUsers': 0}")
                       .action<increment>("increment")
                       .action<decrement>("decrement")
                       .action<reset>("reset")
                       .room_event<count_changed>("COUNT_CHANGED")
                       .room_event<user_count_changed>("USER_COUNT_CHANGED")
                       .on_mount<mount>()
                       .on_rehydrate<mount>()
                       .on_destroy<destroy>());
