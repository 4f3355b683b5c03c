/*
 * A counter that everybody in a room shares. The number itself is in a room's logic, `tally:ROOM`, so that counters of
 * several languages count together; room events tell the others that it has changed.
 */
#include <liveside.h>

/** Asks the room's logic for something that answers the number. */
static live_result tally(live_context *cx, const char *room, const char *action, live_json payload, int64_t *count) {
    live_json answer;
    LIVE_TRY(live_room_call(cx, live_format(cx, "tally:%s", room), action, payload, &answer));
    *count = live_as_int(answer, 0);
    return LIVE_OK;
}

static live_result tell_users(live_context *cx, const char *room, uint32_t users) {
    return live_emit(cx, room, "USER_COUNT_CHANGED", live_jsonf(cx, "{'connectedUsers': %u}", users), NULL);
}

static live_result mount(live_context *cx, const live_mount *mount) {
    (void)mount;
    const char *room = live_room(cx);
    if (room == NULL) {
        live_state_set_int(cx, "connectedUsers", 1);
        return LIVE_OK;
    }
    int64_t count;
    uint32_t users;
    LIVE_TRY(tally(cx, room, "count", NULL, &count));
    LIVE_TRY(live_room_count(cx, room, &users));
    live_state_patch(cx, live_jsonf(cx, "{'count': %lld, 'connectedUsers': %u}", (long long)count, users));
    return tell_users(cx, room, users);
}

/** The room has gone on meanwhile. */
static live_result rehydrate(live_context *cx, const char *from_version) {
    (void)from_version;
    return mount(cx, NULL);
}

/** By then it counts as gone; who hears of it counts anew. */
static live_result destroy(live_context *cx) {
    const char *room = live_room(cx);
    uint32_t users;
    if (room == NULL) return LIVE_OK;
    LIVE_TRY(live_room_count(cx, room, &users));
    return tell_users(cx, room, users > 0 ? users - 1 : 0);
}

/** Takes over the new number, and tells it to the caller and to the room. */
static live_result changed(live_context *cx, const char *room, int64_t count) {
    const live_session *session = live_current_session(cx);
    const char *user = session->user_id != NULL ? session->user_id : session->label;
    if (room != NULL) {
        live_json data = live_jsonf(cx, "{'count': %lld, 'userId': %s}", (long long)count, user);
        LIVE_TRY(live_emit(cx, room, "COUNT_CHANGED", data, NULL));
    }
    live_state_patch(cx, live_jsonf(cx, "{'count': %lld, 'lastUpdatedBy': %s}", (long long)count, user));
    return live_answerf(cx, "{'success': true, 'count': %lld}", (long long)count);
}

static int64_t add(int64_t a, int64_t b) {
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static live_result change(live_context *cx, int64_t by) {
    const char *room = live_room(cx);
    int64_t count;
    if (room != NULL) LIVE_TRY(tally(cx, room, "add", live_jsonf(cx, "{'by': %lld}", (long long)by), &count));
    else count = add(live_state_get_int(cx, "count"), by);
    return changed(cx, room, count);
}

static live_result increment(live_context *cx, live_json payload) {
    int64_t by = 1;
    LIVE_TRY(live_optional_int(cx, payload, "by", &by));
    return change(cx, by);
}

static live_result decrement(live_context *cx, live_json payload) {
    int64_t by = 1;
    LIVE_TRY(live_optional_int(cx, payload, "by", &by));
    return change(cx, by == INT64_MIN ? INT64_MAX : -by);
}

/** Sets the count to 0, for everybody. */
static live_result reset(live_context *cx, live_json payload) {
    (void)payload;
    const char *room = live_room(cx);
    int64_t count = 0;
    if (room != NULL) LIVE_TRY(tally(cx, room, "reset", NULL, &count));
    return changed(cx, room, count);
}

/** The number is asked for anew and not taken from the event: two that are sent at once may arrive in the other order. */
static live_result count_changed(live_context *cx, const live_room_event *event) {
    int64_t count;
    const char *user = NULL;
    LIVE_TRY(live_optional_text(cx, event->data, "userId", &user));
    LIVE_TRY(tally(cx, event->room, "count", NULL, &count));
    live_state_patch(cx, live_jsonf(cx, "{'count': %lld, 'lastUpdatedBy': %s}", (long long)count, user));
    return LIVE_OK;
}

static live_result user_count_changed(live_context *cx, const live_room_event *event) {
    uint32_t users;
    LIVE_TRY(live_room_count(cx, event->room, &users));
    live_state_set_int(cx, "connectedUsers", users);
    return LIVE_OK;
}

LIVESIDE_COMPONENT(
    "CCounter", "1.0.0",
    .default_state = "{'count': 0, 'lastUpdatedBy': null, 'connectedUsers': 0}",
    .actions = LIVE_ACTIONS({"increment", increment}, {"decrement", decrement}, {"reset", reset}),
    .room_events = LIVE_ROOM_EVENTS({"COUNT_CHANGED", count_changed}, {"USER_COUNT_CHANGED", user_count_changed}),
    .hooks = {.mount = mount, .rehydrate = rehydrate, .destroy = destroy});
