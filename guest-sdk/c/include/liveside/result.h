/* How an event ends: `LIVE_OK`, an answer, or a failure with a sentence for the user. */
#ifndef LIVESIDE_RESULT_H
#define LIVESIDE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One event: what every function of the SDK is given. It is gone when the event ends, with all memory of it. */
typedef struct live_context live_context;

/** A JSON value in the memory of the event. `NULL` is "there is none", which is not the same as JSON's null. */
typedef struct yyjson_mut_val *live_json;

/** Whether something worked. Why not is kept in the context. */
typedef enum live_result { LIVE_FAILED = 0, LIVE_OK = 1 } live_result;

/** The compiler checks the arguments of a format. */
#define LIVE_FORMAT(at, first) __attribute__((format(printf, at, first)))
/** What did not work must be looked at. */
#define LIVE_CHECKED __attribute__((warn_unused_result))

/** Leaves the handler with the failure, if `call` failed: `LIVE_TRY(live_emit(cx, ...));` */
#define LIVE_TRY(call) \
    do { \
        if (!(call)) return LIVE_FAILED; \
    } while (0)

/** Leaves the handler with a failure unless the condition holds: `LIVE_ENSURE(cx, by > 0, "%d is no step", by);` */
#define LIVE_ENSURE(cx, condition, ...) \
    do { \
        if (!(condition)) return live_fail(cx, __VA_ARGS__); \
    } while (0)

/** The action did not work, and this sentence says why. Changes made before it stay. */
live_result live_fail(live_context *cx, const char *format, ...) LIVE_FORMAT(2, 3);
/** This user may not. */
live_result live_deny(live_context *cx, const char *format, ...) LIVE_FORMAT(2, 3);
/** The payload is not what the action takes. */
live_result live_invalid(live_context *cx, const char *format, ...) LIVE_FORMAT(2, 3);
/** A limit would be passed. */
live_result live_limit(live_context *cx, const char *format, ...) LIVE_FORMAT(2, 3);

/** Answers the caller of an action with a value; `NULL` is null. */
live_result live_answer(live_context *cx, live_json value);
/** Answers with a value written as a template: see `live_jsonf`. */
live_result live_answerf(live_context *cx, const char *json, ...) LIVE_FORMAT(2, 3);

/** What must not happen has happened: logs the message and stops the module. The event's changes are dropped. */
__attribute__((noreturn)) void live_panic(const char *format, ...) LIVE_FORMAT(1, 2);

/** Why the daemon refused a call, and what an event fails with. */
typedef enum live_error_code {
    LIVE_NO_ERROR,
    LIVE_ERROR_NOT_AVAILABLE, /**< This daemon does not offer the function. */
    LIVE_ERROR_DENIED,        /**< Its configuration does not grant it, or the user may not. */
    LIVE_ERROR_INVALID,       /**< An argument breaks a rule. */
    LIVE_ERROR_LIMIT,         /**< A size, a count or a rate would be passed. */
    LIVE_ERROR_TIMEOUT,       /**< It took longer than it may. */
    LIVE_ERROR_FAILED,        /**< It was tried and did not work. */
} live_error_code;

/** Why the last call that failed did so. */
live_error_code live_error(const live_context *cx);
/** The same as a sentence; `""` if nothing failed. */
const char *live_error_message(const live_context *cx);

#ifdef __cplusplus
}
#endif
#endif
