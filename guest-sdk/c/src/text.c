/* Text as Unicode sees it. Bytes that are no UTF-8 count as one character each. */
#include "internal.h"

/** The code point at a place and how many bytes it has; 0 and 1 where the bytes are no UTF-8. */
static uint32_t decode(const unsigned char *text, size_t length, size_t *bytes) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = text[0];
    size_t count = first < 0x80 ? 1 : first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
    *bytes = 1;
    if (count == 1) return first;
    if (count == 0 || count > length) return 0;
    uint32_t point = first & (0x7fu >> count);
    for (size_t i = 1; i < count; i++) {
        if ((text[i] & 0xc0) != 0x80) return 0;
        point = point << 6 | (text[i] & 0x3fu);
    }
    if (point < smallest[count] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return 0;
    *bytes = count;
    return point;
}

static bool is_space(uint32_t point) {
    return (point >= 9 && point <= 13) || point == ' ' || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
           point == 0x205f || point == 0x3000;
}

const char *live_utf8(const char *text, size_t *length) {
    const unsigned char *from = (const unsigned char *)text;
    size_t bad = 0, bytes;
    for (size_t i = 0; i < *length; i += bytes) {
        if (decode(from + i, *length - i, &bytes) == 0 && from[i] != 0) bad++;
    }
    if (bad == 0) return text;
    char *valid = live_alloc(*length + 2 * bad + 1);
    size_t at = 0;
    for (size_t i = 0; i < *length; i += bytes) {
        bool none = decode(from + i, *length - i, &bytes) == 0 && from[i] != 0;
        memcpy(valid + at, none ? "\xef\xbf\xbd" : text + i, none ? 3 : bytes);
        at += none ? 3 : bytes;
    }
    valid[at] = 0;
    *length = at;
    return valid;
}

const char *live_trim(live_context *cx, const char *text) {
    (void)cx;
    size_t length = strlen(text), start = 0, end = 0, bytes;
    bool seen = false;
    for (size_t i = 0; i < length; i += bytes) {
        if (is_space(decode((const unsigned char *)text + i, length - i, &bytes))) continue;
        if (!seen) start = i;
        seen = true;
        end = i + bytes;
    }
    if (!seen) return "";
    if (start == 0 && end == length) return text;
    char *trimmed = live_alloc(end - start + 1);
    memcpy(trimmed, text + start, end - start);
    trimmed[end - start] = 0;
    return trimmed;
}

size_t live_characters(const char *text) {
    size_t length = strlen(text), count = 0, bytes;
    for (size_t i = 0; i < length; i += bytes, count++) decode((const unsigned char *)text + i, length - i, &bytes);
    return count;
}

bool live_has_space(const char *text) {
    size_t length = strlen(text), bytes;
    for (size_t i = 0; i < length; i += bytes) {
        if (is_space(decode((const unsigned char *)text + i, length - i, &bytes))) return true;
    }
    return false;
}
