/*
 * JSON values. They belong to the event: nothing is freed by hand, nothing may be kept.
 *
 * A value is copied where it is put into another one, so any value may be put anywhere.
 * Reading never fails: what is missing or of another kind is the fallback, and `NULL` may be read from.
 */
#ifndef LIVESIDE_JSON_H
#define LIVESIDE_JSON_H

#include "result.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A value from a template: JSON in which `'` may stand for `"`, and conversions of printf for what varies.
 * `%d %ld %lld %u %zu ...` whole numbers, `%g` any number, `%s` text with its quotes (`NULL` is null), `%p` a `live_json`.
 *
 *     live_jsonf(cx, "{'count': %d, 'user': %s, 'tags': %p}", count, user, tags)
 */
live_json live_jsonf(live_context *cx, const char *json, ...) LIVE_FORMAT(2, 3);

live_json live_null(live_context *cx);
live_json live_bool(live_context *cx, bool value);
live_json live_int(live_context *cx, int64_t value);
/** NaN and infinity have no JSON form: they are null. */
live_json live_number(live_context *cx, double value);
/** Text, copied; `NULL` is null. What is not UTF-8 becomes U+FFFD. */
live_json live_text(live_context *cx, const char *text);
live_json live_text_n(live_context *cx, const char *text, size_t length);
live_json live_array(live_context *cx);
live_json live_object(live_context *cx);
live_json live_copy(live_context *cx, live_json value);

/** Reads JSON; `NULL` if it is none. */
live_json live_parse(live_context *cx, const char *text);
live_json live_parse_n(live_context *cx, const char *text, size_t length);
/** Writes JSON without spaces; `NULL` is written as null. */
const char *live_write(live_context *cx, live_json value);

/** Puts a copy of the value under a key, in place of what is there. `NULL` removes the key. */
void live_set(live_context *cx, live_json object, const char *key, live_json value);
void live_set_bool(live_context *cx, live_json object, const char *key, bool value);
void live_set_int(live_context *cx, live_json object, const char *key, int64_t value);
void live_set_number(live_context *cx, live_json object, const char *key, double value);
void live_set_text(live_context *cx, live_json object, const char *key, const char *value);
/** Adds a copy of the value at the end. */
void live_append(live_context *cx, live_json array, live_json value);
/** Removes the item; nothing happens if it is not there. */
void live_remove_item(live_json array, size_t index);

bool live_is_null(live_json value);
bool live_is_bool(live_json value);
/** A whole number that fits an `int64_t`. */
bool live_is_int(live_json value);
bool live_is_number(live_json value);
bool live_is_text(live_json value);
bool live_is_array(live_json value);
bool live_is_object(live_json value);

bool live_as_bool(live_json value, bool fallback);
int64_t live_as_int(live_json value, int64_t fallback);
double live_as_number(live_json value, double fallback);
/** Ends at the first NUL; `live_length` tells its bytes. */
const char *live_as_text(live_json value, const char *fallback);

/** The value under a key, `NULL` if there is none. */
live_json live_get(live_json object, const char *key);
bool live_get_bool(live_json object, const char *key, bool fallback);
int64_t live_get_int(live_json object, const char *key, int64_t fallback);
double live_get_number(live_json object, const char *key, double fallback);
const char *live_get_text(live_json object, const char *key, const char *fallback);

/** Items of an array, keys of an object, bytes of a text; 0 for all else. */
size_t live_length(live_json value);
live_json live_item(live_json array, size_t index);
/** The value at a place of an object, and its key; `NULL` behind the last one. */
live_json live_entry(live_json object, size_t index, const char **key);
/** The item behind this one, the first for `NULL`; `NULL` behind the last one. */
live_json live_next(live_json array, live_json item);
/** `LIVE_EACH(item, array) { ... }` */
#define LIVE_EACH(item, array) \
    for (live_json item##_list = (array), item = live_next(item##_list, NULL); item != NULL; \
         item = live_next(item##_list, item))

/** Whether two values are the same; the order of keys does not count. */
bool live_equal(live_json a, live_json b);

/*
 * The arguments of an action. A payload that is no object is the only argument itself: `2` as well as `{"by": 2}`.
 * An argument that is missing or of another kind fails with INVALID_PAYLOAD and names it.
 */
live_result live_arg(live_context *cx, live_json payload, const char *name, live_json *value) LIVE_CHECKED;
live_result live_arg_bool(live_context *cx, live_json payload, const char *name, bool *value) LIVE_CHECKED;
live_result live_arg_int(live_context *cx, live_json payload, const char *name, int64_t *value) LIVE_CHECKED;
live_result live_arg_number(live_context *cx, live_json payload, const char *name, double *value) LIVE_CHECKED;
live_result live_arg_text(live_context *cx, live_json payload, const char *name, const char **value) LIVE_CHECKED;

/* Arguments that may be missing or null: then `*value` stays as it is. */
live_result live_optional_bool(live_context *cx, live_json payload, const char *name, bool *value) LIVE_CHECKED;
live_result live_optional_int(live_context *cx, live_json payload, const char *name, int64_t *value) LIVE_CHECKED;
live_result live_optional_number(live_context *cx, live_json payload, const char *name, double *value) LIVE_CHECKED;
live_result live_optional_text(live_context *cx, live_json payload, const char *name, const char **value) LIVE_CHECKED;

#ifdef __cplusplus
}
#endif
#endif
