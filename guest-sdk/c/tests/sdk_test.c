/* The SDK's own promises. */
#include <liveside_testing.h>

extern size_t live_arena_size(void);

static live_test *after(const char *action) {
    live_test *t = live_test_mount();
    live_test_call(t, action, NULL);
    return t;
}

LIVE_TEST(formats_write_what_printf_does) {
    LIVE_EXPECT_ANSWER(after("formats"),
                       "['-1 2147483647 4294967295 ff z%', '-1 1 -9223372036854775808 18446744073709551615', '7 -7',"
                       " 'all|cu|o', '1.5 100 0.1 2.35 3', 'null 1e300', '{\\\"a\\\":[1,true]} null', '\ufffd!']");
}

LIVE_TEST(templates_quote_what_is_put_in) {
    LIVE_EXPECT_ANSWER(after("templates"),
                       "{'text': 'q\\\"\\\\\\n\\u0027', 'none': null, 'in': 'a \\\"x\\\" b', \"it's\": 1, 'esc': '\\n',"
                       " 'value': [], 'number': 0.5}");
}

LIVE_TEST(values_are_copied_where_they_are_put) {
    live_test *t = after("objects");
    LIVE_EXPECT(live_test_failure(t) == NULL);
    LIVE_EXPECT_ANSWER(t, "[{'a': 5, 'b': true, 'c': null, 'd': null, 'list': []},"
                          " [{'a': -9223372036854775808, 'b': true, 'c': null, 'd': null, 'list': []}, null]]");
}

LIVE_TEST(text_is_unicode) {
    live_test *t = after("texts");
    LIVE_EXPECT(live_test_failure(t) == NULL);
    LIVE_EXPECT_ANSWER(t, "'a\ufffd\ufffdb\ufffd\ufffd\ufffd\ufffd\\u0000c'");
}

LIVE_TEST(a_refused_write_of_state_fails_the_event) {
    live_test *t = after("refused");
    LIVE_EXPECT_FAILURE(t, "failed: The changes are not a JSON object");
    LIVE_EXPECT_DELTA(t, "{'count': 3}");
}

LIVE_TEST(a_failure_without_a_reason_says_so) {
    LIVE_EXPECT_FAILURE(after("silent"), "failed: It did not work, and the component does not say why");
}

LIVE_TEST(the_store_keeps_bytes_in_order) {
    LIVE_EXPECT(live_test_failure(after("scan")) == NULL);
}

LIVE_TEST(an_apostrophe_in_quotes_stays_one) {
    LIVE_EXPECT_STATE(live_test_mount(), "{'count': 0, 'it': \"isn't\"}");
}

LIVE_TEST(nothing_is_left_of_events) {
    live_test *t = live_test_mount();
    for (int i = 0; i < 200; i++) {
        LIVE_EXPECT(live_test_call(t, "grow", "{'count': 100}"));
        LIVE_EXPECT(live_arena_size() == 0); /* Each piece is freed under a sanitizer; see `arena.c`. */
    }
}
