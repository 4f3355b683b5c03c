/* How events end: answers, failures, and what the daemon refuses. */
#include <stdarg.h>

#include "internal.h"

static void *arena_malloc(void *context, size_t size) {
    (void)context;
    return live_alloc(size);
}

static void *arena_realloc(void *context, void *old, size_t old_size, size_t size) {
    (void)context;
    return live_grow(old, old_size, size);
}

static void arena_free(void *context, void *memory) {
    (void)context;
    (void)memory;
}

const yyjson_alc live_json_memory = {arena_malloc, arena_realloc, arena_free, NULL};

void live_context_begin(live_context *cx, const live_component *component, const char *instance) {
    *cx = (live_context){
        .component = component,
        .instance = instance,
        .doc = yyjson_mut_doc_new(&live_json_memory),
        .message = "",
    };
}

live_result live_refused(live_context *cx, const wit_error *error) {
    cx->error = (live_error_code)(error->code + LIVE_ERROR_NOT_AVAILABLE);
    cx->said = false;
    cx->message = from_wit(error->message);
    return LIVE_FAILED;
}

live_error_code live_error(const live_context *cx) {
    return cx->error;
}

const char *live_error_message(const live_context *cx) {
    return cx->message;
}

#define FAIL_AS(code) \
    va_list arguments; \
    va_start(arguments, format); \
    cx->error = (code); \
    cx->said = true; \
    cx->message = live_vformat(cx, false, format, arguments); \
    va_end(arguments); \
    return LIVE_FAILED

live_result live_fail(live_context *cx, const char *format, ...) {
    FAIL_AS(LIVE_ERROR_FAILED);
}

live_result live_deny(live_context *cx, const char *format, ...) {
    FAIL_AS(LIVE_ERROR_DENIED);
}

live_result live_invalid(live_context *cx, const char *format, ...) {
    FAIL_AS(LIVE_ERROR_INVALID);
}

live_result live_limit(live_context *cx, const char *format, ...) {
    FAIL_AS(LIVE_ERROR_LIMIT);
}

live_result live_answer(live_context *cx, live_json value) {
    cx->answer = value;
    return LIVE_OK;
}

live_result live_answerf(live_context *cx, const char *json, ...) {
    va_list arguments;
    va_start(arguments, json);
    const char *text = live_vformat(cx, true, json, arguments);
    va_end(arguments);
    cx->answer = live_parse(cx, text);
    if (cx->answer == NULL) live_panic("live_answerf: `%s` makes no JSON: %s", json, text);
    return LIVE_OK;
}

void live_panic(const char *format, ...) {
    live_context cx;
    live_context_begin(&cx, NULL, "");
    va_list arguments;
    va_start(arguments, format);
    wit_string message = to_wit(live_vformat(&cx, false, format, arguments));
    va_end(arguments);
    liveside_component_log_log(LIVESIDE_COMPONENT_LOG_LEVEL_ERROR, &message);
    __builtin_trap();
}
