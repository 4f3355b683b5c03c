// Liveside components in C++23, over the C SDK: values, `std::expected` for what can fail, and a table of functions.
//
// Everything that a handler is given lives as long as the event, `std::string_view`s as well: keep nothing.
#pragma once

#include <concepts>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <liveside/component.h>
#include <liveside/context.h>
#include <liveside/json.h>
#include <liveside/result.h>
#include <liveside/text.h>

namespace liveside {

/// Why an event fails: a sentence for the user.
struct Error {
    enum class Kind { failed, denied, invalid, limit, host };
    Kind kind = Kind::failed;
    std::string message;
};

inline std::unexpected<Error> fail(std::string message) { return std::unexpected(Error{Error::Kind::failed, std::move(message)}); }
/// This user may not.
inline std::unexpected<Error> deny(std::string message) { return std::unexpected(Error{Error::Kind::denied, std::move(message)}); }
/// The payload is not what the action takes.
inline std::unexpected<Error> invalid(std::string message) { return std::unexpected(Error{Error::Kind::invalid, std::move(message)}); }

/// Leaves the handler if `expression` failed; else `variable` is its value.
#define LIVE_LET(variable, expression) \
    auto variable##_result = (expression); \
    if (!variable##_result) return std::unexpected(std::move(variable##_result.error())); \
    auto variable = *std::move(variable##_result)
/// Leaves the handler if `expression` failed.
#define LIVE_MUST(expression) \
    do { \
        if (auto result_ = (expression); !result_) return std::unexpected(std::move(result_.error())); \
    } while (0)

namespace detail {
/// The event that runs: one at a time, so that values need not be told which.
inline live_context *current = nullptr;
inline std::string text(std::string_view view) { return std::string(view); }
/// Why the daemon refused a call.
inline std::unexpected<Error> refused() { return std::unexpected(Error{Error::Kind::host, live_error_message(current)}); }
}  // namespace detail

class Json;
using Field = std::pair<std::string_view, Json>;

/// A JSON value, or none at all. Reading never fails: what is missing or of another kind is `nullopt` or the fallback.
class Json {
   public:
    Json() = default;
    explicit Json(live_json value) : value_(value) {}
    Json(std::nullptr_t) : value_(live_null(detail::current)) {}
    Json(bool value) : value_(live_bool(detail::current, value)) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Json(T value) : value_(live_int(detail::current, static_cast<std::int64_t>(value))) {}
    Json(double value) : value_(live_number(detail::current, value)) {}
    Json(std::string_view value) : value_(live_text_n(detail::current, value.data(), value.size())) {}
    Json(const char *value) : value_(live_text(detail::current, value)) {}
    Json(const std::string &value) : Json(std::string_view(value)) {}
    template <class T>
    Json(const std::optional<T> &value) : Json(value ? Json(*value) : Json(nullptr)) {}

    static Json object(std::initializer_list<Field> fields = {}) {
        Json made(live_object(detail::current));
        for (const auto &[key, value] : fields) made.set(key, value);
        return made;
    }
    static Json array(std::initializer_list<Json> items = {}) {
        Json made(live_array(detail::current));
        for (const auto &item : items) made.append(item);
        return made;
    }
    static Json parse(std::string_view text) { return Json(live_parse_n(detail::current, text.data(), text.size())); }

    /// Whether there is a value, even null.
    explicit operator bool() const { return value_ != nullptr; }
    live_json raw() const { return value_; }
    std::string_view dump() const { return live_write(detail::current, value_); }

    Json operator[](std::string_view key) const { return Json(live_get(value_, detail::text(key).c_str())); }
    Json at(std::size_t index) const { return Json(live_item(value_, index)); }
    std::size_t size() const { return live_length(value_); }
    bool is_null() const { return live_is_null(value_); }
    bool is_object() const { return live_is_object(value_); }
    bool is_array() const { return live_is_array(value_); }

    /// The value as a `bool`, an integer, a `double` or a `std::string_view`.
    template <class T>
    std::optional<T> as() const {
        if constexpr (std::same_as<T, bool>) {
            return live_is_bool(value_) ? std::optional<T>(live_as_bool(value_, false)) : std::nullopt;
        } else if constexpr (std::integral<T>) {
            return live_is_int(value_) ? std::optional<T>(static_cast<T>(live_as_int(value_, 0))) : std::nullopt;
        } else if constexpr (std::floating_point<T>) {
            return live_is_number(value_) ? std::optional<T>(live_as_number(value_, 0)) : std::nullopt;
        } else {
            return live_is_text(value_) ? std::optional<T>(T(live_as_text(value_, ""), live_length(value_))) : std::nullopt;
        }
    }
    template <class T>
    T as(T fallback) const { return as<T>().value_or(fallback); }

    /// An argument that may be missing: a payload that is no object is the argument itself.
    template <class T>
    std::expected<std::optional<T>, Error> optional(std::string_view name) const {
        Json found = is_object() ? (*this)[name] : *this;
        if (!found || found.is_null()) return std::optional<T>();
        if (auto value = found.as<T>()) return value;
        const char *kind = std::same_as<T, bool> ? "true or false" : std::integral<T> ? "a whole number"
                           : std::floating_point<T>                                    ? "a number"
                                                                                       : "a text";
        return invalid("`" + detail::text(name) + "` must be " + kind);
    }
    /// An argument that must be there.
    template <class T>
    std::expected<T, Error> require(std::string_view name) const {
        auto value = optional<T>(name);
        if (!value) return std::unexpected(value.error());
        if (!*value) return invalid("`" + detail::text(name) + "` is missing");
        return **value;
    }

    /// Puts a copy under a key.
    void set(std::string_view key, const Json &value) {
        live_set(detail::current, value_, detail::text(key).c_str(), value.value_);
    }
    void append(const Json &item) { live_append(detail::current, value_, item.value_); }
    void erase(std::size_t index) { live_remove_item(value_, index); }

    class iterator {
       public:
        iterator(live_json list, live_json item) : list_(list), item_(item) {}
        Json operator*() const { return Json(item_); }
        iterator &operator++() { item_ = live_next(list_, item_); return *this; }
        bool operator!=(const iterator &other) const { return item_ != other.item_; }

       private:
        live_json list_, item_;
    };
    iterator begin() const { return {value_, live_next(value_, nullptr)}; }
    iterator end() const { return {value_, nullptr}; }

   private:
    live_json value_ = nullptr;
};

/// What an action gives: an answer, or an error. `Json()` answers null.
using Answer = std::expected<Json, Error>;
/// What a hook gives.
using Done = std::expected<void, Error>;

namespace detail {
inline std::optional<std::string_view> view(const char *text) {
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}
inline Done done(live_result result) { return result ? Done() : Done(refused()); }
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
    bool has_role(std::string_view role) const {
        for (auto each = from_->roles; *each != nullptr; ++each) if (role == *each) return true;
        return false;
    }
    Json claims() const { return Json(from_->claims); }

   private:
    const live_session *from_;
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
    std::string_view instance() const { return live_instance(cx_); }

    Json state() const { return Json(live_state(cx_)); }
    Json get(std::string_view key) const { return Json(live_state_get(cx_, detail::text(key).c_str())); }
    void set(std::string_view key, const Json &value) const { live_state_set(cx_, detail::text(key).c_str(), value.raw()); }
    /// Several keys at once: `cx.patch({{"count", 1}, {"by", user}})`.
    void patch(std::initializer_list<Field> changes) const { live_state_patch(cx_, Json::object(changes).raw()); }
    void reset() const { live_state_reset(cx_); }

    Json private_get(std::string_view key) const { return Json(live_private_get(cx_, detail::text(key).c_str())); }
    Done private_set(std::string_view key, const Json &value) const {
        return detail::done(live_private_set(cx_, detail::text(key).c_str(), value.raw()));
    }
    Json persistent(std::string_view key) const { return Json(live_persistent_get(cx_, detail::text(key).c_str())); }
    Done persistent_set(std::string_view key, const Json &value) const {
        return detail::done(live_persistent_set(cx_, detail::text(key).c_str(), value.raw()));
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
    std::expected<std::uint32_t, Error> broadcast(std::string_view kind, const Json &data) const {
        std::uint32_t count = 0;
        if (!live_broadcast(cx_, detail::text(kind).c_str(), data.raw(), &count)) return detail::refused();
        return count;
    }

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

    std::optional<std::string_view> config(std::string_view key) const {
        return detail::view(live_config(cx_, detail::text(key).c_str()));
    }
    void log(live_level level, std::string_view message) const {
        live_log(cx_, level, "%.*s", static_cast<int>(message.size()), message.data());
    }
    std::uint64_t now_ms() const { return live_now_ms(cx_); }
    std::uint64_t random() const { return live_random_u64(cx_); }

   private:
    live_context *cx_;
};

namespace detail {
inline live_result finish(live_context *cx, Error &error) {
    switch (error.kind) {
        case Error::Kind::denied: return live_deny(cx, "%s", error.message.c_str());
        case Error::Kind::invalid: return live_invalid(cx, "%s", error.message.c_str());
        case Error::Kind::limit: return live_limit(cx, "%s", error.message.c_str());
        case Error::Kind::host:
            /* A limit of the daemon stays one. */
            return live_error(cx) == LIVE_ERROR_LIMIT ? live_limit(cx, "%s", error.message.c_str()) : live_fail(cx, "%s", error.message.c_str());
        default: return live_fail(cx, "%s", error.message.c_str());
    }
}
inline live_result finish(live_context *cx, Answer result) {
    return result ? live_answer(cx, result->raw()) : finish(cx, result.error());
}
inline live_result finish(live_context *cx, Done result) { return result ? LIVE_OK : finish(cx, result.error()); }

/// Calls a handler with as many of the arguments as it takes.
template <auto handler, class... Arguments>
live_result run(live_context *cx, Arguments... arguments) {
    current = cx;
    Context context(cx);
    if constexpr (std::is_invocable_v<decltype(handler), Context &, Arguments...>) {
        return finish(cx, handler(context, arguments...));
    } else {
        return finish(cx, handler(context));
    }
}
template <auto handler>
live_result action(live_context *cx, live_json payload) { return run<handler>(cx, Json(payload)); }
template <auto handler, class Argument>
live_result hook(live_context *cx, const Argument *argument) { return run<handler, const Argument &>(cx, *argument); }
template <auto handler>
live_result plain(live_context *cx) { return run<handler>(cx); }
template <auto handler>
live_result text_hook(live_context *cx, const char *text) { return run<handler>(cx, std::string_view(text)); }
template <auto handler>
live_result before(live_context *cx, const char *name, live_json payload) {
    return run<handler>(cx, std::string_view(name), Json(payload));
}
template <auto handler>
live_result changed(live_context *cx, const char *const *keys, std::size_t count) {
    return run<handler>(cx, std::vector<std::string_view>(keys, keys + count));
}
}  // namespace detail

/// The table of a component, written as a chain. In JSON texts `'` may stand for `"`.
class Component {
   public:
    Component(const char *name, const char *version) { table_.name = name, table_.version = version; }

    Component &state(const char *json) { return table_.default_state = json, *this; }
    Component &persistent(const char *json) { return table_.persistent_defaults = json, *this; }
    Component &set_value() { return table_.set_value = true, *this; }
    Component &room(const char *kind) { return table_.room = kind, *this; }
    Component &durable() { return table_.durable = true, *this; }
    Component &singleton(std::uint64_t linger_ms = 0) { return table_.scope = LIVE_SINGLETON, table_.linger_ms = linger_ms, *this; }

    /// `options`: access, rate limit, schema, as in C.
    template <auto handler>
    Component &action(const char *name, live_action options = {}) {
        options.name = name;
        options.run = detail::action<handler>;
        actions_.insert(actions_.end() - 1, options);
        return *this;
    }
    template <auto handler>
    Component &room_event(const char *event, const char *room = nullptr) {
        room_events_.insert(room_events_.end() - 1, {event, detail::hook<handler, live_room_event>, room});
        return *this;
    }
    template <auto handler>
    Component &timer(const char *name) {
        timers_.insert(timers_.end() - 1, {name, detail::hook<handler, live_timer>});
        return *this;
    }
    template <auto handler> Component &on_connect() { return table_.hooks.connect = detail::plain<handler>, *this; }
    template <auto handler> Component &on_mount() { return table_.hooks.mount = detail::hook<handler, live_mount>, *this; }
    template <auto handler> Component &on_rehydrate() { return table_.hooks.rehydrate = detail::text_hook<handler>, *this; }
    template <auto handler> Component &on_action() { return table_.hooks.before_action = detail::before<handler>, *this; }
    template <auto handler> Component &on_state_change() { return table_.hooks.state_change = detail::changed<handler>, *this; }
    template <auto handler> Component &on_room_join() { return table_.hooks.room_join = detail::text_hook<handler>, *this; }
    template <auto handler> Component &on_room_leave() { return table_.hooks.room_leave = detail::text_hook<handler>, *this; }
    template <auto handler> Component &on_upload() { return table_.hooks.upload = detail::hook<handler, live_upload>, *this; }
    template <auto handler> Component &on_client_join() { return table_.hooks.client_join = detail::hook<handler, live_client>, *this; }
    template <auto handler> Component &on_client_leave() { return table_.hooks.client_leave = detail::hook<handler, live_client>, *this; }
    template <auto handler> Component &on_reload() { return table_.hooks.reload = detail::text_hook<handler>, *this; }
    template <auto handler> Component &on_disconnect() { return table_.hooks.disconnect = detail::plain<handler>, *this; }
    template <auto handler> Component &on_destroy() { return table_.hooks.destroy = detail::plain<handler>, *this; }
    template <auto handler> Component &on_member_join() { return table_.hooks.member_join = detail::hook<handler, live_membership>, *this; }
    template <auto handler> Component &on_member_leave() { return table_.hooks.member_leave = detail::hook<handler, live_membership>, *this; }

    /// The table, for what has no word above. The lists are put in when it is asked for.
    live_component *table() {
        table_.actions = actions_.data();
        table_.room_events = room_events_.data();
        table_.timers = timers_.data();
        return &table_;
    }

   private:
    live_component table_ = {};
    std::vector<live_action> actions_ = {{}};
    std::vector<live_room_handler> room_events_ = {{}};
    std::vector<live_timer_handler> timers_ = {{}};
};

}  // namespace liveside

/// The module's one component: `LIVESIDE_COMPONENT(liveside::Component("Name", "1.0.0").action<f>("f"))`.
/// Several: build each as this does, and list their tables in `live_module`.
#undef LIVESIDE_COMPONENT // That of C, whose lists C++ does not have.
#define LIVESIDE_COMPONENT(...) \
    static liveside::Component liveside_component_ = __VA_ARGS__; \
    static live_component *liveside_table_ = liveside_component_.table(); \
    const live_component *const live_module[] = {liveside_table_, nullptr}
