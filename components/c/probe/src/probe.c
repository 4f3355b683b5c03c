/* The probe's hooks, and the table of it all. */
#include <stdlib.h>
#include <string.h>

#include "probe.h"

static live_result line(live_context *cx, const char *text) {
    live_json lines = live_state_get(cx, "log");
    live_append(cx, lines, live_text(cx, text));
    live_state_set(cx, "log", lines);
    return LIVE_OK;
}

static live_result on_connect(live_context *cx) {
    return line(cx, "connect");
}

static live_result on_mount(live_context *cx, const live_mount *mount) {
    return line(cx, live_format(cx, "mount %s", mount->room == NULL ? "-" : mount->room));
}

static live_result on_rehydrate(live_context *cx, const char *from_version) {
    return line(cx, live_format(cx, "rehydrate %s", from_version));
}

static live_result on_reload(live_context *cx, const char *from_version) {
    return line(cx, live_format(cx, "reload %s", from_version));
}

static live_result on_room_join(live_context *cx, const char *room) {
    return line(cx, live_format(cx, "join %s", room));
}

static live_result on_room_leave(live_context *cx, const char *room) {
    return line(cx, live_format(cx, "leave %s", room));
}

static live_result on_timer(live_context *cx, const live_timer *timer) {
    return line(cx, live_format(cx, "timer %s %p", timer->name, timer->payload));
}

static live_result on_news(live_context *cx, const live_room_event *event) {
    return line(cx, live_format(cx, "news %s %p", event->room, event->data));
}

static live_result on_before_action(live_context *cx, const char *action, live_json payload) {
    (void)payload;
    LIVE_ENSURE(cx, strcmp(action, "forbidden") != 0, "Never.");
    return LIVE_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static live_result on_state_change(live_context *cx, const char *const *keys, size_t count) {
    if (count == 1 && strcmp(keys[0], "log") == 0) return LIVE_OK;
    const char **sorted = live_alloc(count * sizeof *sorted);
    memcpy(sorted, keys, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_name);
    live_json changed = live_array(cx);
    for (size_t i = 0; i < count; i++) live_append(cx, changed, live_text(cx, sorted[i]));
    live_state_set(cx, "changed", changed);
    return LIVE_OK;
}

static live_result on_disconnect(live_context *cx) {
    return live_persistent_add(cx, "disconnected", 1, NULL);
}

static live_result on_destroy(live_context *cx) {
    return live_persistent_add(cx, "destroyed", 1, NULL);
}

static live_result count_bytes(live_context *cx, const char *upload, uint64_t *count) {
    for (*count = 0;;) {
        live_bytes part;
        LIVE_TRY(live_upload_read(cx, upload, *count, 64 * 1024, &part));
        if (part.size == 0) return LIVE_OK;
        *count += part.size;
    }
}

static live_result on_upload(live_context *cx, const live_upload *upload) {
    size_t length = strlen(upload->filename);
    uint64_t count;
    switch (upload->stage) {
        case LIVE_UPLOAD_START:
            LIVE_ENSURE(cx, length < 4 || strcmp(upload->filename + length - 4, ".png") != 0, "No pictures.");
            return LIVE_OK;
        case LIVE_UPLOAD_PROGRESS: return line(cx, "upload progress");
        case LIVE_UPLOAD_COMPLETE:
            LIVE_TRY(count_bytes(cx, upload->id, &count));
            return line(cx, live_format(cx, "upload complete %llu", (unsigned long long)count));
        default: return line(cx, "upload failed");
    }
}

/** The other version calls the number otherwise. */
static live_result migrate(live_context *cx, const char *from_version, live_json state) {
    (void)from_version;
    if (live_get(state, OTHER_VALUE) == NULL) return LIVE_OK;
    live_set(cx, state, VALUE, live_get(state, OTHER_VALUE));
    live_set(cx, state, OTHER_VALUE, NULL);
    return LIVE_OK;
}

static const live_component probe = {
    .name = "CProbe",
    .version = VERSION,
    .default_state = "{'" VALUE "': 0, 'log': [], 'changed': []}",
    .persistent_defaults = "{'kept': 0}",
    .set_value = true,
    .actions = probe_actions,
    .hidden_actions = LIVE_HIDDEN_ACTIONS({"secretly", "add {\"secretly\", secretly} to probe_actions in actions.c"}),
    .room_events = LIVE_ROOM_EVENTS({"NEWS", on_news, "*"}),
    .timers = LIVE_TIMERS({"*", on_timer}),
    .hooks = {
        .connect = on_connect,
        .mount = on_mount,
        .rehydrate = on_rehydrate,
        .before_action = on_before_action,
        .state_change = on_state_change,
        .room_join = on_room_join,
        .room_leave = on_room_leave,
        .upload = on_upload,
        .reload = on_reload,
        .disconnect = on_disconnect,
        .destroy = on_destroy,
    },
    .migrate = migrate,
};

LIVESIDE_MODULE(&probe, &hall, &box);
