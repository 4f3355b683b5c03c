/* Text that lives as long as the event. */
#ifndef LIVESIDE_TEXT_H
#define LIVESIDE_TEXT_H

#include "result.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Memory that is freed when the event ends. Never `NULL`. */
void *live_alloc(size_t size);

/**
 * Text as by printf. `%d %i %u %x %c %s %g %f %p %%` with `l`, `ll`, `z` and, for text and `%f`, a precision; no widths.
 * `%p` is a `live_json`, written as JSON. It brings no stdio into the module.
 */
const char *live_format(live_context *cx, const char *format, ...) LIVE_FORMAT(2, 3);

/** Without the white space around it (Unicode's, not only ASCII's). */
const char *live_trim(live_context *cx, const char *text);

/** How many characters (code points) there are. `strlen` counts bytes. */
size_t live_characters(const char *text);

/** Whether there is white space (Unicode's) in it. */
bool live_has_space(const char *text);

#ifdef __cplusplus
}
#endif
#endif
