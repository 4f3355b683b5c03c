/* A singleton, and the logic of rooms. */
#include "probe.h"

static live_result count(live_context *cx, const live_client *client) {
    live_state_set_int(cx, "members", client->count);
    return LIVE_OK;
}

const live_component hall = {
    .name = "CHall",
    .version = "1.0.0",
    .default_state = "{'members': 0}",
    .scope = LIVE_SINGLETON,
    .actions = LIVE_ACTIONS({"readFile", read_file}, {"variable", variable}),
    .hooks = {.client_join = count, .client_leave = count},
};

static live_result put(live_context *cx, live_json payload) {
    live_json item, items = live_state_get(cx, "items");
    LIVE_TRY(live_arg(cx, payload, "item", &item));
    live_append(cx, items, item);
    live_state_set(cx, "items", items);
    return live_answer(cx, live_int(cx, (int64_t)live_length(items)));
}

static live_result join(live_context *cx, const live_membership *member) {
    LIVE_ENSURE(cx, member->count <= 3, "Full.");
    return LIVE_OK;
}

const live_component box = {
    .room = "cbox",
    .version = "1.0.0",
    .default_state = "{'items': []}",
    .actions = LIVE_ACTIONS({"put", put}),
    .hooks = {.member_join = join},
};
