/* What the files of the SDK share. Not for authors. */
#ifndef LIVESIDE_INTERNAL_H
#define LIVESIDE_INTERNAL_H

#include <stdarg.h>
#include <string.h>

#include "../generated/live_component.h"
#include "../include/liveside.h"
#include "../third_party/yyjson/yyjson.h"

typedef live_component_string_t wit_string;
typedef liveside_component_types_error_t wit_error;

struct live_context {
    const live_component *component;
    const char *instance;
    /** Owns every JSON value of the event; its memory is the arena's. */
    yyjson_mut_doc *doc;
    live_json answer;
    live_error_code error;
    const char *message;
    /** The failure is the author's own. One of the daemon's that an author passes on is `failed`, unless it is a limit. */
    bool said;
    /** A write to the state was refused: the event fails with this, whatever the handler returns. */
    live_error_code refused;
    const char *refusal;
};

/* arena.c */

/** Memory of the event, at `old` if that can grow in place. Used by the JSON library and for growing text. */
void *live_grow(void *old, size_t old_size, size_t size);
/** Ends the event: everything from `live_alloc` and from the daemon is gone. */
void live_arena_reset(void);
/** Bytes that the arena holds from malloc, for tests. */
size_t live_arena_size(void);

/* result.c */

/** The arena, as the JSON library wants it. */
extern const yyjson_alc live_json_memory;

void live_context_begin(live_context *cx, const live_component *component, const char *instance);
/** Takes over why the daemon refused a call. */
live_result live_refused(live_context *cx, const wit_error *error);

/* format.c */

/** Text of a format; with `json` it is a template of JSON. */
const char *live_vformat(live_context *cx, bool json, const char *format, va_list arguments);
/** JSON text with `"` for each `'` that stands for one. */
const char *live_quotes(const char *text);

/* text.c */

/** The text, valid UTF-8: what is none becomes U+FFFD. Sets the new length. */
const char *live_utf8(const char *text, size_t *length);

/* definition.c */

const live_component *live_find_component(const char *name);

/* Between C strings and those of the interface. */

static inline wit_string to_wit(const char *text) {
    return (wit_string){(uint8_t *)text, strlen(text)};
}

/** A NUL stands behind every text that the daemon has put into the arena; an empty one has no memory at all. */
static inline const char *from_wit(wit_string text) {
    return text.len == 0 ? "" : (const char *)text.ptr;
}

static inline const char *from_wit_option(live_component_option_string_t text) {
    return text.is_some ? from_wit(text.val) : NULL;
}

static inline live_json json_from_wit(live_context *cx, wit_string text) {
    return live_parse_n(cx, (const char *)text.ptr, text.len);
}

#endif
