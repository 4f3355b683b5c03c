/*
 * Formats: text for people, and templates of JSON. Own code, because the C library's brings stdio into the module, and
 * with it imports of WASI.
 */
#include <stdarg.h>

#include "internal.h"

typedef struct {
    char *data;
    size_t length;
    size_t capacity;
} buffer;

static void put(buffer *out, const char *text, size_t length) {
    if (out->capacity - out->length <= length) {
        size_t capacity = (out->length + length + 1) * 2;
        out->data = live_grow(out->data, out->capacity, capacity);
        out->capacity = capacity;
    }
    memcpy(out->data + out->length, text, length);
    out->length += length;
    out->data[out->length] = 0;
}

static void put_unsigned(buffer *out, unsigned long long value, unsigned base) {
    char digits[24];
    size_t at = sizeof digits;
    do digits[--at] = "0123456789abcdef"[value % base];
    while ((value /= base) > 0);
    put(out, digits + at, sizeof digits - at);
}

static void put_signed(buffer *out, long long value) {
    if (value < 0) put(out, "-", 1);
    put_unsigned(out, value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value, 10);
}

static void put_json(buffer *out, live_context *cx, live_json value, bool bare) {
    const char *text = live_write(cx, value);
    size_t length = strlen(text);
    /* Inside quotes that the template has already. */
    if (bare && length >= 2 && text[0] == '"') put(out, text + 1, length - 2);
    else put(out, text, length);
}

static void put_number(buffer *out, live_context *cx, double value, int precision) {
    yyjson_write_flag flags = YYJSON_WRITE_INF_AND_NAN_AS_NULL;
    if (precision > 15) precision = 15;
    if (precision > 0) flags |= YYJSON_WRITE_FP_TO_FIXED(precision);
    yyjson_mut_val number = {0};
    yyjson_mut_set_double(&number, precision == 0 ? (double)(long long)(value < 0 ? value - 0.5 : value + 0.5) : value);
    char *text = yyjson_mut_val_write_opts(&number, flags, &live_json_memory, NULL, NULL);
    size_t length = strlen(text);
    if (length > 2 && strcmp(text + length - 2, ".0") == 0) length -= 2;
    put(out, text, length);
    (void)cx;
}

/** One conversion, `at` on the character behind its `%`. Gives the place behind it. */
static const char *convert(buffer *out, live_context *cx, bool json, bool quoted, const char *at, va_list *arguments) {
    const char *start = at;
    int precision = -1, longs = 0;
    if (*at == '.') {
        precision = 0;
        if (*++at == '*') {
            precision = va_arg(*arguments, int);
            at++;
        }
        for (; *at >= '0' && *at <= '9'; at++) precision = precision * 10 + (*at - '0');
    }
    for (; *at == 'l'; at++) longs++;
    if (*at == 'z' || *at == 't') {
        longs = sizeof(size_t) > sizeof(int) ? 1 : 0;
        at++;
    } else if (*at == 'j') {
        longs = 2;
        at++;
    }
    switch (*at) {
        case 'd':
        case 'i':
            put_signed(out, longs > 1 ? va_arg(*arguments, long long)
                            : longs   ? va_arg(*arguments, long)
                                      : va_arg(*arguments, int));
            break;
        case 'u':
        case 'x':
            put_unsigned(out,
                         longs > 1 ? va_arg(*arguments, unsigned long long)
                         : longs   ? va_arg(*arguments, unsigned long)
                                   : va_arg(*arguments, unsigned),
                         *at == 'x' ? 16 : 10);
            break;
        case 'g':
        case 'f': put_number(out, cx, va_arg(*arguments, double), precision); break;
        case 'c': put(out, &(char){(char)va_arg(*arguments, int)}, 1); break;
        case '%': put(out, "%", 1); break;
        case 'p': {
            live_json value = va_arg(*arguments, void *);
            put_json(out, cx, value, false);
            break;
        }
        case 's': {
            const char *text = va_arg(*arguments, const char *);
            size_t length = text == NULL ? 0 : precision < 0 ? strlen(text) : strnlen(text, (size_t)precision);
            if (!json) put(out, text == NULL ? "(null)" : text, text == NULL ? 6 : length);
            else if (text != NULL) put_json(out, cx, live_text_n(cx, text, length), quoted);
            else if (!quoted) put(out, "null", 4);
            break;
        }
        default: live_panic("`%%%s` is no conversion that Liveside's formats know", start);
    }
    return at + 1;
}

const char *live_vformat(live_context *cx, bool json, const char *format, va_list arguments) {
    buffer out = {0};
    bool quoted = false;
    char mark = 0;
    va_list list;
    va_copy(list, arguments);
    put(&out, "", 0);
    for (const char *at = format; *at != 0;) {
        if (*at == '%') {
            at = convert(&out, cx, json, quoted, at + 1, &list);
            continue;
        }
        if (json && (*at == '"' || *at == '\'') && (!quoted || *at == mark)) {
            quoted = !quoted;
            mark = *at;
            put(&out, "\"", 1);
        } else if (json && quoted && *at == '\\' && at[1] != 0) {
            put(&out, at++, 2);
        } else {
            put(&out, at, 1);
        }
        at++;
    }
    va_end(list);
    if (json) return out.data;
    return live_utf8(out.data, &out.length);
}

const char *live_quotes(const char *text) {
    buffer out = {0};
    char mark = 0;
    put(&out, "", 0);
    for (const char *at = text; *at != 0; at++) {
        if (*at == '\\' && at[1] != 0) {
            put(&out, at++, 2);
        } else if (mark == 0 ? (*at == '"' || *at == '\'') : *at == mark) {
            mark = mark == 0 ? *at : 0;
            put(&out, "\"", 1);
        } else {
            put(&out, at, 1);
        }
    }
    return out.data;
}

const char *live_format(live_context *cx, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *text = live_vformat(cx, false, format, arguments);
    va_end(arguments);
    return text;
}
