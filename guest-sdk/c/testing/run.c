/* Runs the tests and compares. */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

typedef struct test {
    const char *name;
    void (*run)(void);
} test;

static test tests[1000];
static size_t count;
static size_t differences;

void live_test_register(const char *name, void (*run)(void)) {
    if (count == sizeof tests / sizeof *tests) live_test_abort("Too many tests in one program", name);
    tests[count++] = (test){name, run};
}

void live_test_abort(const char *what, const char *detail) {
    fprintf(stderr, "%s: %s\n", what, detail);
    abort();
}

yyjson_mut_val *live_test_read(yyjson_mut_doc *doc, const char *text) {
    const char *json = live_quotes(text);
    yyjson_doc *read = yyjson_read(json, strlen(json), 0);
    if (read == NULL) live_test_abort("Not JSON", json);
    yyjson_mut_val *value = yyjson_val_mut_copy(doc, yyjson_doc_get_root(read));
    yyjson_doc_free(read);
    return value;
}

const char *live_test_write(yyjson_mut_doc *doc, yyjson_mut_val *value) {
    if (value == NULL) return NULL;
    char *text = yyjson_mut_val_write(value, 0, NULL);
    if (text == NULL) live_test_abort("Not UTF-8", "a value of the component");
    const char *kept = yyjson_mut_get_str(yyjson_mut_strcpy(doc, text));
    free(text);
    return kept;
}

void live_test_put(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, yyjson_mut_val *value) {
    yyjson_mut_obj_put(object, yyjson_mut_strcpy(doc, key), yyjson_mut_val_mut_copy(doc, value));
}

size_t live_test_differences(void) {
    return differences;
}

static void different(const char *file, int line, const char *what, const char *found, const char *expected) {
    differences++;
    fprintf(stderr, "%s:%d: %s\n  is       %s\n  expected %s\n", file, line, what, found == NULL ? "none" : found,
            expected == NULL ? "none" : expected);
}

void live_test_same(const char *file, int line, const char *what, const char *found, const char *expected) {
    if (found == NULL || expected == NULL) {
        if (found != expected) different(file, line, what, found, expected);
        return;
    }
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_doc *read = yyjson_read(found, strlen(found), 0);
    yyjson_mut_val *value = yyjson_val_mut_copy(doc, yyjson_doc_get_root(read));
    yyjson_doc_free(read);
    if (!yyjson_mut_equals(value, live_test_read(doc, expected))) different(file, line, what, found, expected);
    yyjson_mut_doc_free(doc);
    live_arena_reset();
}

void live_test_true(const char *file, int line, const char *what, bool holds) {
    if (!holds) different(file, line, what, "false", "true");
}

void live_test_failed_with(const char *file, int line, const char *found, const char *expected) {
    if (found == NULL || strcmp(found, expected) != 0) different(file, line, "failure", found, expected);
}

int main(void) {
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        size_t before = differences;
        tests[i].run();
        live_test_free_all();
        live_arena_reset();
        bool worked = before == differences;
        if (!worked) failed++;
        printf("%s %s\n", worked ? "ok    " : "FAILED", tests[i].name);
        fflush(stdout);
    }
    printf("%zu tests, %zu failed\n", count, failed);
    return failed == 0 && count > 0 ? 0 : 1;
}
