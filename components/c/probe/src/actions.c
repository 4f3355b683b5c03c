/* The probe's actions. */
#include "probe.h"

static live_result echo(live_context *cx, live_json payload) {
    return live_answer(cx, payload);
}

static live_result nothing(live_context *cx, live_json payload) {
    (void)cx;
    (void)payload;
    return LIVE_OK;
}

static live_result set(live_context *cx, live_json payload) {
    int64_t value;
    LIVE_TRY(live_arg_int(cx, payload, VALUE, &value));
    live_state_set_int(cx, VALUE, value);
    return LIVE_OK;
}

static void add_one(live_context *cx) {
    live_state_set_int(cx, VALUE, live_state_get_int(cx, VALUE) + 1);
}

static live_result fail(live_context *cx, live_json payload) {
    const char *message;
    LIVE_TRY(live_arg_text(cx, payload, "message", &message));
    add_one(cx);
    return live_fail(cx, "%s", message);
}

static live_result deny(live_context *cx, live_json payload) {
    (void)payload;
    return live_deny(cx, "Not you.");
}

static live_result crash(live_context *cx, live_json payload) {
    (void)payload;
    add_one(cx);
    say_goodbye();
    volatile int *volatile nowhere = (volatile int *)(uintptr_t)0xfffffff0u;
    *nowhere = 1;
    return LIVE_OK;
}

static live_result spin(live_context *cx, live_json payload) {
    (void)cx;
    (void)payload;
    for (volatile unsigned turns = 0;; turns++) {
    }
    return LIVE_OK;
}

static live_result remember(live_context *cx, live_json payload) {
    const char *key;
    live_json value;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    LIVE_TRY(live_arg(cx, payload, "value", &value));
    return live_private_set(cx, key, value);
}

static live_result recall(live_context *cx, live_json payload) {
    const char *key;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    return live_answer(cx, live_private_get(cx, key));
}

static live_result keep(live_context *cx, live_json payload) {
    const char *key;
    live_json value;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    LIVE_TRY(live_arg(cx, payload, "value", &value));
    return live_persistent_set(cx, key, value);
}

static live_result kept(live_context *cx, live_json payload) {
    const char *key;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    return live_answer(cx, live_persistent_get(cx, key));
}

static live_result bump(live_context *cx, live_json payload) {
    const char *key;
    int64_t sum;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    LIVE_TRY(live_persistent_add(cx, key, 1, &sum));
    return live_answer(cx, live_int(cx, sum));
}

static live_result store(live_context *cx, live_json payload) {
    const char *key;
    live_json text;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    LIVE_TRY(live_arg(cx, payload, "text", &text));
    return live_store_set(cx, key, live_as_text(text, ""), live_length(text));
}

static live_result stored(live_context *cx, live_json payload) {
    const char *key;
    live_bytes value;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    LIVE_TRY(live_store_get(cx, key, &value));
    return live_answer(cx, value.data == NULL ? NULL : live_text_n(cx, value.data, value.size));
}

typedef live_result start_function(live_context *cx, uint64_t ms, const char *name, live_json payload, uint64_t *id);

static live_result start(live_context *cx, live_json payload, start_function *start) {
    int64_t ms;
    const char *name;
    uint64_t id;
    LIVE_TRY(live_arg_int(cx, payload, "ms", &ms));
    LIVE_TRY(live_arg_text(cx, payload, "name", &name));
    if (ms < 0) return live_invalid(cx, "`ms` must not be negative");
    LIVE_TRY(start(cx, (uint64_t)ms, name, live_get(payload, "payload"), &id));
    return live_answer(cx, live_int(cx, (int64_t)id));
}

static live_result after(live_context *cx, live_json payload) {
    return start(cx, payload, live_after);
}

static live_result every(live_context *cx, live_json payload) {
    return start(cx, payload, live_every);
}

static live_result cancel(live_context *cx, live_json payload) {
    int64_t timer;
    LIVE_TRY(live_arg_int(cx, payload, "timer", &timer));
    live_cancel(cx, (uint64_t)timer);
    return LIVE_OK;
}

static live_result join(live_context *cx, live_json payload) {
    const char *room;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    return live_join(cx, room);
}

static live_result leave(live_context *cx, live_json payload) {
    const char *room;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    return live_leave(cx, room);
}

static live_result emit(live_context *cx, live_json payload) {
    const char *room, *event;
    uint32_t count;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    LIVE_TRY(live_arg_text(cx, payload, "event", &event));
    LIVE_TRY(live_emit(cx, room, event, live_get(payload, "data"), &count));
    return live_answer(cx, live_int(cx, count));
}

static live_result room_state(live_context *cx, live_json payload) {
    const char *room;
    live_json state;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    LIVE_TRY(live_room_state(cx, room, &state));
    return live_answer(cx, state);
}

static live_result set_room_state(live_context *cx, live_json payload) {
    const char *room;
    live_json changes;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    LIVE_TRY(live_arg(cx, payload, "changes", &changes));
    return live_room_patch(cx, room, changes);
}

static live_result members(live_context *cx, live_json payload) {
    const char *room;
    uint32_t count;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    LIVE_TRY(live_room_count(cx, room, &count));
    return live_answer(cx, live_int(cx, count));
}

static live_result broadcast(live_context *cx, live_json payload) {
    const char *kind;
    uint32_t count;
    LIVE_TRY(live_arg_text(cx, payload, "kind", &kind));
    LIVE_TRY(live_broadcast(cx, kind, live_get(payload, "data"), &count));
    return live_answer(cx, live_int(cx, count));
}

static live_result call(live_context *cx, live_json payload) {
    const char *room, *action;
    live_json answer;
    LIVE_TRY(live_arg_text(cx, payload, "room", &room));
    LIVE_TRY(live_arg_text(cx, payload, "action", &action));
    LIVE_TRY(live_room_call(cx, room, action, live_get(payload, "payload"), &answer));
    return live_answer(cx, answer);
}

static live_result fetch(live_context *cx, live_json payload) {
    live_request request = {0};
    live_response response;
    LIVE_TRY(live_arg_text(cx, payload, "url", &request.url));
    LIVE_TRY(live_fetch(cx, &request, &response));
    return live_answerf(cx, "{'status': %d, 'body': %.*s}", response.status, (int)response.body.size,
                        response.body.data);
}

static live_result session(live_context *cx, live_json payload) {
    (void)payload;
    const live_session *current = live_current_session(cx);
    live_json roles = live_array(cx);
    for (const char *const *role = current->roles; *role != NULL; role++) live_append(cx, roles, live_text(cx, *role));
    return live_answerf(cx, "{'authenticated': %p, 'userId': %s, 'roles': %p, 'label': %s}",
                        live_bool(cx, current->authenticated), current->user_id, roles, current->label);
}

static live_result config(live_context *cx, live_json payload) {
    const char *key;
    LIVE_TRY(live_arg_text(cx, payload, "key", &key));
    return live_answer(cx, live_text(cx, live_config(cx, key)));
}

static live_result now(live_context *cx, live_json payload) {
    (void)payload;
    return live_answer(cx, live_int(cx, (int64_t)live_now_ms(cx)));
}

static live_result random_digits(live_context *cx, live_json payload) {
    (void)payload;
    unsigned char bytes[16];
    char digits[33] = "";
    live_random_bytes(cx, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        digits[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return live_answer(cx, live_text(cx, digits));
}

static live_result say(live_context *cx, live_json payload) {
    const char *message;
    LIVE_TRY(live_arg_text(cx, payload, "message", &message));
    live_log(cx, LIVE_INFO, "%s", message);
    return LIVE_OK;
}

static live_result binary(live_context *cx, live_json payload) {
    const char *name;
    live_json text;
    LIVE_TRY(live_arg_text(cx, payload, "name", &name));
    LIVE_TRY(live_arg(cx, payload, "text", &text));
    return live_push_binary(cx, name, live_as_text(text, ""), live_length(text));
}

const live_action probe_actions[] = {
    {"echo", echo},
    {"nothing", nothing},
    {"set", set,
     .payload_schema = "{'type':'object','required':['" VALUE "'],'properties':{'" VALUE "':{'type':'integer'}}}"},
    {"fail", fail},
    {"deny", deny},
    {"crash", crash},
    {"spin", spin},
    {"remember", remember},
    {"recall", recall},
    {"keep", keep},
    {"kept", kept},
    {"bump", bump},
    {"store", store},
    {"stored", stored},
    {"after", after},
    {"every", every},
    {"cancel", cancel},
    {"join", join},
    {"leave", leave},
    {"emit", emit},
    {"roomState", room_state},
    {"setRoomState", set_room_state},
    {"members", members},
    {"broadcast", broadcast},
    {"call", call},
    {"fetch", fetch},
    {"session", session},
    {"config", config},
    {"now", now},
    {"random", random_digits},
    {"say", say},
    {"binary", binary},
    {"outside", outside},
    {"readFile", read_file},
    {"writeFile", write_file},
    {"variable", variable},
    {"print", print},
    {"limited", nothing, .rate_limit = {.burst = 2, .per_minute = 1}},
    {"admin", nothing, .access = {.roles = LIVE_NAMES("admin")}},
    {"forbidden", nothing},
    {NULL},
};
