/* A component whose actions try the SDK's functions from inside an event, where there is a context. */
#include <liveside.h>
#include <math.h>
#include <string.h>

static live_result formats(live_context *cx, live_json payload) {
    (void)payload;
    live_json lines = live_array(cx);
    const char *const texts[] = {
        live_format(cx, "%d %i %u %x %c%%", -1, 2147483647, 4294967295u, 255u, 'z'),
        live_format(cx, "%ld %lu %lld %llu", -1L, 1UL, (long long)INT64_MIN, (unsigned long long)UINT64_MAX),
        live_format(cx, "%zu %jd", (size_t)7, (intmax_t)-7),
        live_format(cx, "%s|%.2s|%.*s", "all", "cut", 1, "one"),
        live_format(cx, "%g %g %f %.2f %.0f", 1.5, 100.0, 0.1, 2.345, 2.5),
        live_format(cx, "%g %g", (double)NAN, 1e300),
        live_format(cx, "%p %p", live_jsonf(cx, "{'a': [1, true]}"), (void *)NULL),
        live_format(cx, "%.1s!", "\u00e9"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) live_append(cx, lines, live_text(cx, texts[i]));
    return live_answer(cx, lines);
}

static live_result templates(live_context *cx, live_json payload) {
    (void)payload;
    const char *nobody = NULL;
    return live_answerf(
        cx, "{'text': %s, 'none': %s, 'in': 'a %s b', \"it's\": %d, 'esc': '\\n', 'value': %p, 'number': %g}",
        "q\"\\\n'", nobody, "\"x\"", 1, live_array(cx), 0.5);
}

static live_result objects(live_context *cx, live_json payload) {
    (void)payload;
    live_json object = live_object(cx), list = live_array(cx);
    live_set_int(cx, object, "a", INT64_MIN);
    live_set_bool(cx, object, "b", true);
    live_set_text(cx, object, "c", NULL);
    live_set_number(cx, object, "d", INFINITY);
    live_set_int(cx, object, "gone", 1);
    live_set(cx, object, "gone", NULL);
    live_set(cx, object, "list", list);
    live_append(cx, list, object); /* A copy: it does not go round in a circle. */
    live_append(cx, list, live_item(list, 0));
    live_append(cx, list, NULL);
    live_remove_item(list, 0);
    live_remove_item(list, 9);
    live_set_int(cx, object, "a", 5);
    const char *key = "";
    int64_t sum = 0;
    LIVE_EACH(item, live_jsonf(cx, "[1, 2, 3]")) sum += live_as_int(item, 0);
    LIVE_EACH(item, live_array(cx)) sum += live_as_int(item, 100);
    LIVE_ENSURE(cx, sum == 6, "%lld", (long long)sum);
    LIVE_ENSURE(cx, live_as_bool(live_entry(object, 1, &key), false) && strcmp(key, "b") == 0, "entry");
    LIVE_ENSURE(cx, live_entry(object, 5, &key) == NULL && live_entry(NULL, 0, &key) == NULL, "no entry");
    LIVE_ENSURE(cx, live_get(NULL, "x") == NULL && live_item(NULL, 0) == NULL && live_length(NULL) == 0, "nothing");
    LIVE_ENSURE(cx, live_get_int(object, "c", 3) == 3 && live_get_text(object, "a", NULL) == NULL, "fallbacks");
    LIVE_ENSURE(cx, !live_is_int(live_parse(cx, "9223372036854775808")), "too large");
    LIVE_ENSURE(cx, live_as_number(live_parse(cx, "3"), 0) == 3, "a whole number is a number");
    LIVE_ENSURE(cx, live_parse(cx, "{") == NULL && live_parse(cx, "") == NULL, "not JSON");
    LIVE_ENSURE(cx, live_equal(live_jsonf(cx, "{'a':1,'b':2}"), live_jsonf(cx, "{'b':2,'a':1}")), "equal");
    return live_answerf(cx, "[%p, %p]", object, list);
}

static live_result texts(live_context *cx, live_json payload) {
    (void)payload;
    LIVE_ENSURE(cx, strcmp(live_trim(cx, " \t\u3000a b\u00a0\n"), "a b") == 0, "trim");
    LIVE_ENSURE(cx, strcmp(live_trim(cx, " \u2003 "), "") == 0, "trim all");
    LIVE_ENSURE(cx, live_characters("a\u00e9\u20ac\U0001f600") == 4, "characters");
    LIVE_ENSURE(cx, live_has_space("a\u2028b") && !live_has_space("ab\u00e9"), "space");
    live_json broken = live_text_n(cx, "a\xff\xc3" "b\xed\xa0\x80\xf5\0c", 10);
    return live_answer(cx, broken);
}

static live_result refused(live_context *cx, live_json payload) {
    (void)payload;
    live_state_patch(cx, live_int(cx, 1)); /* Not an object: the event fails, whatever comes after. */
    live_state_set_int(cx, "count", 3);
    return LIVE_OK;
}

static live_result silent(live_context *cx, live_json payload) {
    (void)cx;
    (void)payload;
    return LIVE_FAILED;
}

static live_result scan(live_context *cx, live_json payload) {
    (void)payload;
    const live_store_entry *entries;
    size_t count;
    bool more, swapped;
    live_bytes none = {NULL, 0}, one = {"1", 1}, two = {"2", 1};
    LIVE_TRY(live_store_set(cx, "a:2", "zwei", 4));
    LIVE_TRY(live_store_set_for(cx, 1000, "a:1", "ein\0s", 5));
    LIVE_TRY(live_store_set(cx, "b", "", 0));
    LIVE_TRY(live_store_scan(cx, "a:", 1, NULL, &entries, &count, &more));
    LIVE_ENSURE(cx, count == 1 && more && entries[0].value.size == 5, "first page");
    LIVE_TRY(live_store_scan(cx, "a:", 5, entries[0].key, &entries, &count, &more));
    LIVE_ENSURE(cx, count == 1 && !more && strcmp(entries[0].value.data, "zwei") == 0, "second page");
    LIVE_TRY(live_store_swap(cx, "c", one, two, &swapped));
    LIVE_ENSURE(cx, !swapped, "swapped what was not there");
    LIVE_TRY(live_store_swap(cx, "c", none, one, &swapped));
    LIVE_ENSURE(cx, swapped, "not swapped");
    LIVE_TRY(live_store_swap(cx, "c", one, none, &swapped));
    LIVE_ENSURE(cx, swapped, "not removed");
    LIVE_TRY(live_store_delete(cx, "b"));
    return live_store_flush(cx);
}

static live_result grow(live_context *cx, live_json payload) {
    int64_t count;
    LIVE_TRY(live_arg_int(cx, payload, "count", &count));
    live_json list = live_array(cx);
    for (int64_t i = 0; i < count; i++) live_append(cx, list, live_text(cx, "some text of no interest"));
    live_state_set_int(cx, "count", (int64_t)live_length(list));
    return live_answer(cx, list);
}

LIVESIDE_COMPONENT(
    "Sdk", "1.0.0",
    .default_state = "{'count': 0, 'it': \"isn't\"}",
    .actions = LIVE_ACTIONS({"formats", formats}, {"templates", templates}, {"objects", objects}, {"texts", texts},
                            {"refused", refused}, {"silent", silent}, {"scan", scan}, {"grow", grow}));
