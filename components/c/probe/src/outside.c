/* What is there beside the interface: nothing, or what was granted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.h"

extern char **environ;

live_result outside(live_context *cx, live_json payload) {
    (void)payload;
    FILE *file = fopen("/etc/passwd", "r");
    const char *files = file == NULL ? strerror(errno) : NULL;
    if (file != NULL) fclose(file);
    getenv("HOME"); /* Makes the C library read the environment. */
    int count = 0;
    while (environ != NULL && environ[count] != NULL) count++;
    /* The C library that modules are linked with has no way to connect a socket. */
    return live_answerf(cx, "{'files': %s, 'network': null, 'environment': %d}", files, count);
}

live_result read_file(live_context *cx, live_json payload) {
    const char *path;
    LIVE_TRY(live_arg_text(cx, payload, "path", &path));
    FILE *file = fopen(path, "r");
    if (file == NULL) return live_fail(cx, "%s", strerror(errno));
    char text[1024];
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return live_answer(cx, live_text(cx, text));
}

live_result write_file(live_context *cx, live_json payload) {
    const char *path, *text;
    LIVE_TRY(live_arg_text(cx, payload, "path", &path));
    LIVE_TRY(live_arg_text(cx, payload, "text", &text));
    FILE *file = fopen(path, "w");
    if (file == NULL) return live_fail(cx, "%s", strerror(errno));
    bool written = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !written) return live_fail(cx, "%s", strerror(errno));
    return LIVE_OK;
}

live_result variable(live_context *cx, live_json payload) {
    const char *name;
    LIVE_TRY(live_arg_text(cx, payload, "name", &name));
    const char *value = getenv(name);
    return value == NULL ? LIVE_OK : live_answer(cx, live_text(cx, value));
}

live_result print(live_context *cx, live_json payload) {
    const char *message;
    LIVE_TRY(live_arg_text(cx, payload, "message", &message));
    puts(message);
    fflush(stdout);
    return LIVE_OK;
}

void say_goodbye(void) {
    fputs("about to crash", stdout);
    fflush(stdout);
}
