/* How the world of a test answers a component's calls: the functions that a module imports. */
#define _GNU_SOURCE /* asprintf */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define WORLD live_test *t = live_test_current
#define TEXT(value) from_wit(*(value))

/* The generated code has this; it is not compiled here. */
void live_component_string_dup(live_component_string_t *ret, const char *s) {
    extern void *cabi_realloc(void *, size_t, size_t, size_t);
    size_t length = strlen(s);
    *ret = (live_component_string_t){cabi_realloc(NULL, 0, 1, length), length};
    if (length > 0) memcpy(ret->ptr, s, length);
}

static void give_bytes(live_component_list_u8_t *ret, const char *bytes, size_t size) {
    extern void *cabi_realloc(void *, size_t, size_t, size_t);
    *ret = (live_component_list_u8_t){cabi_realloc(NULL, 0, 1, size), size};
    if (size > 0) memcpy(ret->ptr, bytes, size);
}

static bool give(live_test *t, yyjson_mut_val *value, wit_string *ret) {
    if (value == NULL) return false;
    live_component_string_dup(ret, live_test_write(t->doc, value));
    return true;
}

static bool refuse(wit_error *err, uint8_t code, const char *message) {
    err->code = code;
    live_component_string_dup(&err->message, message);
    return false;
}

static bool invalid(wit_error *err, const char *message) {
    return refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_INVALID, message);
}

/** JSON that a component hands over: it is checked. */
static yyjson_mut_val *taken(live_test *t, const wit_string *text) {
    yyjson_doc *read = yyjson_read((const char *)text->ptr, text->len, 0);
    if (read == NULL) return NULL;
    yyjson_mut_val *value = yyjson_val_mut_copy(t->doc, yyjson_doc_get_root(read));
    yyjson_doc_free(read);
    return value;
}

static bool lay_over(live_test *t, yyjson_mut_val *object, const wit_string *changes, wit_error *err) {
    yyjson_mut_val *read = taken(t, changes), *key, *value;
    size_t at, count;
    if (!yyjson_mut_is_obj(read)) return invalid(err, "The changes are not a JSON object");
    yyjson_mut_obj_foreach(read, at, count, key, value) live_test_put(t->doc, object, yyjson_mut_get_str(key), value);
    return true;
}

/** Records an effect: what it is called, its name, and a further value. */
static yyjson_mut_val *effect(live_test *t, const char *kind, const char *name, const char *key, yyjson_mut_val *value) {
    yyjson_mut_val *added = yyjson_mut_arr_add_obj(t->doc, t->effects);
    yyjson_mut_obj_add(added, yyjson_mut_str(t->doc, kind), yyjson_mut_strcpy(t->doc, name));
    if (value != NULL) yyjson_mut_obj_add(added, yyjson_mut_str(t->doc, key), yyjson_mut_val_mut_copy(t->doc, value));
    return added;
}

void liveside_component_state_load(live_component_list_string_t *keys, wit_string *ret) {
    WORLD;
    yyjson_mut_val *part = keys == NULL ? t->state : yyjson_mut_obj(t->doc);
    for (size_t i = 0; keys != NULL && i < keys->len; i++) {
        yyjson_mut_val *value = yyjson_mut_obj_get(t->state, TEXT(&keys->ptr[i]));
        if (value != NULL) live_test_put(t->doc, part, TEXT(&keys->ptr[i]), value);
    }
    give(t, part, ret);
}

bool liveside_component_state_patch(wit_string *changes, wit_error *err) {
    WORLD;
    return lay_over(t, t->state, changes, err);
}

bool liveside_component_state_push_binary(wit_string *name, live_component_list_u8_t *bytes, wit_error *err) {
    WORLD;
    if (name->len == 0 || name->len > 128) return invalid(err, "The name has 1 to 128 bytes");
    effect(t, "binary", TEXT(name), "text", yyjson_mut_strncpy(t->doc, (const char *)bytes->ptr, bytes->len));
    return true;
}

bool liveside_component_private_get(wit_string *key, wit_string *ret) {
    WORLD;
    return give(t, yyjson_mut_obj_get(t->private, TEXT(key)), ret);
}

bool liveside_component_private_set(wit_string *key, wit_string *value, wit_error *err) {
    WORLD;
    yyjson_mut_val *read = taken(t, value);
    if (read == NULL) return invalid(err, "Not JSON");
    live_test_put(t->doc, t->private, TEXT(key), read);
    return true;
}

void liveside_component_private_delete(wit_string *key) {
    WORLD;
    yyjson_mut_obj_remove_key(t->private, TEXT(key));
}

bool liveside_component_persistent_get(wit_string *key, wit_string *ret) {
    WORLD;
    return give(t, yyjson_mut_obj_get(t->persistent, TEXT(key)), ret);
}

bool liveside_component_persistent_set(wit_string *key, wit_string *value, wit_error *err) {
    WORLD;
    yyjson_mut_val *read = taken(t, value);
    if (read == NULL) return invalid(err, "Not JSON");
    live_test_put(t->doc, t->persistent, TEXT(key), read);
    return true;
}

void liveside_component_persistent_delete(wit_string *key) {
    WORLD;
    yyjson_mut_obj_remove_key(t->persistent, TEXT(key));
}

bool liveside_component_persistent_compare_and_set(wit_string *key, wit_string *expected, wit_string *value, bool *ret,
                                                   wit_error *err) {
    WORLD;
    if (t->interfere > 0) {
        t->interfere--;
        live_test_put(t->doc, t->persistent, TEXT(key), live_test_read(t->doc, t->interfering));
    }
    const char *now = live_test_write(t->doc, yyjson_mut_obj_get(t->persistent, TEXT(key)));
    *ret = now == NULL ? expected == NULL : expected != NULL && strcmp(now, TEXT(expected)) == 0;
    if (!*ret) return true;
    if (value != NULL) return liveside_component_persistent_set(key, value, err);
    liveside_component_persistent_delete(key);
    return true;
}

static live_component_option_string_t optional(const char *from) {
    live_component_option_string_t to = {from != NULL, {0}};
    if (from != NULL) live_component_string_dup(&to.val, from);
    return to;
}

static live_component_list_string_t list(const char *const *names) {
    live_component_list_string_t to = {0};
    while (names != NULL && names[to.len] != NULL) to.len++;
    to.ptr = live_alloc((to.len + 1) * sizeof *to.ptr);
    for (size_t i = 0; i < to.len; i++) live_component_string_dup(&to.ptr[i], names[i]);
    return to;
}

void liveside_component_session_current(liveside_component_session_session_t *ret) {
    WORLD;
    *ret = (liveside_component_session_session_t){
        .connection_id = optional(t->connection),
        .authenticated = t->user != NULL,
        .user_id = optional(t->user),
        .roles = list(t->roles),
        .permissions = list(t->permissions),
        .label = optional(t->setup.label),
    };
    live_component_string_dup(&ret->claims, "{}");
}

bool liveside_component_rooms_default_room(wit_string *ret) {
    WORLD;
    if (t->setup.room != NULL) live_component_string_dup(ret, t->setup.room);
    return t->setup.room != NULL;
}

static bool is_in(live_test *t, const char *room, size_t *place) {
    yyjson_mut_val *name;
    size_t count;
    yyjson_mut_arr_foreach(t->joined, *place, count, name) {
        if (yyjson_mut_equals_str(name, room)) return true;
    }
    return false;
}

bool liveside_component_rooms_join(wit_string *room, wit_error *err) {
    WORLD;
    size_t place;
    if (room->len == 0 || room->len > 64) return invalid(err, "Not the name of a room");
    if (!is_in(t, TEXT(room), &place)) yyjson_mut_arr_add_strcpy(t->doc, t->joined, TEXT(room));
    effect(t, "join", TEXT(room), NULL, NULL);
    return true;
}

bool liveside_component_rooms_leave(wit_string *room, wit_error *err) {
    WORLD;
    size_t place;
    if (room->len == 0 || room->len > 64) return invalid(err, "Not the name of a room");
    if (is_in(t, TEXT(room), &place)) yyjson_mut_arr_remove(t->joined, place);
    effect(t, "leave", TEXT(room), NULL, NULL);
    return true;
}

static bool member(live_test *t, const wit_string *room, wit_error *err) {
    size_t place;
    return is_in(t, TEXT(room), &place) ||
           refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_DENIED, "The component is not in the room");
}

static uint32_t members(live_test *t, const wit_string *room) {
    yyjson_mut_val *count = yyjson_mut_obj_get(t->member_counts, TEXT(room));
    size_t place;
    return count != NULL ? (uint32_t)yyjson_mut_get_uint(count) : is_in(t, TEXT(room), &place);
}

bool liveside_component_rooms_emit(wit_string *room, wit_string *event, wit_string *data, uint32_t *ret, wit_error *err) {
    WORLD;
    yyjson_mut_val *read = taken(t, data);
    if (read == NULL) return invalid(err, "Not JSON");
    if (!member(t, room, err)) return false;
    yyjson_mut_val *told = effect(t, "emit", TEXT(event), "data", read);
    yyjson_mut_obj_add(told, yyjson_mut_str(t->doc, "room"), yyjson_mut_strcpy(t->doc, TEXT(room)));
    *ret = members(t, room) - 1;
    return true;
}

static yyjson_mut_val *room_state(live_test *t, const char *room) {
    if (yyjson_mut_obj_get(t->room_states, room) == NULL)
        yyjson_mut_obj_add(t->room_states, yyjson_mut_strcpy(t->doc, room), yyjson_mut_obj(t->doc));
    return yyjson_mut_obj_get(t->room_states, room);
}

bool liveside_component_rooms_state_get(wit_string *room, wit_string *ret, wit_error *err) {
    WORLD;
    if (!member(t, room, err)) return false;
    return give(t, room_state(t, TEXT(room)), ret);
}

bool liveside_component_rooms_state_set(wit_string *room, wit_string *changes, wit_error *err) {
    WORLD;
    if (!member(t, room, err) || !lay_over(t, room_state(t, TEXT(room)), changes, err)) return false;
    effect(t, "roomState", TEXT(room), "changes", taken(t, changes));
    return true;
}

bool liveside_component_rooms_members(wit_string *room, liveside_component_rooms_list_member_t *ret, wit_error *err) {
    WORLD;
    (void)err;
    ret->len = members(t, room);
    ret->ptr = live_alloc((ret->len + 1) * sizeof *ret->ptr);
    for (size_t i = 0; i < ret->len; i++) {
        live_component_string_dup(&ret->ptr[i].instance, i == 0 ? t->setup.instance : "another");
        ret->ptr[i].user_id = optional(i == 0 ? t->user : NULL);
    }
    return true;
}

bool liveside_component_rooms_count(wit_string *room, uint32_t *ret, wit_error *err) {
    WORLD;
    (void)err;
    *ret = members(t, room);
    return true;
}

bool liveside_component_rooms_call(wit_string *room, wit_string *action, wit_string *payload,
                                   liveside_component_rooms_option_json_t *ret, wit_error *err) {
    WORLD;
    if (t->setup.room_logic == NULL) return invalid(err, "No logic for the room: mount with .room_logic");
    live_context cx;
    live_context_begin(&cx, NULL, "");
    live_json given = payload == NULL ? NULL : json_from_wit(&cx, *payload);
    if (!t->setup.room_logic(&cx, TEXT(room), TEXT(action), given))
        return refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_FAILED, cx.message);
    ret->is_some = cx.answer != NULL;
    if (ret->is_some) live_component_string_dup(&ret->val, live_write(&cx, cx.answer));
    return true;
}

bool liveside_component_broadcast_send(wit_string *kind, wit_string *data, bool except_sender, uint32_t *ret,
                                       wit_error *err) {
    WORLD;
    yyjson_mut_val *read = taken(t, data);
    if (read == NULL) return invalid(err, "Not JSON");
    yyjson_mut_val *told = effect(t, "broadcast", TEXT(kind), "data", read);
    yyjson_mut_obj_add(told, yyjson_mut_str(t->doc, "exceptSender"), yyjson_mut_bool(t->doc, except_sender));
    *ret = except_sender ? 0 : 1;
    return true;
}

static bool start(uint64_t ms, bool repeats, wit_string *name, wit_string *payload, uint64_t *ret, wit_error *err) {
    WORLD;
    yyjson_mut_val *given = payload == NULL ? NULL : taken(t, payload);
    if (payload != NULL && given == NULL) return invalid(err, "Not JSON");
    *ret = ++t->last_timer;
    yyjson_mut_val *timer = yyjson_mut_arr_add_obj(t->doc, t->timers);
    yyjson_mut_obj_add_uint(t->doc, timer, "id", *ret);
    yyjson_mut_obj_add_strcpy(t->doc, timer, "name", TEXT(name));
    yyjson_mut_obj_add_uint(t->doc, timer, "at", t->now_ms + ms);
    yyjson_mut_obj_add_uint(t->doc, timer, "every", repeats ? ms : 0);
    if (given != NULL) yyjson_mut_obj_add_val(t->doc, timer, "payload", yyjson_mut_val_mut_copy(t->doc, given));
    yyjson_mut_val *told = effect(t, "timer", TEXT(name), "payload", given);
    yyjson_mut_obj_add_uint(t->doc, told, "ms", ms);
    yyjson_mut_obj_add_bool(t->doc, told, "repeats", repeats);
    return true;
}

bool liveside_component_timers_after(uint64_t ms, wit_string *name, wit_string *payload, uint64_t *ret, wit_error *err) {
    return start(ms, false, name, payload, ret, err);
}

bool liveside_component_timers_every(uint64_t ms, wit_string *name, wit_string *payload, uint64_t *ret, wit_error *err) {
    if (ms == 0) return refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_LIMIT, "The interval is too short");
    return start(ms, true, name, payload, ret, err);
}

void liveside_component_timers_cancel(uint64_t id) {
    WORLD;
    yyjson_mut_val *timer;
    size_t at, count;
    yyjson_mut_arr_foreach(t->timers, at, count, timer) {
        if (yyjson_mut_get_uint(yyjson_mut_obj_get(timer, "id")) != id) continue;
        effect(t, "cancel", yyjson_mut_get_str(yyjson_mut_obj_get(timer, "name")), NULL, NULL);
        yyjson_mut_arr_remove(t->timers, at);
        return;
    }
}

bool liveside_component_http_fetch(liveside_component_http_request_t *request, liveside_component_http_response_t *ret,
                                   wit_error *err) {
    WORLD;
    if (t->setup.http == NULL)
        return refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_DENIED, "No HTTP in this test: mount with .http");
    live_header *headers = live_alloc((request->headers.len + 1) * sizeof *headers);
    for (size_t i = 0; i < request->headers.len; i++)
        headers[i] = (live_header){TEXT(&request->headers.ptr[i].name), TEXT(&request->headers.ptr[i].value)};
    live_request asked = {.url = TEXT(&request->url), .method = TEXT(&request->method), .headers = headers,
                          .header_count = request->headers.len,
                          .timeout_ms = request->timeout_ms.is_some ? request->timeout_ms.val : 0};
    if (request->body.is_some) asked.body = (live_bytes){(const char *)request->body.val.ptr, request->body.val.len};
    live_response answer = {.status = 200};
    live_context cx;
    live_context_begin(&cx, NULL, "");
    if (!t->setup.http(&cx, &asked, &answer))
        return refuse(err, LIVESIDE_COMPONENT_TYPES_ERROR_CODE_FAILED, cx.message);
    *ret = (liveside_component_http_response_t){.status = answer.status};
    give_bytes(&ret->body, answer.body.data, answer.body.size);
    ret->headers.len = answer.header_count;
    ret->headers.ptr = live_alloc((answer.header_count + 1) * sizeof *ret->headers.ptr);
    for (size_t i = 0; i < answer.header_count; i++) {
        live_component_string_dup(&ret->headers.ptr[i].name, answer.headers[i].name);
        live_component_string_dup(&ret->headers.ptr[i].value, answer.headers[i].value);
    }
    return true;
}

bool liveside_component_uploads_read(wit_string *upload, uint64_t offset, uint32_t length,
                                     live_component_list_u8_t *ret, wit_error *err) {
    WORLD;
    yyjson_mut_val *file = yyjson_mut_obj_get(t->uploads, TEXT(upload));
    if (file == NULL) return invalid(err, "No such upload");
    size_t size = yyjson_mut_get_len(file), from = offset < size ? (size_t)offset : size;
    give_bytes(ret, yyjson_mut_get_str(file) + from, size - from < length ? size - from : length);
    return true;
}

bool liveside_component_config_get(wit_string *key, wit_string *ret) {
    WORLD;
    const char *value = yyjson_mut_get_str(yyjson_mut_obj_get(t->config, TEXT(key)));
    if (value != NULL) live_component_string_dup(ret, value);
    return value != NULL;
}

void liveside_component_log_log(uint8_t level, wit_string *message) {
    static const char *const levels[] = {"trace", "debug", "info", "warn", "error"};
    WORLD;
    char *line;
    if (asprintf(&line, "%s: %s", levels[level], TEXT(message)) < 0) abort();
    if (t != NULL) yyjson_mut_arr_add_strcpy(t->doc, t->logs, line);
    if (t == NULL || level == LIVE_ERROR) fprintf(stderr, "%s\n", line);
    free(line);
}

uint64_t liveside_component_clock_now(void) {
    return live_test_current->now_ms;
}

uint64_t liveside_component_clock_monotonic(void) {
    return live_test_current->now_ms * 1000000;
}

void liveside_component_random_get_bytes(uint32_t length, live_component_list_u8_t *ret) {
    char *bytes = live_alloc(length);
    for (uint32_t i = 0; i < length; i++) bytes[i] = (char)(i * 7 + 1); /* The same in every run. */
    give_bytes(ret, bytes, length);
}

uint64_t liveside_component_random_get_u64(void) {
    return 42;
}
