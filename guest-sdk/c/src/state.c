/* The state, private data, the persistent map, and bytes beside the state. */
#include "internal.h"

const char *live_component_name(const live_context *cx) {
    return cx->component->name;
}

const char *live_instance(const live_context *cx) {
    return cx->instance;
}

static live_json load(live_context *cx, live_component_list_string_t *keys) {
    wit_string text;
    liveside_component_state_load(keys, &text);
    return json_from_wit(cx, text);
}

live_json live_state(live_context *cx) {
    return load(cx, NULL);
}

live_json live_state_get(live_context *cx, const char *key) {
    wit_string wanted = to_wit(key);
    return live_get(load(cx, &(live_component_list_string_t){&wanted, 1}), key);
}

bool live_state_get_bool(live_context *cx, const char *key) {
    return live_as_bool(live_state_get(cx, key), false);
}

int64_t live_state_get_int(live_context *cx, const char *key) {
    return live_as_int(live_state_get(cx, key), 0);
}

double live_state_get_number(live_context *cx, const char *key) {
    return live_as_number(live_state_get(cx, key), 0);
}

const char *live_state_get_text(live_context *cx, const char *key) {
    return live_as_text(live_state_get(cx, key), NULL);
}

/** Authors need not look whether a write worked: the first refusal is what the event ends with. */
static void patch(live_context *cx, const char *changes) {
    wit_string text = to_wit(changes);
    wit_error error;
    if (liveside_component_state_patch(&text, &error) || cx->refused != LIVE_NO_ERROR) return;
    live_refused(cx, &error);
    cx->refused = cx->error;
    cx->refusal = cx->message;
}

void live_state_patch(live_context *cx, live_json changes) {
    patch(cx, live_write(cx, changes));
}

void live_state_set(live_context *cx, const char *key, live_json value) {
    live_json changes = live_object(cx);
    live_set(cx, changes, key, value == NULL ? live_null(cx) : value);
    live_state_patch(cx, changes);
}

void live_state_set_bool(live_context *cx, const char *key, bool value) {
    live_state_set(cx, key, live_bool(cx, value));
}

void live_state_set_int(live_context *cx, const char *key, int64_t value) {
    live_state_set(cx, key, live_int(cx, value));
}

void live_state_set_number(live_context *cx, const char *key, double value) {
    live_state_set(cx, key, live_number(cx, value));
}

void live_state_set_text(live_context *cx, const char *key, const char *value) {
    live_state_set(cx, key, live_text(cx, value));
}

void live_state_reset(live_context *cx) {
    if (cx->component->default_state != NULL) patch(cx, live_quotes(cx->component->default_state));
}

live_result live_push_binary(live_context *cx, const char *name, const void *bytes, size_t size) {
    wit_string called = to_wit(name);
    live_component_list_u8_t list = {(uint8_t *)bytes, size};
    wit_error error;
    return liveside_component_state_push_binary(&called, &list, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_json live_private_get(live_context *cx, const char *key) {
    wit_string name = to_wit(key), text;
    return liveside_component_private_get(&name, &text) ? json_from_wit(cx, text) : NULL;
}

live_result live_private_set(live_context *cx, const char *key, live_json value) {
    wit_string name = to_wit(key), text = to_wit(live_write(cx, value));
    wit_error error;
    return liveside_component_private_set(&name, &text, &error) ? LIVE_OK : live_refused(cx, &error);
}

void live_private_delete(live_context *cx, const char *key) {
    (void)cx;
    wit_string name = to_wit(key);
    liveside_component_private_delete(&name);
}

live_json live_persistent_get(live_context *cx, const char *key) {
    wit_string name = to_wit(key), text;
    return liveside_component_persistent_get(&name, &text) ? json_from_wit(cx, text) : NULL;
}

live_result live_persistent_set(live_context *cx, const char *key, live_json value) {
    wit_string name = to_wit(key), text = to_wit(live_write(cx, value));
    wit_error error;
    return liveside_component_persistent_set(&name, &text, &error) ? LIVE_OK : live_refused(cx, &error);
}

void live_persistent_delete(live_context *cx, const char *key) {
    (void)cx;
    wit_string name = to_wit(key);
    liveside_component_persistent_delete(&name);
}

live_result live_persistent_update(live_context *cx, const char *key, live_change_function *change, void *data) {
    /* Somebody else has written in between that often only where something is wrong. */
    for (int tries = 0; tries < 1000; tries++) {
        wit_string name = to_wit(key), old, text;
        bool there = liveside_component_persistent_get(&name, &old);
        live_json value = change(cx, there ? json_from_wit(cx, old) : NULL, data);
        if (value != NULL) text = to_wit(live_write(cx, value));
        bool written;
        wit_error error;
        if (!liveside_component_persistent_compare_and_set(&name, there ? &old : NULL, value != NULL ? &text : NULL,
                                                           &written, &error))
            return live_refused(cx, &error);
        if (written) return LIVE_OK;
    }
    return live_fail(cx, "The persistent `%s` is written by too many at once", key);
}

struct addition {
    int64_t by;
    int64_t sum;
};

static live_json add(live_context *cx, live_json old, void *data) {
    struct addition *addition = data;
    int64_t from = live_as_int(old, 0);
    if (__builtin_add_overflow(from, addition->by, &addition->sum)) addition->sum = from < 0 ? INT64_MIN : INT64_MAX;
    return live_int(cx, addition->sum);
}

live_result live_persistent_add(live_context *cx, const char *key, int64_t by, int64_t *sum) {
    struct addition addition = {.by = by};
    LIVE_TRY(live_persistent_update(cx, key, add, &addition));
    if (sum != NULL) *sum = addition.sum;
    return LIVE_OK;
}
