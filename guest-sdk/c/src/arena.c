/*
 * The memory of an event: taken from the front of chunks, freed all at once at the event's end. Arguments and results
 * that cross to and from the daemon are in it as well (`cabi_realloc`), so neither the SDK nor an author frees anything.
 *
 * One chunk is kept from event to event. Under a sanitizer each piece has a chunk of its own, so that reading past its
 * end, or after the event, is found by a test.
 */
#include <stdlib.h>

#include "internal.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SEPARATE_PIECES 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SEPARATE_PIECES 1
#endif

enum { ALIGNMENT = 8, KEPT_SIZE = 16 * 1024 };

typedef struct chunk {
    struct chunk *next;
    size_t size;
    size_t used;
    _Alignas(ALIGNMENT) char data[];
} chunk;

static chunk *chunks;
static size_t held;

static chunk *add_chunk(size_t size) {
    chunk *added = size < SIZE_MAX / 2 ? malloc(sizeof(chunk) + size) : NULL;
    if (added == NULL) __builtin_trap(); /* The daemon takes it for what it is: the module's memory limit. */
    *added = (chunk){.next = chunks, .size = size};
    held += size;
    return chunks = added;
}

#ifndef SEPARATE_PIECES
static size_t rounded(size_t size) {
    return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}
#endif

void *live_alloc(size_t size) {
#ifdef SEPARATE_PIECES
    return add_chunk(size)->data;
#else
    size = rounded(size);
    chunk *from = chunks;
    if (from == NULL || from->size - from->used < size) from = add_chunk(size > KEPT_SIZE ? size : KEPT_SIZE);
    void *memory = from->data + from->used;
    from->used += size;
    return memory;
#endif
}

void *live_grow(void *old, size_t old_size, size_t size) {
    if (size <= old_size) return old;
#ifndef SEPARATE_PIECES
    chunk *from = chunks;
    if (from != NULL && old != NULL && (char *)old + rounded(old_size) == from->data + from->used) {
        size_t more = rounded(size) - rounded(old_size);
        if (from->size - from->used >= more) {
            from->used += more;
            return old;
        }
    }
#endif
    void *grown = live_alloc(size);
    if (old_size > 0) memcpy(grown, old, old_size);
    return grown;
}

void live_arena_reset(void) {
    chunk *kept = NULL;
    for (chunk *each = chunks, *next; each != NULL; each = next) {
        next = each->next;
#ifndef SEPARATE_PIECES
        if (kept == NULL && each->size == KEPT_SIZE) {
            kept = each;
            continue;
        }
#endif
        held -= each->size;
        free(each);
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    chunks = kept;
}

size_t live_arena_size(void) {
    return held;
}

#ifdef __wasm__
#define EXPORT(name) __attribute__((__export_name__(name)))
#else
#define EXPORT(name)
#endif

/*
 * The WASI adapter, which the daemon adds to a module that uses the C library's files, variables or prints, takes its
 * stack and its state from here as well: a page each, once, aligned to 8. They live as long as the module does. What
 * comes with an event is text and lists of texts, aligned to less.
 */
static void *alloc_for_adapter(size_t old_size, size_t alignment, size_t size) {
    enum { PAGE = 64 * 1024 };
    if (old_size != 0 || alignment != 8 || size != PAGE) return NULL;
    void *page = malloc(PAGE);
    if (page == NULL) __builtin_trap();
    return page;
}

/* The generated code has weak versions of these, which use malloc. A NUL behind each piece makes texts C strings. */
EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size) {
    if (size == 0) return (void *)alignment;
    void *lasting = alloc_for_adapter(old_size, alignment, size);
    if (lasting != NULL) return lasting;
    char *memory = live_grow(old, old_size, size + 1);
    memory[size] = 0;
    return memory;
}

EXPORT("cabi_post_liveside:component/component@0.1.0#describe")
void __wasm_export_exports_liveside_component_component_describe_post_return(uint8_t *result) {
    (void)result;
    live_arena_reset();
}

EXPORT("cabi_post_liveside:component/component@0.1.0#handle")
void __wasm_export_exports_liveside_component_component_handle_post_return(uint8_t *result) {
    (void)result;
    live_arena_reset();
}

EXPORT("cabi_post_liveside:component/component@0.1.0#migrate")
void __wasm_export_exports_liveside_component_component_migrate_post_return(uint8_t *result) {
    (void)result;
    live_arena_reset();
}
