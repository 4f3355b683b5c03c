/*
 * A chat over a room. The messages are in the persistent map, where two who send at once both appear; room events tell
 * the others to read it.
 */
#include <liveside.h>

enum { KEPT_MESSAGES = 50, LONGEST_TEXT = 500 };

/** Where a room's messages are: `{"next": ID, "messages": [..]}`. */
static const char *key_of(live_context *cx, const char *room) {
    return live_format(cx, "chat:%s", room);
}

static void read_messages(live_context *cx, const char *room) {
    live_json messages = live_get(live_persistent_get(cx, key_of(cx, room)), "messages");
    live_state_set(cx, "messages", messages == NULL ? live_array(cx) : messages);
}

static live_result read_members(live_context *cx, const char *room) {
    uint32_t members;
    LIVE_TRY(live_room_count(cx, room, &members));
    live_state_set_int(cx, "members", members);
    return LIVE_OK;
}

static live_result mount(live_context *cx, const live_mount *mount) {
    LIVE_ENSURE(cx, mount->room != NULL, "A chat needs a room.");
    read_messages(cx, mount->room);
    LIVE_TRY(read_members(cx, mount->room));
    return live_emit(cx, mount->room, "MEMBERS", live_object(cx), NULL);
}

static live_result destroy(live_context *cx) {
    const char *room = live_room(cx);
    return room == NULL ? LIVE_OK : live_emit(cx, room, "MEMBERS", live_object(cx), NULL);
}

struct message {
    const char *user;
    const char *text;
    /** Given when it is added. */
    int64_t id;
};

/** The map with the message at its end. Runs again if somebody else has sent one meanwhile. */
static live_json add(live_context *cx, live_json old, void *data) {
    struct message *message = data;
    live_json messages = live_get(old, "messages");
    messages = messages == NULL ? live_array(cx) : messages;
    message->id = live_get_int(old, "next", 1);
    live_append(cx, messages, live_jsonf(cx, "{'id': %lld, 'user': %s, 'text': %s}", (long long)message->id,
                                         message->user, message->text));
    while (live_length(messages) > KEPT_MESSAGES) live_remove_item(messages, 0);
    return live_jsonf(cx, "{'next': %lld, 'messages': %p}", (long long)message->id + 1, messages);
}

static live_result send(live_context *cx, live_json payload) {
    const char *room = live_room(cx), *text;
    LIVE_ENSURE(cx, room != NULL, "A chat needs a room.");
    LIVE_TRY(live_arg_text(cx, payload, "text", &text));
    text = live_trim(cx, text);
    LIVE_ENSURE(cx, *text != 0, "Say something first.");
    LIVE_ENSURE(cx, live_characters(text) <= LONGEST_TEXT, "Please use at most %d characters.", LONGEST_TEXT);

    const live_session *session = live_current_session(cx);
    const char *user = session->user_id != NULL ? session->user_id : session->label != NULL ? session->label : "guest";
    struct message message = {.user = user, .text = text};
    LIVE_TRY(live_persistent_update(cx, key_of(cx, room), add, &message));
    read_messages(cx, room);
    LIVE_TRY(live_private_set(cx, "sent", live_int(cx, live_as_int(live_private_get(cx, "sent"), 0) + 1)));
    LIVE_TRY(live_emit(cx, room, "MESSAGE", live_jsonf(cx, "{'id': %lld}", (long long)message.id), NULL));
    return live_answerf(cx, "{'id': %lld}", (long long)message.id);
}

static live_result mine(live_context *cx, live_json payload) {
    (void)payload;
    return live_answerf(cx, "{'sent': %lld}", (long long)live_as_int(live_private_get(cx, "sent"), 0));
}

static live_result message(live_context *cx, const live_room_event *event) {
    read_messages(cx, event->room);
    return LIVE_OK;
}

static live_result members(live_context *cx, const live_room_event *event) {
    return read_members(cx, event->room);
}

LIVESIDE_COMPONENT(
    "CChat", "1.0.0",
    .default_state = "{'messages': [], 'members': 0}",
    .actions = LIVE_ACTIONS({"send", send}, {"mine", mine}),
    .room_events = LIVE_ROOM_EVENTS({"MESSAGE", message}, {"MEMBERS", members}),
    .hooks = {.mount = mount, .destroy = destroy});
