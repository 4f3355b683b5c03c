/* Timers, the store, HTTP, uploads, configuration, the log, time and chance. */
#include <stdarg.h>

#include "internal.h"

typedef live_component_list_u8_t wit_bytes;

/** The daemon's bytes; a NUL stands behind them. None of them still have an address: `NULL` says that there are none. */
static live_bytes from_wit_bytes(wit_bytes bytes) {
    return (live_bytes){bytes.len == 0 ? "" : (const char *)bytes.ptr, bytes.len};
}

live_result live_after(live_context *cx, uint64_t delay_ms, const char *name, live_json payload, uint64_t *id) {
    wit_string called = to_wit(name), text = to_wit(live_write(cx, payload));
    wit_error error;
    uint64_t timer;
    return liveside_component_timers_after(delay_ms, &called, payload == NULL ? NULL : &text, id == NULL ? &timer : id,
                                           &error)
               ? LIVE_OK
               : live_refused(cx, &error);
}

live_result live_every(live_context *cx, uint64_t interval_ms, const char *name, live_json payload, uint64_t *id) {
    wit_string called = to_wit(name), text = to_wit(live_write(cx, payload));
    wit_error error;
    uint64_t timer;
    return liveside_component_timers_every(interval_ms, &called, payload == NULL ? NULL : &text, id == NULL ? &timer : id,
                                           &error)
               ? LIVE_OK
               : live_refused(cx, &error);
}

void live_cancel(live_context *cx, uint64_t id) {
    (void)cx;
    liveside_component_timers_cancel(id);
}

live_result live_store_get(live_context *cx, const char *key, live_bytes *value) {
    wit_string name = to_wit(key);
    wit_error error;
    live_component_option_list_u8_t found;
    if (!liveside_component_store_get(&name, &found, &error)) return live_refused(cx, &error);
    *value = found.is_some ? from_wit_bytes(found.val) : (live_bytes){NULL, 0};
    return LIVE_OK;
}

static live_result store(live_context *cx, const char *key, const void *bytes, size_t size, uint64_t *ms) {
    wit_string name = to_wit(key);
    wit_bytes value = {(uint8_t *)bytes, size};
    wit_error error;
    return liveside_component_store_set(&name, &value, ms, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_store_set(live_context *cx, const char *key, const void *bytes, size_t size) {
    return store(cx, key, bytes, size, NULL);
}

live_result live_store_set_for(live_context *cx, uint64_t ms, const char *key, const void *bytes, size_t size) {
    return store(cx, key, bytes, size, &ms);
}

live_result live_store_delete(live_context *cx, const char *key) {
    wit_string name = to_wit(key);
    wit_error error;
    return liveside_component_store_delete(&name, &error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_store_scan(live_context *cx, const char *prefix, uint32_t limit, const char *after,
                            const live_store_entry **entries, size_t *count, bool *more) {
    wit_string from = to_wit(prefix), behind = to_wit(after == NULL ? "" : after);
    wit_error error;
    liveside_component_store_page_t page;
    if (!liveside_component_store_scan(&from, limit, after == NULL ? NULL : &behind, &page, &error))
        return live_refused(cx, &error);
    live_store_entry *found = live_alloc((page.entries.len + 1) * sizeof *found);
    for (size_t i = 0; i < page.entries.len; i++) {
        found[i] = (live_store_entry){from_wit(page.entries.ptr[i].key), from_wit_bytes(page.entries.ptr[i].value)};
    }
    *entries = found;
    *count = page.entries.len;
    if (more != NULL) *more = page.more;
    return LIVE_OK;
}

live_result live_store_swap(live_context *cx, const char *key, live_bytes expected, live_bytes value, bool *swapped) {
    wit_string name = to_wit(key);
    wit_bytes old = {(uint8_t *)expected.data, expected.size}, new = {(uint8_t *)value.data, value.size};
    wit_error error;
    return liveside_component_store_compare_and_swap(&name, expected.data == NULL ? NULL : &old,
                                                     value.data == NULL ? NULL : &new, NULL, swapped, &error)
               ? LIVE_OK
               : live_refused(cx, &error);
}

live_result live_store_flush(live_context *cx) {
    wit_error error;
    return liveside_component_store_flush(&error) ? LIVE_OK : live_refused(cx, &error);
}

live_result live_fetch(live_context *cx, const live_request *request, live_response *response) {
    liveside_component_http_header_t *headers = live_alloc((request->header_count + 1) * sizeof *headers);
    for (size_t i = 0; i < request->header_count; i++) {
        headers[i] = (liveside_component_http_header_t){to_wit(request->headers[i].name),
                                                        to_wit(request->headers[i].value)};
    }
    liveside_component_http_request_t asked = {
        .method = to_wit(request->method == NULL ? "GET" : request->method),
        .url = to_wit(request->url),
        .headers = {headers, request->header_count},
        .body = {request->body.data != NULL, {(uint8_t *)request->body.data, request->body.size}},
        .timeout_ms = {request->timeout_ms > 0, request->timeout_ms},
    };
    liveside_component_http_response_t answered;
    wit_error error;
    if (!liveside_component_http_fetch(&asked, &answered, &error)) return live_refused(cx, &error);
    live_header *answers = live_alloc((answered.headers.len + 1) * sizeof *answers);
    for (size_t i = 0; i < answered.headers.len; i++) {
        answers[i] = (live_header){from_wit(answered.headers.ptr[i].name), from_wit(answered.headers.ptr[i].value)};
    }
    *response = (live_response){answered.status, answers, answered.headers.len, from_wit_bytes(answered.body)};
    return LIVE_OK;
}

live_result live_upload_read(live_context *cx, const char *upload, uint64_t offset, uint32_t length, live_bytes *bytes) {
    wit_string id = to_wit(upload);
    wit_bytes found;
    wit_error error;
    if (!liveside_component_uploads_read(&id, offset, length, &found, &error)) return live_refused(cx, &error);
    *bytes = from_wit_bytes(found);
    return LIVE_OK;
}

const char *live_config(live_context *cx, const char *key) {
    (void)cx;
    wit_string name = to_wit(key), value;
    return liveside_component_config_get(&name, &value) ? from_wit(value) : NULL;
}

void live_log(live_context *cx, live_level level, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    wit_string message = to_wit(live_vformat(cx, false, format, arguments));
    va_end(arguments);
    liveside_component_log_log((liveside_component_log_level_t)level, &message);
}

uint64_t live_now_ms(live_context *cx) {
    (void)cx;
    return liveside_component_clock_now();
}

uint64_t live_monotonic_ns(live_context *cx) {
    (void)cx;
    return liveside_component_clock_monotonic();
}

void live_random_bytes(live_context *cx, void *bytes, size_t size) {
    (void)cx;
    while (size > 0) { /* The daemon gives so much a call. */
        uint32_t part = size > 64 * 1024 ? 64 * 1024 : (uint32_t)size;
        wit_bytes some;
        liveside_component_random_get_bytes(part, &some);
        memcpy(bytes, some.ptr, some.len);
        bytes = (char *)bytes + some.len;
        size -= some.len;
    }
}

uint64_t live_random_u64(live_context *cx) {
    (void)cx;
    return liveside_component_random_get_u64();
}
