/* The arguments of an action, out of its payload. */
#include "internal.h"

/** The argument, `NULL` if it is missing or null. */
static live_json find(live_json payload, const char *name) {
    live_json value = live_is_object(payload) ? live_get(payload, name) : payload;
    return live_is_null(value) ? NULL : value;
}

static live_result missing(live_context *cx, const char *name) {
    return live_invalid(cx, "`%s` is missing", name);
}

static live_result wrong(live_context *cx, const char *name, const char *expected) {
    return live_invalid(cx, "`%s` must be %s", name, expected);
}

live_result live_arg(live_context *cx, live_json payload, const char *name, live_json *value) {
    live_json found = live_is_object(payload) ? live_get(payload, name) : payload;
    if (found == NULL) return missing(cx, name);
    *value = found;
    return LIVE_OK;
}

#define ARGUMENTS_OF(kind, type, test, read, expected) \
    live_result live_optional_##kind(live_context *cx, live_json payload, const char *name, type *value) { \
        live_json found = find(payload, name); \
        if (found == NULL) return LIVE_OK; \
        if (!test(found)) return wrong(cx, name, expected); \
        *value = read(found, 0); \
        return LIVE_OK; \
    } \
    live_result live_arg_##kind(live_context *cx, live_json payload, const char *name, type *value) { \
        if (find(payload, name) == NULL) return missing(cx, name); \
        return live_optional_##kind(cx, payload, name, value); \
    }

ARGUMENTS_OF(bool, bool, live_is_bool, live_as_bool, "true or false")
ARGUMENTS_OF(int, int64_t, live_is_int, live_as_int, "a whole number")
ARGUMENTS_OF(number, double, live_is_number, live_as_number, "a number")
ARGUMENTS_OF(text, const char *, live_is_text, live_as_text, "a text")
