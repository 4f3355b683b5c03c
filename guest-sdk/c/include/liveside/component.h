/* What a component says of itself: one table. A field that is left out is the usual thing. */
#ifndef LIVESIDE_COMPONENT_H
#define LIVESIDE_COMPONENT_H

#include "result.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Who may. Roles and permissions imply `authenticated`. Lists are written with `LIVE_NAMES`. */
typedef struct live_access {
    bool authenticated;
    const char *const *roles;       /**< One of them is enough. */
    const char *const *permissions; /**< All of them are needed. */
} live_access;

/** How often. All zero is no limit. */
typedef struct live_rate_limit {
    uint32_t burst;      /**< Calls that may come at once. */
    uint32_t per_minute; /**< Calls that become free again in a minute. */
} live_rate_limit;

/** `payload` is `NULL` where the browser sent none. */
typedef live_result live_action_function(live_context *cx, live_json payload);

/** A function that browsers may call. */
typedef struct live_action {
    const char *name; /**< As browsers call it. */
    live_action_function *run;
    live_access access;
    live_rate_limit rate_limit;
    const char *payload_schema; /**< JSON Schema; `'` may stand for `"`. The daemon checks it. */
} live_action;

/** A function that is not public. A browser that calls it is told the advice. */
typedef struct live_hidden_action {
    const char *name;
    const char *advice; /**< What to add, and where. */
} live_hidden_action;

typedef struct live_room_event {
    const char *room;
    const char *event;
    live_json data;
} live_room_event;

/** What other members of a room emit. */
typedef struct live_room_handler {
    const char *event;
    live_result (*run)(live_context *cx, const live_room_event *event);
    const char *room; /**< A name, `chat:*`, or `*`; `NULL` is the default room. */
} live_room_handler;

typedef struct live_timer {
    uint64_t id;
    const char *name;
    live_json payload; /**< `NULL` if there is none. */
} live_timer;

/** What timers call. */
typedef struct live_timer_handler {
    const char *name; /**< As it was started; `*` is every other. */
    live_result (*run)(live_context *cx, const live_timer *timer);
} live_timer_handler;

typedef struct live_mount {
    const char *room;        /**< `NULL` if there is none. */
    const char *debug_label; /**< `NULL` if there is none. */
} live_mount;

typedef enum live_upload_stage {
    LIVE_UPLOAD_START, /**< A failure refuses it. */
    LIVE_UPLOAD_PROGRESS,
    LIVE_UPLOAD_COMPLETE,
    LIVE_UPLOAD_FAILED,
} live_upload_stage;

typedef struct live_upload {
    const char *id;
    live_upload_stage stage;
    const char *filename;
    const char *content_type;
    uint64_t size;      /**< Bytes, as announced. */
    uint64_t progress;  /**< Bytes so far, in `LIVE_UPLOAD_PROGRESS`. */
    const char *url;    /**< In `LIVE_UPLOAD_COMPLETE`. */
    const char *reason; /**< In `LIVE_UPLOAD_FAILED`. */
} live_upload;

/** A browser that joined or left a singleton. */
typedef struct live_client {
    const char *connection_id;
    uint32_t count; /**< Members after the event. */
} live_client;

/** A mounted component that joins or leaves a room with logic. */
typedef struct live_membership {
    const char *instance;
    uint32_t count; /**< Members after the event. */
} live_membership;

/** What the daemon calls. A hook that is not there costs nothing. */
typedef struct live_hooks {
    live_result (*connect)(live_context *cx);
    live_result (*mount)(live_context *cx, const live_mount *mount);
    live_result (*rehydrate)(live_context *cx, const char *from_version);
    /** Before every action. A failure cancels it. */
    live_result (*before_action)(live_context *cx, const char *action, live_json payload);
    live_result (*state_change)(live_context *cx, const char *const *keys, size_t count);
    live_result (*room_join)(live_context *cx, const char *room);
    live_result (*room_leave)(live_context *cx, const char *room);
    live_result (*upload)(live_context *cx, const live_upload *upload);
    live_result (*client_join)(live_context *cx, const live_client *client);
    live_result (*client_leave)(live_context *cx, const live_client *client);
    live_result (*reload)(live_context *cx, const char *from_version);
    live_result (*disconnect)(live_context *cx);
    live_result (*destroy)(live_context *cx);
    /** Of rooms. A failure refuses it. */
    live_result (*member_join)(live_context *cx, const live_membership *member);
    live_result (*member_leave)(live_context *cx, const live_membership *member);
    live_result (*empty)(live_context *cx);
} live_hooks;

typedef enum live_props { LIVE_PROPS_KNOWN, LIVE_PROPS_NONE, LIVE_PROPS_ANY } live_props;

typedef enum live_scope {
    LIVE_EACH_MOUNT,     /**< One instance for each mount. */
    LIVE_SINGLETON,      /**< One for everybody; it ends `linger_ms` after its last member left. */
    LIVE_SINGLETON_KEPT, /**< One for everybody, for ever. */
} live_scope;

enum {
    LIVE_LOG_LIFECYCLE = 1,
    LIVE_LOG_MESSAGES = 2,
    LIVE_LOG_STATE = 4,
    LIVE_LOG_PERFORMANCE = 8,
    LIVE_LOG_ROOMS = 16,
    LIVE_LOG_WEBSOCKET = 32,
};

/** One component, or the logic of rooms. In JSON texts `'` may stand for `"`. */
typedef struct live_component {
    const char *name;                /**< As browsers name it in a mount. */
    const char *version;             /**< Of the state's shape. */
    const char *default_state;       /**< A JSON object; `{}` if left out. */
    const char *persistent_defaults; /**< A JSON object; `{}` if left out. */
    const live_action *actions;      /**< `LIVE_ACTIONS({"increment", increment}, ...)` */
    const live_hidden_action *hidden_actions; /**< `LIVE_HIDDEN_ACTIONS({"name", "advice"}, ...)` */
    const live_room_handler *room_events;     /**< `LIVE_ROOM_EVENTS({"MESSAGE", message}, ...)` */
    const live_timer_handler *timers;         /**< `LIVE_TIMERS({"tick", tick}, ...)` */
    live_hooks hooks;
    /** Turns `state`, of another version, into this one's. Only log, clock and random are there. */
    live_result (*migrate)(live_context *cx, const char *from_version, live_json state);
    bool set_value; /**< Browsers may set keys of the state. */
    live_props props;
    live_access access;
    live_rate_limit rate_limit;
    live_scope scope;
    uint64_t linger_ms;
    const char *room; /**< Not a component but the logic of rooms of this kind. */
    bool durable;     /**< State of a singleton or a room outlives the daemon. */
    bool fresh;       /**< Every event gets a new instance of the module. */
    const char *state_schema; /**< JSON Schema of what browsers set. */
    unsigned logging;         /**< `LIVE_LOG_LIFECYCLE | ...` */
} live_component;

#define LIVE_NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LIVE_ACTIONS(...) ((const live_action[]){__VA_ARGS__, {NULL}})
#define LIVE_HIDDEN_ACTIONS(...) ((const live_hidden_action[]){__VA_ARGS__, {NULL}})
#define LIVE_ROOM_EVENTS(...) ((const live_room_handler[]){__VA_ARGS__, {NULL}})
#define LIVE_TIMERS(...) ((const live_timer_handler[]){__VA_ARGS__, {NULL}})

/** What the module holds, ending with `NULL`. Written by the macros below. */
extern const live_component *const live_module[];

/** A module of several components: `LIVESIDE_MODULE(&hall, &box)`. */
#define LIVESIDE_MODULE(...) const live_component *const live_module[] = {__VA_ARGS__, NULL}

/** A module of one component. */
#define LIVESIDE_COMPONENT(name_, version_, ...) \
    static const live_component live_only_component = {.name = name_, .version = version_, __VA_ARGS__}; \
    LIVESIDE_MODULE(&live_only_component)

#ifdef __cplusplus
}
#endif
#endif
