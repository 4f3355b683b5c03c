// One event: who is behind it, rooms, and all else that a component can ask the daemon for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <liveside/context.h>

#include "http.hpp"
#include "json.hpp"
#include "store.hpp"

namespace liveside {

namespace detail {
/// A list of C, which ends with `nullptr`.
inline std::vector<std::string_view> views(const char *const *names) {
    std::vector<std::string_view> all;
    for (; *names != nullptr; ++names) all.emplace_back(*names);
    return all;
}
inline bool contains(const char *const *names, std::string_view name) {
    for (; *names != nullptr; ++names) if (name == *names) return true;
    return false;
}
}  // namespace detail

/// Who is behind the event.
class Session {
   public:
    explicit Session(const live_session *from) : from_(from) {}
    bool authenticated() const { return from_->authenticated; }
    std::optional<std::string_view> user_id() const { return detail::view(from_->user_id); }
    /// What the browser says. Anybody may say anything.
    std::optional<std::string_view> label() const { return detail::view(from_->label); }
    std::optional<std::string_view> connection_id() const { return detail::view(from_->connection_id); }
    std::vector<std::string_view> roles() const { return detail::views(from_->roles); }
    std::vector<std::string_view> permissions() const { return detail::views(from_->permissions); }
    bool has_role(std::string_view role) const { return detail::contains(from_->roles, role); }
    bool has_permission(std::string_view permission) const { return detail::contains(from_->permissions, permission); }
    Json claims() const { return Json(from_->claims); }

   private:
    const live_session *from_;
};

struct Member {
    std::string_view instance;
    /// None for an anonymous visitor.
    std::optional<std::string_view> user_id;
};

/// A room: `cx.room()`, `cx.room("name")`.
class Room {
   public:
    Room(live_context *cx, std::string_view name) : cx_(cx), name_(name) {}
    const std::string &name() const { return name_; }
    Done join() const { return detail::done(live_join(cx_, name_.c_str())); }
    Done leave() const { return detail::done(live_leave(cx_, name_.c_str())); }
    /// Gives the number of members that it goes to.
    std::expected<std::uint32_t, Error> emit(std::string_view event, const Json &data) const {
        std::uint32_t count = 0;
        if (!live_emit(cx_, name_.c_str(), detail::text(event).c_str(), data.raw(), &count)) return detail::refused();
        return count;
    }
    std::expected<std::uint32_t, Error> count() const {
        std::uint32_t count = 0;
        if (!live_room_count(cx_, name_.c_str(), &count)) return detail::refused();
        return count;
    }
    std::expected<std::vector<Member>, Error> members() const {
        const live_member *members = nullptr;
        std::size_t count = 0;
        if (!live_room_members(cx_, name_.c_str(), &members, &count)) return detail::refused();
        std::vector<Member> all;
        for (std::size_t i = 0; i < count; ++i) all.push_back({members[i].instance, detail::view(members[i].user_id)});
        return all;
    }
    /// The state that the members share.
    Answer state() const {
        live_json state = nullptr;
        if (!live_room_state(cx_, name_.c_str(), &state)) return detail::refused();
        return Json(state);
    }
    Done patch(const Json &changes) const { return detail::done(live_room_patch(cx_, name_.c_str(), changes.raw())); }
    /// Calls an action of the room's own logic.
    Answer call(std::string_view action, const Json &payload = {}) const {
        live_json answer = nullptr;
        if (!live_room_call(cx_, name_.c_str(), detail::text(action).c_str(), payload.raw(), &answer)) return detail::refused();
        return Json(answer);
    }

   private:
    live_context *cx_;
    std::string name_;
};

/// What a component can ask the daemon for. What is not here is in the C functions: `cx.raw()` is their context.
class Context {
   public:
    explicit Context(live_context *cx) : cx_(cx) {}
    live_context *raw() const { return cx_; }
    std::string_view component() const { return live_component_name(cx_); }
    /// The id of the mount.
    std::string_view instance() const { return live_instance(cx_); }

    Json state() const { return Json(live_state(cx_)); }
    Json get(std::string_view key) const { return Json(live_state_get(cx_, detail::text(key).c_str())); }
    void set(std::string_view key, const Json &value) const { live_state_set(cx_, detail::text(key).c_str(), value.raw()); }
    /// Several keys at once: `cx.patch({{"count", 1}, {"by", user}})`.
    void patch(std::initializer_list<Field> changes) const { live_state_patch(cx_, Json::object(changes).raw()); }
    void reset() const { live_state_reset(cx_); }

    /// Bytes for the browsers, beside the state: of several of one name a slow browser gets the newest.
    Done push_binary(std::string_view name, std::string_view bytes) const {
        return detail::done(live_push_binary(cx_, detail::text(name).c_str(), bytes.data(), bytes.size()));
    }

    /// Data of this mount that no browser sees.
    Json private_get(std::string_view key) const { return Json(live_private_get(cx_, detail::text(key).c_str())); }
    Done private_set(std::string_view key, const Json &value) const {
        return detail::done(live_private_set(cx_, detail::text(key).c_str(), value.raw()));
    }
    void private_delete(std::string_view key) const { live_private_delete(cx_, detail::text(key).c_str()); }
    /// One map for all mounts of the component. Writes are seen at once and stay.
    Json persistent(std::string_view key) const { return Json(live_persistent_get(cx_, detail::text(key).c_str())); }
    Done persistent_set(std::string_view key, const Json &value) const {
        return detail::done(live_persistent_set(cx_, detail::text(key).c_str(), value.raw()));
    }
    void persistent_delete(std::string_view key) const { live_persistent_delete(cx_, detail::text(key).c_str()); }
    /// Adds to a whole number, and loses nobody else's change. A missing one counts as 0. Gives the sum.
    std::expected<std::int64_t, Error> persistent_add(std::string_view key, std::int64_t by) const {
        std::int64_t sum = 0;
        if (!live_persistent_add(cx_, detail::text(key).c_str(), by, &sum)) return detail::refused();
        return sum;
    }
    /// Changes a value, and loses nobody else's change: `change(Json old)` gives the new one, and may run again.
    template <class Change>
    Done persistent_update(std::string_view key, Change change) const {
        auto run = [](live_context *, live_json old, void *data) { return (*static_cast<Change *>(data))(Json(old)).raw(); };
        return detail::done(live_persistent_update(cx_, detail::text(key).c_str(), run, &change));
    }

    Session session() const { return Session(live_current_session(cx_)); }
    /// The room that the component was mounted with.
    std::optional<Room> room() const {
        const char *name = live_room(cx_);
        return name == nullptr ? std::nullopt : std::optional<Room>(Room(cx_, name));
    }
    Room room(std::string_view name) const { return Room(cx_, name); }
    /// To the browsers of everybody in the default room. Gives the number that it goes to.
    std::expected<std::uint32_t, Error> broadcast(std::string_view kind, const Json &data) const {
        std::uint32_t count = 0;
        if (!live_broadcast(cx_, detail::text(kind).c_str(), data.raw(), &count)) return detail::refused();
        return count;
    }
    /// The same, without the user behind the event.
    std::expected<std::uint32_t, Error> broadcast_to_others(std::string_view kind, const Json &data) const {
        std::uint32_t count = 0;
        if (!live_broadcast_to_others(cx_, detail::text(kind).c_str(), data.raw(), &count)) return detail::refused();
        return count;
    }

    /// Bytes that outlive the daemon, shared by all mounts of the component.
    Store store() const { return Store(cx_); }
    /// To a host that the daemon's configuration allows.
    std::expected<Response, Error> fetch(const Request &request) const { return detail::fetch(cx_, request); }
    /// Up to `length` bytes of a finished upload; none is the end.
    std::expected<std::string_view, Error> upload_read(std::string_view upload, std::uint64_t offset,
                                                       std::uint32_t length = 64 * 1024) const {
        live_bytes bytes = {};
        if (!live_upload_read(cx_, detail::text(upload).c_str(), offset, length, &bytes)) return detail::refused();
        return std::string_view(bytes.data, bytes.size);
    }

    /// Gives the timer's id.
    std::expected<std::uint64_t, Error> after(std::uint64_t ms, std::string_view name, const Json &payload = {}) const {
        std::uint64_t id = 0;
        if (!live_after(cx_, ms, detail::text(name).c_str(), payload.raw(), &id)) return detail::refused();
        return id;
    }
    std::expected<std::uint64_t, Error> every(std::uint64_t ms, std::string_view name, const Json &payload = {}) const {
        std::uint64_t id = 0;
        if (!live_every(cx_, ms, detail::text(name).c_str(), payload.raw(), &id)) return detail::refused();
        return id;
    }
    void cancel(std::uint64_t id) const { live_cancel(cx_, id); }

    /// A value or secret of the daemon's configuration.
    std::optional<std::string_view> config(std::string_view key) const {
        return detail::view(live_config(cx_, detail::text(key).c_str()));
    }
    void log(live_level level, std::string_view message) const {
        live_log(cx_, level, "%.*s", static_cast<int>(message.size()), message.data());
    }
    /// Milliseconds since the Unix epoch.
    std::uint64_t now_ms() const { return live_now_ms(cx_); }
    /// Nanoseconds from an arbitrary start, never going back.
    std::uint64_t monotonic_ns() const { return live_monotonic_ns(cx_); }
    /// Fit for keys and tokens.
    template <std::size_t size>
    std::array<unsigned char, size> random_bytes() const {
        std::array<unsigned char, size> bytes;
        live_random_bytes(cx_, bytes.data(), size);
        return bytes;
    }
    std::uint64_t random() const { return live_random_u64(cx_); }

   private:
    live_context *cx_;
};

}  // namespace liveside
