/* The daemon's place in a test: what there is beside the component. */
#ifndef LIVESIDE_TESTING_WORLD_H
#define LIVESIDE_TESTING_WORLD_H

#include "../src/internal.h"
#include "liveside_testing.h"

enum { LIVE_TEST_NAMES = 32 };

struct live_test {
    live_test *next;
    live_test_setup setup;
    const char *name;
    /** Owns everything below; freed with the test. */
    yyjson_mut_doc *doc;
    yyjson_mut_val *state;
    /** The state when the last event began. */
    yyjson_mut_val *before;
    yyjson_mut_val *private;
    yyjson_mut_val *persistent;
    yyjson_mut_val *store;
    yyjson_mut_val *config;
    yyjson_mut_val *uploads;
    yyjson_mut_val *member_counts;
    yyjson_mut_val *room_states;
    yyjson_mut_val *joined;
    yyjson_mut_val *timers;
    yyjson_mut_val *effects;
    yyjson_mut_val *logs;
    yyjson_mut_val *hook_errors;
    const char *answer;
    const char *failure;
    const char *connection;
    const char *user;
    /** Copies: what a test gives may be gone when the function ends that mounted. */
    const char *roles[LIVE_TEST_NAMES + 1];
    const char *permissions[LIVE_TEST_NAMES + 1];
    uint64_t now_ms;
    uint64_t last_timer;
    unsigned interfere;
    const char *interfering;
};

/** The component whose event runs: the imports have no other way to know. */
extern live_test *live_test_current;

/** Reads JSON text, in which `'` may stand for `"`, into a document. Ends the tests where it is none. */
yyjson_mut_val *live_test_read(yyjson_mut_doc *doc, const char *text);
/** A copy of JSON text that lives as long as the document. */
const char *live_test_write(yyjson_mut_doc *doc, yyjson_mut_val *value);
/** Puts a value under a key in place of what is there. */
void live_test_put(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, yyjson_mut_val *value);
/** Ends the tests: the test itself is wrong, or the component does what would stop the module. */
__attribute__((noreturn)) void live_test_abort(const char *what, const char *detail);

#endif
