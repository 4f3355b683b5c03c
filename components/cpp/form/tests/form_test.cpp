/* The form, filled in without a browser. */
#include <liveside_testing.h>
#include <stdlib.h>
#include <string.h>

#define EMPTY "{'name': '', 'email': '', 'message': '', 'submitted': false, 'submittedAt': null}"

static live_test *filled(void) {
    live_test *t = live_test_mount(.now_ms = 1700000000000);
    LIVE_EXPECT(live_test_set_value(t, "name", "'Ana'"));
    LIVE_EXPECT(live_test_set_value(t, "email", "'ana@example.org'"));
    return t;
}

LIVE_TEST(it_starts_empty) {
    LIVE_EXPECT_STATE(live_test_mount(), EMPTY);
}

LIVE_TEST(validate_tells_what_is_wrong_as_data) {
    live_test *t = live_test_mount();
    live_test_set_value(t, "email", "'ana@home'");
    LIVE_EXPECT(live_test_call(t, "validate", NULL));
    LIVE_EXPECT_ANSWER(t, "{'valid': false, 'errors': {'name': 'Please tell us your name.',"
                          " 'email': '\\\"ana@home\\\" is not an email address.'}}");
    LIVE_EXPECT_DELTA(t, "{}");
}

LIVE_TEST(submit_fails_with_the_same_sentences) {
    live_test *t = live_test_mount();
    LIVE_EXPECT(!live_test_call(t, "submit", NULL));
    LIVE_EXPECT_FAILURE(t, "failed: Please tell us your email address. Please tell us your name.");
}

LIVE_TEST(submit_keeps_the_time_of_the_daemon) {
    live_test *t = filled();
    LIVE_EXPECT(live_test_call(t, "validate", NULL));
    LIVE_EXPECT_ANSWER(t, "{'valid': true, 'errors': {}}");
    LIVE_EXPECT(live_test_call(t, "submit", NULL));
    LIVE_EXPECT_ANSWER(t, "{'success': true, 'submittedAt': 1700000000000}");
    LIVE_EXPECT_DELTA(t, "{'submitted': true, 'submittedAt': 1700000000000}");
    LIVE_EXPECT(!live_test_call(t, "submit", NULL));
    LIVE_EXPECT_FAILURE(t, "failed: This form has been sent already.");
}

LIVE_TEST(a_long_message_counts_characters) {
    live_test *t = filled();
    char *text = static_cast<char *>(malloc(5000));
    strcpy(text, "'");
    for (int i = 0; i < 2000; i++) strcat(text, "\u00e9");
    strcat(text, "'");
    live_test_set_value(t, "message", text);
    LIVE_EXPECT(live_test_call(t, "validate", NULL));
    LIVE_EXPECT_ANSWER(t, "{'valid': true, 'errors': {}}");
    strcpy(text + strlen(text) - 1, "!'");
    live_test_set_value(t, "message", text);
    free(text);
    LIVE_EXPECT(live_test_call(t, "validate", NULL));
    LIVE_EXPECT_ANSWER(t, "{'valid': false, 'errors': {'message': 'Please use at most 2000 characters.'}}");
}

LIVE_TEST(reset_empties_it) {
    live_test *t = filled();
    LIVE_EXPECT(live_test_call(t, "submit", NULL));
    LIVE_EXPECT(live_test_call(t, "reset", NULL));
    LIVE_EXPECT_STATE(t, EMPTY);
}

LIVE_TEST(addresses_are_told_from_other_text) {
    static const char *const good[] = {"'a@b.c'", "'ana.b+c@mail.example.org'"};
    static const char *const bad[] = {"'ana'", "'@b.c'", "'a@b'", "'a@b.'", "'a@.c'", "'a b@c.d'"};
    live_test *t = filled();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        live_test_set_value(t, "email", good[i]);
        live_test_call(t, "validate", NULL);
        LIVE_EXPECT(strstr(live_test_answer(t), "\"valid\":true") != NULL);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        live_test_set_value(t, "email", bad[i]);
        live_test_call(t, "validate", NULL);
        LIVE_EXPECT(strstr(live_test_answer(t), "\"valid\":false") != NULL);
    }
}
