/* What is there beside the interface: nothing. */
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
