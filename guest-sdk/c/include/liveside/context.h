/*
 * What a component can ask the daemon for. A text or value that comes back lives as long as the event.
 *
 * What can be refused gives a `live_result`: `LIVE_TRY(live_emit(...))`. A write to the state needs no such look: if the
 * daemon refuses one, the event fails by itself.
 */
#ifndef LIVESIDE_CONTEXT_H
#define LIVESIDE_CONTEXT_H

#include "result.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The component's name, and the id of the mount. */
const char *live_component_name(const live_context *cx);
const char *live_instance(const live_context *cx);

/* The state: what browsers see. Getters give 0, `NULL` or `false` where a key is missing or of another kind. */

live_json live_state(live_context *cx);
live_json live_state_get(live_context *cx, const char *key);
bool live_state_get_bool(live_context *cx, const char *key);
int64_t live_state_get_int(live_context *cx, const char *key);
double live_state_get_number(live_context *cx, const char *key);
const char *live_state_get_text(live_context *cx, const char *key);
/** `NULL` is null. */
void live_state_set(live_context *cx, const char *key, live_json value);
void live_state_set_bool(live_context *cx, const char *key, bool value);
void live_state_set_int(live_context *cx, const char *key, int64_t value);
void live_state_set_number(live_context *cx, const char *key, double value);
void live_state_set_text(live_context *cx, const char *key, const char *value);
/** Lays the keys of an object over the state. */
void live_state_patch(live_context *cx, live_json changes);
/** Every key of the default state is as in a new mount. */
void live_state_reset(live_context *cx);

/** Bytes for the browsers, beside the state: of several of one name a slow browser gets the newest. */
live_result live_push_binary(live_context *cx, const char *name, const void *bytes, size_t size) LIVE_CHECKED;

/* Private data of this mount: no browser sees it. `NULL` where a key is missing. */

live_json live_private_get(live_context *cx, const char *key);
live_result live_private_set(live_context *cx, const char *key, live_json value) LIVE_CHECKED;
void live_private_delete(live_context *cx, const char *key);

/* The persistent map, shared by all mounts of the component. It is outside the event's transaction. */

live_json live_persistent_get(live_context *cx, const char *key);
live_result live_persistent_set(live_context *cx, const char *key, live_json value) LIVE_CHECKED;
void live_persistent_delete(live_context *cx, const char *key);
/** Adds to a whole number, and loses nobody else's change. A missing one counts as 0. `*sum` may be `NULL`. */
live_result live_persistent_add(live_context *cx, const char *key, int64_t by, int64_t *sum) LIVE_CHECKED;
/** The new value from the old one (`NULL` if there is none); `NULL` removes the key. */
typedef live_json live_change_function(live_context *cx, live_json old, void *data);
/** Changes a value, and loses nobody else's change: `change` runs again if somebody wrote meanwhile. */
live_result live_persistent_update(live_context *cx, const char *key, live_change_function *change, void *data)
    LIVE_CHECKED;

/* Who is behind the event. */

typedef struct live_session {
    bool authenticated;
    const char *user_id;            /**< Verified by the daemon; `NULL` for an anonymous visitor. */
    const char *label;              /**< What the browser says; anybody may say anything. `NULL` for none. */
    const char *connection_id;      /**< `NULL` where no single connection is behind the event. */
    const char *const *roles;       /**< Ends with `NULL`. */
    const char *const *permissions; /**< Ends with `NULL`. */
    live_json claims;               /**< An object. */
} live_session;

const live_session *live_current_session(live_context *cx);
bool live_has_role(live_context *cx, const char *role);
bool live_has_permission(live_context *cx, const char *permission);

/* Rooms. Joining, leaving, emitting and changing a room's state take effect when the event ends. */

typedef struct live_member {
    const char *instance;
    const char *user_id; /**< `NULL` for an anonymous visitor. */
} live_member;

/** The room that the component was mounted with, `NULL` if there is none. */
const char *live_room(live_context *cx);
live_result live_join(live_context *cx, const char *room) LIVE_CHECKED;
live_result live_leave(live_context *cx, const char *room) LIVE_CHECKED;
/** To every other member; `*count` says to how many and may be `NULL`. */
live_result live_emit(live_context *cx, const char *room, const char *event, live_json data, uint32_t *count) LIVE_CHECKED;
live_result live_room_state(live_context *cx, const char *room, live_json *state) LIVE_CHECKED;
live_result live_room_patch(live_context *cx, const char *room, live_json changes) LIVE_CHECKED;
live_result live_room_count(live_context *cx, const char *room, uint32_t *count) LIVE_CHECKED;
live_result live_room_members(live_context *cx, const char *room, const live_member **members, size_t *count) LIVE_CHECKED;
/** Calls an action of the room's own logic. `payload` and `answer` may be `NULL`. */
live_result live_room_call(live_context *cx, const char *room, const char *action, live_json payload, live_json *answer)
    LIVE_CHECKED;
/** To the browsers of everybody in the default room; `*count` may be `NULL`. */
live_result live_broadcast(live_context *cx, const char *kind, live_json data, uint32_t *count) LIVE_CHECKED;
/** The same, without the user behind the event. */
live_result live_broadcast_to_others(live_context *cx, const char *kind, live_json data, uint32_t *count) LIVE_CHECKED;

/* Timers. `payload` and `id` may be `NULL`. */

live_result live_after(live_context *cx, uint64_t delay_ms, const char *name, live_json payload, uint64_t *id) LIVE_CHECKED;
live_result live_every(live_context *cx, uint64_t interval_ms, const char *name, live_json payload, uint64_t *id)
    LIVE_CHECKED;
void live_cancel(live_context *cx, uint64_t id);

/* The store: bytes that outlive the daemon, shared by all mounts of the component. */

/** Bytes; `data` is `NULL` where there are none. A NUL stands behind them, so they can be read as text. */
typedef struct live_bytes {
    const char *data;
    size_t size;
} live_bytes;

typedef struct live_store_entry {
    const char *key;
    live_bytes value;
} live_store_entry;

live_result live_store_get(live_context *cx, const char *key, live_bytes *value) LIVE_CHECKED;
live_result live_store_set(live_context *cx, const char *key, const void *bytes, size_t size) LIVE_CHECKED;
/** The key is gone so long from now. */
live_result live_store_set_for(live_context *cx, uint64_t ms, const char *key, const void *bytes, size_t size) LIVE_CHECKED;
live_result live_store_delete(live_context *cx, const char *key) LIVE_CHECKED;
/** Entries whose key begins with `prefix`, behind the key `after` (`NULL` for the start). `more` may be `NULL`. */
live_result live_store_scan(live_context *cx, const char *prefix, uint32_t limit, const char *after,
                            const live_store_entry **entries, size_t *count, bool *more) LIVE_CHECKED;
/** Writes if the key still holds `expected`; bytes whose data is `NULL` are none. */
live_result live_store_swap(live_context *cx, const char *key, live_bytes expected, live_bytes value, bool *swapped)
    LIVE_CHECKED;
/** Waits until everything before is saved. */
live_result live_store_flush(live_context *cx) LIVE_CHECKED;

/* HTTP, to the hosts that the daemon's configuration allows. */

typedef struct live_header {
    const char *name;
    const char *value;
} live_header;

typedef struct live_request {
    const char *url;
    const char *method; /**< `NULL` is GET. */
    const live_header *headers;
    size_t header_count;
    live_bytes body;
    uint32_t timeout_ms; /**< 0 is the daemon's own. */
} live_request;

typedef struct live_response {
    uint16_t status;
    const live_header *headers;
    size_t header_count;
    live_bytes body;
} live_response;

live_result live_fetch(live_context *cx, const live_request *request, live_response *response) LIVE_CHECKED;

/** Up to `length` bytes of a finished upload; none is the end. */
live_result live_upload_read(live_context *cx, const char *upload, uint64_t offset, uint32_t length, live_bytes *bytes)
    LIVE_CHECKED;

/** A value or secret of the daemon's configuration, `NULL` if it grants none. */
const char *live_config(live_context *cx, const char *key);

typedef enum live_level { LIVE_TRACE, LIVE_DEBUG, LIVE_INFO, LIVE_WARN, LIVE_ERROR } live_level;

/** A line in the daemon's log: see `live_format`. */
void live_log(live_context *cx, live_level level, const char *format, ...) LIVE_FORMAT(3, 4);

/** Milliseconds since the Unix epoch. */
uint64_t live_now_ms(live_context *cx);
/** Nanoseconds from an arbitrary start, never going back. */
uint64_t live_monotonic_ns(live_context *cx);

/** Fit for keys and tokens. */
void live_random_bytes(live_context *cx, void *bytes, size_t size);
uint64_t live_random_u64(live_context *cx);

#ifdef __cplusplus
}
#endif
#endif
