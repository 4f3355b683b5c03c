/* JSON values, over yyjson. All of an event's values are in one document, whose memory is the event's. */
#include <math.h>
#include <stdarg.h>

#include "internal.h"

live_json live_jsonf(live_context *cx, const char *json, ...) {
    va_list arguments;
    va_start(arguments, json);
    const char *text = live_vformat(cx, true, json, arguments);
    va_end(arguments);
    live_json value = live_parse(cx, text);
    if (value == NULL) live_panic("live_jsonf: `%s` makes no JSON: %s", json, text);
    return value;
}

live_json live_null(live_context *cx) {
    return yyjson_mut_null(cx->doc);
}

live_json live_bool(live_context *cx, bool value) {
    return yyjson_mut_bool(cx->doc, value);
}

live_json live_int(live_context *cx, int64_t value) {
    return yyjson_mut_sint(cx->doc, value);
}

live_json live_number(live_context *cx, double value) {
    return isfinite(value) ? yyjson_mut_real(cx->doc, value) : yyjson_mut_null(cx->doc);
}

live_json live_text(live_context *cx, const char *text) {
    return text == NULL ? live_null(cx) : live_text_n(cx, text, strlen(text));
}

live_json live_text_n(live_context *cx, const char *text, size_t length) {
    const char *valid = live_utf8(text, &length);
    return yyjson_mut_strncpy(cx->doc, valid, length);
}

live_json live_array(live_context *cx) {
    return yyjson_mut_arr(cx->doc);
}

live_json live_object(live_context *cx) {
    return yyjson_mut_obj(cx->doc);
}

live_json live_copy(live_context *cx, live_json value) {
    return yyjson_mut_val_mut_copy(cx->doc, value);
}

live_json live_parse(live_context *cx, const char *text) {
    return text == NULL ? NULL : live_parse_n(cx, text, strlen(text));
}

live_json live_parse_n(live_context *cx, const char *text, size_t length) {
    if (length == 0) return NULL;
    yyjson_doc *read = yyjson_read_opts((char *)text, length, YYJSON_READ_NOFLAG, &live_json_memory, NULL);
    return read == NULL ? NULL : yyjson_val_mut_copy(cx->doc, yyjson_doc_get_root(read));
}

const char *live_write(live_context *cx, live_json value) {
    (void)cx;
    if (value == NULL) return "null";
    const char *text = yyjson_mut_val_write_opts(value, YYJSON_WRITE_INF_AND_NAN_AS_NULL, &live_json_memory, NULL, NULL);
    if (text == NULL) live_panic("A JSON value cannot be written");
    return text;
}

void live_set(live_context *cx, live_json object, const char *key, live_json value) {
    if (!yyjson_mut_is_obj(object)) live_panic("live_set: `%s` is put into something that is no object", key);
    if (value == NULL) {
        yyjson_mut_obj_remove_key(object, key);
        return;
    }
    live_json copy = live_copy(cx, value);
    live_json old = yyjson_mut_obj_get(object, key);
    if (old == NULL) {
        yyjson_mut_obj_add(object, live_text(cx, key), copy);
    } else { /* In its place, so that keys keep their order. */
        old->tag = copy->tag;
        old->uni = copy->uni;
    }
}

void live_set_bool(live_context *cx, live_json object, const char *key, bool value) {
    live_set(cx, object, key, live_bool(cx, value));
}

void live_set_int(live_context *cx, live_json object, const char *key, int64_t value) {
    live_set(cx, object, key, live_int(cx, value));
}

void live_set_number(live_context *cx, live_json object, const char *key, double value) {
    live_set(cx, object, key, live_number(cx, value));
}

void live_set_text(live_context *cx, live_json object, const char *key, const char *value) {
    live_set(cx, object, key, live_text(cx, value));
}

void live_append(live_context *cx, live_json array, live_json value) {
    if (!yyjson_mut_is_arr(array)) live_panic("live_append: something is added to what is no array");
    yyjson_mut_arr_append(array, value == NULL ? live_null(cx) : live_copy(cx, value));
}

void live_remove_item(live_json array, size_t index) {
    yyjson_mut_arr_remove(array, index);
}

bool live_is_null(live_json value) {
    return yyjson_mut_is_null(value);
}

bool live_is_bool(live_json value) {
    return yyjson_mut_is_bool(value);
}

bool live_is_int(live_json value) {
    return yyjson_mut_is_sint(value) || (yyjson_mut_is_uint(value) && yyjson_mut_get_uint(value) <= INT64_MAX);
}

bool live_is_number(live_json value) {
    return yyjson_mut_is_num(value);
}

bool live_is_text(live_json value) {
    return yyjson_mut_is_str(value);
}

bool live_is_array(live_json value) {
    return yyjson_mut_is_arr(value);
}

bool live_is_object(live_json value) {
    return yyjson_mut_is_obj(value);
}

bool live_as_bool(live_json value, bool fallback) {
    return live_is_bool(value) ? yyjson_mut_get_bool(value) : fallback;
}

int64_t live_as_int(live_json value, int64_t fallback) {
    return live_is_int(value) ? yyjson_mut_get_sint(value) : fallback;
}

double live_as_number(live_json value, double fallback) {
    return live_is_number(value) ? yyjson_mut_get_num(value) : fallback;
}

const char *live_as_text(live_json value, const char *fallback) {
    return live_is_text(value) ? yyjson_mut_get_str(value) : fallback;
}

live_json live_get(live_json object, const char *key) {
    return yyjson_mut_obj_get(object, key);
}

bool live_get_bool(live_json object, const char *key, bool fallback) {
    return live_as_bool(live_get(object, key), fallback);
}

int64_t live_get_int(live_json object, const char *key, int64_t fallback) {
    return live_as_int(live_get(object, key), fallback);
}

double live_get_number(live_json object, const char *key, double fallback) {
    return live_as_number(live_get(object, key), fallback);
}

const char *live_get_text(live_json object, const char *key, const char *fallback) {
    return live_as_text(live_get(object, key), fallback);
}

size_t live_length(live_json value) {
    return live_is_text(value) ? yyjson_mut_get_len(value) : live_is_object(value) ? yyjson_mut_obj_size(value)
                                                                                   : yyjson_mut_arr_size(value);
}

live_json live_item(live_json array, size_t index) {
    return yyjson_mut_arr_get(array, index);
}

live_json live_entry(live_json object, size_t index, const char **key) {
    yyjson_mut_obj_iter entries;
    if (!yyjson_mut_obj_iter_init(object, &entries)) return NULL;
    live_json found = yyjson_mut_obj_iter_next(&entries);
    for (; found != NULL && index > 0; index--) found = yyjson_mut_obj_iter_next(&entries);
    if (found == NULL) return NULL;
    *key = yyjson_mut_get_str(found);
    return yyjson_mut_obj_iter_get_val(found);
}

live_json live_next(live_json array, live_json item) {
    if (item == NULL) return yyjson_mut_arr_get_first(array);
    return item == yyjson_mut_arr_get_last(array) ? NULL : item->next;
}

bool live_equal(live_json a, live_json b) {
    return a == b || yyjson_mut_equals(a, b);
}
