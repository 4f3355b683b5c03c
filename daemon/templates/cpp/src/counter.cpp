// A counter. Save this file while the page is open: it goes on with the new logic, and the count stays.
#include <liveside.hpp>

using namespace liveside;

namespace {

Answer increment(Context &cx, Json payload) {
    LIVE_LET(by, payload.optional<std::int64_t>("by"));
    auto count = cx.get("count").as<std::int64_t>(0) + by.value_or(1);
    cx.set("count", count);
    return count;
}

Done reset(Context &cx) {
    cx.set("count", 0);
    return {};
}

}  // namespace

LIVESIDE_COMPONENT(liveside::Component("{{component}}", "1.0.0")
                       .state("{'count': 0}")
                       .action<increment>("increment")
                       .action<reset>("reset"));
