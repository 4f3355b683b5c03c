// Components whose actions try what the examples and the probe have no use for.
#include <liveside.hpp>

using namespace liveside;

namespace {

Answer pages(Context &cx) {
    auto store = cx.store();
    LIVE_MUST(store.set("a:2", "zwei"));
    LIVE_MUST(store.set_for(1000, "a:1", std::string_view("ein\0s", 5)));
    LIVE_MUST(store.set("b", ""));
    LIVE_LET(first, store.scan("a:", 1));
    LIVE_LET(rest, store.scan("a:", 5, std::string(first.entries.front().key)));
    LIVE_MUST(store.erase("b"));
    LIVE_LET(gone, store.get("b"));
    LIVE_MUST(store.flush());
    return Json::array({first.entries.front().value, first.more, rest.entries.front().value, rest.more, gone});
}

Answer swaps(Context &cx) {
    auto store = cx.store();
    LIVE_LET(early, store.swap("c", "1", "2"));
    LIVE_LET(made, store.swap("c", std::nullopt, std::string_view()));
    LIVE_LET(changed, store.swap("c", "", "2"));
    LIVE_LET(removed, store.swap("c", "2", std::nullopt));
    return Json::array({early, made, changed, removed});
}

Answer asks(Context &cx) {
    LIVE_LET(response, cx.fetch({.url = "http://good/", .method = "POST", .headers = {{"x-one", "1"}}, .body = "tea", .timeout_ms = 50}));
    auto [name, value] = response.headers.front();
    return Json::object({{"status", response.status}, {"body", response.body}, {name, value}});
}

Answer keys(Context &cx) {
    LIVE_MUST(cx.private_set("k", 1));
    cx.private_delete("k");
    LIVE_MUST(cx.persistent_set("k", 1));
    cx.persistent_delete("k");
    return Json::array({!cx.private_get("k"), !cx.persistent("k"), cx.component(), cx.monotonic_ns() > 0});
}

/// What does not fit the type is no number of it.
Answer narrow(Context &, Json payload) {
    LIVE_LET(number, payload.require<std::uint8_t>("number"));
    return number;
}

Answer who(Context &cx) {
    auto session = cx.session();
    LIVE_LET(others, cx.broadcast_to_others("HEY", nullptr));
    LIVE_LET(members, cx.room()->members());
    return Json::array({session.permissions().size(), session.has_permission("read"), session.has_permission("write"), others,
                        members.size()});
}

Done nothing(Context &) { return {}; }

Done left(Context &cx) {
    cx.set("empty", true);
    return {};
}

auto sdk = Component("Sdk", "1.0.0")
               .state("{'k': 0}")
               .props(LIVE_PROPS_NONE)
               .fresh()
               .logging(LIVE_LOG_STATE | LIVE_LOG_ROOMS)
               .state_schema("{'type': 'object'}")
               .rate_limit({.burst = 3, .per_minute = 9})
               .action<pages>("pages")
               .action<swaps>("swaps")
               .action<asks>("asks")
               .action<keys>("keys")
               .action<narrow>("narrow")
               .action<who>("who", {.access = {.roles = {"editor", "admin"}, .permissions = {"read"}}})
               .action<nothing>("inside", {.access = {.authenticated = true}});

auto hall = Component("Hall", "1.0.0").singleton_kept().access({.roles = {"admin"}});

auto box = Component("Box", "1.0.0").room("box").state("{'empty': false}").on_empty<left>();

}  // namespace

LIVESIDE_MODULE(sdk, hall, box);
