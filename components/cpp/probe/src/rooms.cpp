// A singleton, and the logic of rooms.
#include "probe.hpp"

using namespace liveside;

namespace {

Done count(Context &cx, const live_client &client) {
    cx.set("members", client.count);
    return {};
}

Answer put(Context &cx, Json payload) {
    LIVE_LET(item, payload.require<Json>("item"));
    auto items = cx.get("items");
    items.append(item);
    cx.set("items", items);
    return items.size();
}

Done join(Context &, const live_membership &member) {
    if (member.count > 3) return fail("Full.");
    return {};
}

}  // namespace

Component &hall() {
    static Component hall = Component("CppHall", "1.0.0")
                                .state("{'members': 0}")
                                .singleton()
                                .action<read_file>("readFile")
                                .action<variable>("variable")
                                .on_client_join<count>()
                                .on_client_leave<count>();
    return hall;
}

Component &box() {
    static Component box = Component("CppBox", "1.0.0")
                               .room("cppbox")
                               .state("{'items': []}")
                               .action<put>("put")
                               .on_member_join<join>();
    return box;
}
