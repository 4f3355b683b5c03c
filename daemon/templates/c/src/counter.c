/* A counter. Save this file while the page is open: it goes on with the new logic, and the count stays. */
#include <liveside.h>

static live_result increment(live_context *cx, live_json payload) {
    int64_t by = 1;
    LIVE_TRY(live_optional_int(cx, payload, "by", &by));
    int64_t count = live_state_get_int(cx, "count") + by;
    live_state_set_int(cx, "count", count);
    return live_answerf(cx, "%lld", (long long)count);
}

static live_result reset(live_context *cx, live_json payload) {
    (void)payload;
    live_state_set_int(cx, "count", 0);
    return LIVE_OK;
}

LIVESIDE_COMPONENT(
    "{{component}}", "1.0.0",
    .default_state = "{'count': 0}",
    .actions = LIVE_ACTIONS({"increment", increment}, {"reset", reset}));
