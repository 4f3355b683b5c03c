/* Who is behind the event, rooms, and messages to everybody. */
#include "internal.h"

static const char *const *names(live_component_list_string_t list) {
    const char **names = live_alloc((list.len + 1) * sizeof *names);
    for (size_t i = 0; i < list.len; i++) names[i] = from_wit(list.ptr[i]);
    names[list.len] = NULL;
    return names;
}

const live_session *live_current_session(live_context *cx) {
    liveside_component_session_session_t from;
    liveside_component_session_current(&from);
    live_session *session = live_alloc(sizeof *session);
    *session = (live_session){
        .authenticated = from.authenticated,
        .user_id = from_wit_option(from.user_id),
        .label = from_wit_option(from.label),
        .connection_id = from_wit_option(from.connection_id),
        .roles = names(from.roles),
        .permissions = names(from.permissions),
        .claims = json_from_wit(cx, from.claims),
    };
    return session;
}

static bool contains(const char *const *names, const char *name) {
    for (; *names != NULL; names++) {
        if (strcmp(*names, name) == 0) return true;
    }
    return false;
}

bool live_has_role(live_context *cx, const char *role) {
    return contains(live_current_session(cx)->roles, role);
}

bool live_has_permission(live_context *cx, const char *permission) {
    return contains(live_current_session(cx)->permissions, permission);
}

const char *live_room(live_context *cx) {
    (void)cx;
    wit_string room;
    return liveside_component_rooms_default_room(&room) ? from_wit(room) : NULL;
}

live_result live_join(live_context *cx, const char *room) {
    wit_string name = to_wit(room);
    wit_error error;
    return liveside_component_rooms_join(&name, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_leave(live_context *cx, const char *room) {
    wit_string name = to_wit(room);
    wit_error error;
    return liveside_component_rooms_leave(&name, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_emit(live_context *cx, const char *room, const char *event, live_json data, uint32_t *count) {
    wit_string name = to_wit(room), kind = to_wit(event), text = to_wit(live_write(cx, data));
    wit_error error;
    uint32_t members;
    return liveside_component_rooms_emit(&name, &kind, &text, count == NULL ? &members : count, &error)
               ? LIVE_OK
               : live_refused(cx, &error);
}

live_result live_room_state(live_context *cx, const char *room, live_json *state) {
    wit_string name = to_wit(room), text;
    wit_error error;
    if (!liveside_component_rooms_state_get(&name, &text, &error)) return live_refused(cx, &error);
    *state = json_from_wit(cx, text);
    return LIVE_OK;
}

live_result live_room_patch(live_context *cx, const char *room, live_json changes) {
    wit_string name = to_wit(room), text = to_wit(live_write(cx, changes));
    wit_error error;
    return liveside_component_rooms_state_set(&name, &text, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_room_count(live_context *cx, const char *room, uint32_t *count) {
    wit_string name = to_wit(room);
    wit_error error;
    return liveside_component_rooms_count(&name, count, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_room_members(live_context *cx, const char *room, const live_member **members, size_t *count) {
    wit_string name = to_wit(room);
    wit_error error;
    liveside_component_rooms_list_member_t list;
    if (!liveside_component_rooms_members(&name, &list, &error)) return live_refused(cx, &error);
    live_member *found = live_alloc((list.len + 1) * sizeof *found);
    for (size_t i = 0; i < list.len; i++) {
        found[i] = (live_member){from_wit(list.ptr[i].instance), from_wit_option(list.ptr[i].user_id)};
    }
    *members = found;
    *count = list.len;
    return LIVE_OK;
}

live_result live_room_call(live_context *cx, const char *room, const char *action, live_json payload, live_json *answer) {
    wit_string name = to_wit(room), called = to_wit(action), text = to_wit(live_write(cx, payload));
    wit_error error;
    liveside_component_rooms_option_json_t answered;
    if (!liveside_component_rooms_call(&name, &called, payload == NULL ? NULL : &text, &answered, &error))
        return live_refused(cx, &error);
    if (answer != NULL) *answer = answered.is_some ? json_from_wit(cx, answered.val) : NULL;
    return LIVE_OK;
}

static live_result send(live_context *cx, const char *kind, live_json data, bool except_sender, uint32_t *count) {
    wit_string name = to_wit(kind), text = to_wit(live_write(cx, data));
    wit_error error;
    uint32_t connections;
    return liveside_component_broadcast_send(&name, &text, except_sender, count == NULL ? &connections : count, &error)
               ? LIVE_OK
               : live_refused(cx, &error);
}

live_result live_broadcast(live_context *cx, const char *kind, live_json data, uint32_t *count) {
    return send(cx, kind, data, false, count);
}

live_result live_broadcast_to_others(live_context *cx, const char *kind, live_json data, uint32_t *count) {
    return send(cx, kind, data, true, count);
}
