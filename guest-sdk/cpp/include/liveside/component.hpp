// What a component says of itself: a chain that makes the table of C.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <liveside/component.h>

#include "context.hpp"

namespace liveside {

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
live_result migration(live_context *cx, const char *from, live_json state) {
    return run<handler>(cx, std::string_view(from), Json(state));
}
template <auto handler>
live_result changed(live_context *cx, const char *const *keys, std::size_t count) {
    return run<handler>(cx, std::vector<std::string_view>(keys, keys + count));
}
}  // namespace detail

/// Who may. Roles: one of them is enough. Permissions: all are needed. Both imply `authenticated`.
struct Access {
    bool authenticated = false;
    std::vector<const char *> roles = {}, permissions = {};
};

/// What an action may have beside its name and its function.
struct ActionOptions {
    Access access = {};
    live_rate_limit rate_limit = {};
    /// JSON Schema of the payload; the daemon checks it.
    const char *schema = nullptr;
};

/// The table of a component, written as a chain. In JSON texts `'` may stand for `"`.
class Component {
   public:
    Component(const char *name, const char *version) { table_.name = name, table_.version = version; }

    Component &state(const char *json) { return table_.default_state = json, *this; }
    Component &persistent(const char *json) { return table_.persistent_defaults = json, *this; }
    Component &set_value() { return table_.set_value = true, *this; }
    Component &room(const char *kind) { return table_.room = kind, *this; }
    Component &durable() { return table_.durable = true, *this; }
    /// Every event gets a new instance of the module.
    Component &fresh() { return table_.fresh = true, *this; }
    /// What a browser may set at the mount.
    Component &props(live_props props) { return table_.props = props, *this; }
    /// JSON Schema of what browsers set.
    Component &state_schema(const char *json) { return table_.state_schema = json, *this; }
    /// `LIVE_LOG_LIFECYCLE | ..`
    Component &logging(unsigned topics) { return table_.logging = topics, *this; }
    /// Who may mount it.
    Component &access(Access access) { return table_.access = kept(std::move(access)), *this; }
    /// Of all actions together.
    Component &rate_limit(live_rate_limit limit) { return table_.rate_limit = limit, *this; }
    /// One for everybody; it ends so long after its last member left.
    Component &singleton(std::uint64_t linger_ms = 0) { return table_.scope = LIVE_SINGLETON, table_.linger_ms = linger_ms, *this; }
    /// One for everybody, for ever.
    Component &singleton_kept() { return table_.scope = LIVE_SINGLETON_KEPT, *this; }

    template <auto handler>
    Component &action(const char *name, ActionOptions options = {}) {
        auto access = kept(std::move(options.access));
        actions_.insert(actions_.end() - 1, {name, detail::action<handler>, access, options.rate_limit, options.schema});
        return *this;
    }
    /// A function that is not public: a browser that calls it is told what to add, and where.
    Component &hidden(const char *name, const char *advice) {
        hidden_.insert(hidden_.end() - 1, {name, advice});
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
    /// `Done migrate(Context &cx, std::string_view from, Json state)` changes the state of another version in place. Only
    /// the log, the clock and chance are there.
    template <auto handler> Component &migrate() { return table_.migrate = detail::migration<handler>, *this; }
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
    template <auto handler> Component &on_empty() { return table_.hooks.empty = detail::plain<handler>, *this; }

    /// The table, for what has no word above. The lists are put in when it is asked for.
    live_component *table() {
        table_.actions = actions_.data();
        table_.room_events = room_events_.data();
        table_.timers = timers_.data();
        table_.hidden_actions = hidden_.data();
        return &table_;
    }
    /// So that components which stay can be listed: `LIVESIDE_MODULE(hall, box)`.
    operator const live_component *() & { return table(); }

   private:
    /// The lists of C, shared by copies of this component.
    live_access kept(Access access) {
        auto list = [this](std::vector<const char *> &names) -> const char *const * {
            if (names.empty()) return nullptr;
            names.push_back(nullptr);
            return names_.emplace_back(std::make_shared<const std::vector<const char *>>(std::move(names)))->data();
        };
        return {access.authenticated, list(access.roles), list(access.permissions)};
    }

    live_component table_ = {};
    std::vector<live_action> actions_ = {{}};
    std::vector<live_room_handler> room_events_ = {{}};
    std::vector<live_timer_handler> timers_ = {{}};
    std::vector<live_hidden_action> hidden_ = {{}};
    std::vector<std::shared_ptr<const std::vector<const char *>>> names_;
};

}  // namespace liveside

/// The module's one component: `LIVESIDE_COMPONENT(liveside::Component("Name", "1.0.0").action<f>("f"))`.
/// Several: `LIVESIDE_MODULE(hall, box)`, with components that stay as long as the module.
#undef LIVESIDE_COMPONENT // That of C, whose lists C++ does not have.
#define LIVESIDE_COMPONENT(...) \
    static liveside::Component liveside_component_ = __VA_ARGS__; \
    static live_component *liveside_table_ = liveside_component_.table(); \
    const live_component *const live_module[] = {liveside_table_, nullptr}
