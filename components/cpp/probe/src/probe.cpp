// The probe's hooks, and the table of it all.
#include "probe.hpp"

#include <algorithm>

using namespace liveside;

namespace {

Done line(Context &cx, const std::string &text) {
    auto lines = cx.get("log");
    lines.append(text);
    cx.set("log", lines);
    return {};
}

Done on_connect(Context &cx) { return line(cx, "connect"); }

Done on_mount(Context &cx, const live_mount &mount) {
    return line(cx, std::string("mount ") + (mount.room ? mount.room : "-"));
}

Done on_rehydrate(Context &cx, std::string_view from) { return line(cx, "rehydrate " + std::string(from)); }
Done on_reload(Context &cx, std::string_view from) { return line(cx, "reload " + std::string(from)); }
Done on_room_join(Context &cx, std::string_view room) { return line(cx, "join " + std::string(room)); }
Done on_room_leave(Context &cx, std::string_view room) { return line(cx, "leave " + std::string(room)); }

Done on_timer(Context &cx, const live_timer &timer) {
    return line(cx, std::string("timer ").append(timer.name).append(" ").append(Json(timer.payload).dump()));
}

Done on_news(Context &cx, const live_room_event &event) {
    return line(cx, std::string("news ").append(event.room).append(" ").append(Json(event.data).dump()));
}

Done on_action(Context &, std::string_view action, Json) {
    if (action == "forbidden") return fail("Never.");
    return {};
}

Done on_state_change(Context &cx, std::vector<std::string_view> keys) {
    if (keys.size() == 1 && keys.front() == "log") return {};
    std::ranges::sort(keys);
    auto changed = Json::array();
    for (auto key : keys) changed.append(key);
    cx.set("changed", changed);
    return {};
}

Done on_disconnect(Context &cx) {
    LIVE_MUST(cx.persistent_add("disconnected", 1));
    return {};
}

Done on_destroy(Context &cx) {
    LIVE_MUST(cx.persistent_add("destroyed", 1));
    return {};
}

std::expected<std::uint64_t, Error> size_of(Context &cx, const live_upload &upload) {
    for (std::uint64_t size = 0;;) {
        LIVE_LET(part, cx.upload_read(upload.id, size));
        if (part.empty()) return size;
        size += part.size();
    }
}

Done on_upload(Context &cx, const live_upload &upload) {
    switch (upload.stage) {
        case LIVE_UPLOAD_START:
            if (std::string_view(upload.filename).ends_with(".png")) return fail("No pictures.");
            return {};
        case LIVE_UPLOAD_PROGRESS: return line(cx, "upload progress");
        case LIVE_UPLOAD_COMPLETE: {
            LIVE_LET(size, size_of(cx, upload));
            return line(cx, "upload complete " + std::to_string(size));
        }
        default: return line(cx, "upload failed");
    }
}

/// The other version calls the number otherwise.
Done migrate(Context &, std::string_view, Json state) {
    if (auto there = state[other_number]) {
        state.set(number, there);
        state.erase(other_number);
    }
    return {};
}

Component made() {
    Component probe("CppProbe", version);
    probe.state(default_state)
        .persistent("{'kept': 0}")
        .set_value()
        .migrate<migrate>()
        .room_event<on_news>("NEWS", "*")
        .timer<on_timer>("*")
        .on_connect<on_connect>()
        .on_mount<on_mount>()
        .on_rehydrate<on_rehydrate>()
        .on_action<on_action>()
        .on_state_change<on_state_change>()
        .on_room_join<on_room_join>()
        .on_room_leave<on_room_leave>()
        .on_upload<on_upload>()
        .on_reload<on_reload>()
        .on_disconnect<on_disconnect>()
        .on_destroy<on_destroy>();
    add_actions(probe);
    return probe;
}

Component probe = made();

}  // namespace

LIVESIDE_MODULE(probe, hall(), box());
