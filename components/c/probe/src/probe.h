/* Every feature once: a fixture for the conformance tests, not an example. */
#ifndef PROBE_H
#define PROBE_H

#include <liveside.h>

#ifndef PROBE_VERSION
#define PROBE_VERSION 1
#endif

/** What the versions call differently. */
#if PROBE_VERSION == 1
#define VALUE "value"
#define OTHER_VALUE "amount"
#define VERSION "1.0.0"
#else
#define VALUE "amount"
#define OTHER_VALUE "value"
#define VERSION "2.0.0"
#endif

extern const live_action probe_actions[];
extern const live_component hall;
extern const live_component box;

/** What this language says about files and networks. */
live_result outside(live_context *cx, live_json payload);
live_result read_file(live_context *cx, live_json payload);
live_result write_file(live_context *cx, live_json payload);
live_result variable(live_context *cx, live_json payload);
live_result print(live_context *cx, live_json payload);

/** Prints the beginning of a line that never ends. */
void say_goodbye(void);

#endif
