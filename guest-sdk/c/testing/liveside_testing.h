/*
 * Tests of a component on one's own machine, without a daemon. The harness takes the daemon's place: it keeps the
 * state, calls hooks and actions through the same code as in a module, and records what the component asked for.
 *
 *     LIVE_TEST(it_counts) {
 *         live_test *t = live_test_mount(.room = "lobby", .user = "ana");
 *         live_test_call(t, "increment", "{'by': 2}");
 *         LIVE_EXPECT_ANSWER(t, "{'count': 2}");
 *         LIVE_EXPECT_DELTA(t, "{'count': 2, 'lastUpdatedBy': 'ana'}");
 *     }
 *
 * A test file has nothing but tests: `main` is the harness's. In JSON texts `'` may stand for `"`.
 * Access rules are enforced, rate limits and schemas are not: those are the daemon's alone.
 */
#ifndef LIVESIDE_TESTING_H
#define LIVESIDE_TESTING_H

#include <liveside.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A mounted component. The harness frees it when the test ends. */
typedef struct live_test live_test;

/** Answers calls of a room's logic, as an action does: by `live_answerf(cx, ..)` or `live_fail(cx, ..)`. */
typedef live_result live_test_room_logic(live_context *cx, const char *room, const char *action, live_json payload);
/** Answers HTTP requests. */
typedef live_result live_test_http(live_context *cx, const live_request *request, live_response *response);

typedef struct live_test_setup {
    const char *component; /**< The module's first one, if left out. */
    const char *instance;
    const char *room;
    const char *debug_label;
    const char *props; /**< JSON object */
    const char *user;  /**< Signed in; anonymous if left out. */
    const char *const *roles;
    const char *const *permissions;
    const char *label;
    const char *persistent; /**< JSON object */
    const char *config;     /**< JSON object of texts */
    uint64_t now_ms;
    live_test_room_logic *room_logic;
    live_test_http *http;
    char not_for_authors_; /**< So that a list of settings may be empty. */
} live_test_setup;

/** Mounts a component: `connect`, then `mount`. */
#ifdef __cplusplus
#define live_test_mount(...) live_test_mount_with(live_test_setup{__VA_ARGS__})
#else
#define live_test_mount(...) live_test_mount_with((live_test_setup){.not_for_authors_ = 0, __VA_ARGS__})
#endif
live_test *live_test_mount_with(live_test_setup setup);

/* Events. Each says whether the component's handler worked. A payload is JSON text, `NULL` for none. */

/** As a browser calls: access rules, `before_action`, the action, `state_change`. `setValue` is there, too. */
bool live_test_call(live_test *t, const char *action, const char *payload);
bool live_test_set_value(live_test *t, const char *key, const char *value);
bool live_test_room_event(live_test *t, const char *room, const char *event, const char *data);
/** Lets time pass, and calls the timers that become due. */
bool live_test_advance(live_test *t, uint64_t ms);
bool live_test_upload(live_test *t, live_upload upload, const void *bytes, size_t size);
bool live_test_room_join(live_test *t, const char *room);
bool live_test_room_leave(live_test *t, const char *room);
bool live_test_client_join(live_test *t, const char *connection, uint32_t count);
bool live_test_client_leave(live_test *t, const char *connection, uint32_t count);
bool live_test_member_join(live_test *t, const char *instance, uint32_t count);
/** With a count of 0 the room is empty as well. */
bool live_test_member_leave(live_test *t, const char *instance, uint32_t count);
bool live_test_rehydrate(live_test *t, const char *from_version);
bool live_test_reload(live_test *t, const char *from_version);
bool live_test_disconnect(live_test *t);
bool live_test_destroy(live_test *t);
/** The answer is the state after it, with the defaults of new keys. */
bool live_test_migrate(live_test *t, const char *from_version, const char *state);

/** Who is behind the events to come; `NULL` is an anonymous visitor. */
void live_test_sign_in(live_test *t, const char *user, const char *const *roles, const char *const *permissions);
/** How many members a room has; 1 without it. */
void live_test_set_members(live_test *t, const char *room, uint32_t count);
/** The next so many compare-and-sets of the persistent map find that somebody has written `value` meanwhile. */
void live_test_interfere(live_test *t, unsigned times, const char *value);

/* What came of it, as JSON text; valid until the test ends. `NULL` where there is none. */

const char *live_test_state(live_test *t);
const char *live_test_answer(live_test *t);
/** `failed: It is full.`, `denied: ..`, `invalid-payload: ..`, `not-callable: ..`, `limit: ..`; `NULL` if it worked. */
const char *live_test_failure(live_test *t);
/** The keys that the last event changed. */
const char *live_test_delta(live_test *t);
/**
 * What the last event asked for, a list of `{'emit', 'room', 'data'}`, `{'join'}`, `{'leave'}`,
 * `{'roomState', 'changes'}`, `{'broadcast', 'data', 'exceptSender'}`, `{'binary', 'text'}`,
 * `{'timer', 'ms', 'repeats', 'payload'}`, `{'cancel'}`.
 */
const char *live_test_effects(live_test *t);
/** The lines that the last event logged: `["info: text"]`. */
const char *live_test_logs(live_test *t);
/** Of hooks where no caller is told: while mounting, and of `state_change`. */
const char *live_test_hook_errors(live_test *t);
const char *live_test_private(live_test *t, const char *key);
const char *live_test_persistent(live_test *t, const char *key);

/** Compares JSON, or `NULL`; a difference fails the test, which goes on. */
void live_test_same(const char *file, int line, const char *what, const char *found, const char *expected);
void live_test_true(const char *file, int line, const char *what, bool holds);
/** For test runners of other languages: how many there were, and the end of a test. */
size_t live_test_differences(void);
void live_test_free_all(void);

#define LIVE_EXPECT(condition) live_test_true(__FILE__, __LINE__, #condition, condition)
#define LIVE_EXPECT_JSON(found, json) live_test_same(__FILE__, __LINE__, #found, found, json)
#define LIVE_EXPECT_STATE(t, json) LIVE_EXPECT_JSON(live_test_state(t), json)
#define LIVE_EXPECT_DELTA(t, json) LIVE_EXPECT_JSON(live_test_delta(t), json)
#define LIVE_EXPECT_EFFECTS(t, json) LIVE_EXPECT_JSON(live_test_effects(t), json)
#define LIVE_EXPECT_ANSWER(t, json) LIVE_EXPECT_JSON(live_test_answer(t), json)
void live_test_failed_with(const char *file, int line, const char *found, const char *expected);
#define LIVE_EXPECT_FAILURE(t, text) live_test_failed_with(__FILE__, __LINE__, live_test_failure(t), text)

/** A test; its name is a sentence. */
#define LIVE_TEST(name) \
    static void name(void); \
    __attribute__((constructor)) static void register_##name(void) { \
        live_test_register(#name, name); \
    } \
    static void name(void)
void live_test_register(const char *name, void (*run)(void));

#ifdef __cplusplus
}
#endif
#endif
