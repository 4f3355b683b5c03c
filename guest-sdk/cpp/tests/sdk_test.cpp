/* The SDK's own promises. */
#include <liveside_testing.h>
#include <string.h>

static const char *const editor[] = {"editor", nullptr}, *const reading[] = {"read", nullptr};

static live_result page(live_context *cx, const live_request *request, live_response *response) {
    static const live_header header = {"x-two", "2"};
    bool is_whole = strcmp(request->method, "POST") == 0 && request->header_count == 1 &&
                    strcmp(request->headers[0].value, "1") == 0 && request->body.size == 3 && request->timeout_ms == 50;
    if (!is_whole) return live_fail(cx, "something is missing");
    *response = {200, &header, 1, {"yes", 3}};
    return LIVE_OK;
}

static live_test *sdk(void) {
    return live_test_mount(.room = "den", .user = "ana", .roles = editor, .permissions = reading, .now_ms = 1, .http = page);
}

static void answers(const char *action, const char *answer) {
    live_test *t = sdk();
    LIVE_EXPECT(live_test_call(t, action, NULL));
    LIVE_EXPECT_ANSWER(t, answer);
}

LIVE_TEST(the_store_keeps_bytes_in_order) {
    answers("pages", "['ein\\u0000s', true, 'zwei', false, null]");
}

LIVE_TEST(a_swap_says_whether_it_was_one) {
    answers("swaps", "[false, true, true, true]");
}

LIVE_TEST(requests_are_whole) {
    answers("asks", "{'status': 200, 'body': 'yes', 'x-two': '2'}");
}

LIVE_TEST(keys_are_removed) {
    answers("keys", "[true, true, 'Sdk', true]");
}

LIVE_TEST(a_session_has_lists) {
    answers("who", "[1, true, false, 0, 1]");
}

LIVE_TEST(a_number_must_fit_its_type) {
    live_test *t = sdk();
    LIVE_EXPECT(live_test_call(t, "narrow", "{'number': 255}"));
    LIVE_EXPECT_ANSWER(t, "255");
    LIVE_EXPECT(!live_test_call(t, "narrow", "{'number': 256}"));
    LIVE_EXPECT(!live_test_call(t, "narrow", "{'number': -1}"));
    LIVE_EXPECT_FAILURE(t, "invalid-payload: `number` must be a whole number");
}

LIVE_TEST(access_is_in_the_table) {
    live_test *t = live_test_mount();
    LIVE_EXPECT(!live_test_call(t, "who", NULL));
    LIVE_EXPECT(!live_test_call(t, "inside", NULL));
    live_test_sign_in(t, "ana", editor, NULL);
    LIVE_EXPECT(!live_test_call(t, "who", NULL));
    LIVE_EXPECT(live_test_call(t, "inside", NULL));
}

LIVE_TEST(options_are_in_the_table) {
    const live_component *sdk = live_module[0], *hall = live_module[1];
    LIVE_EXPECT(sdk->props == LIVE_PROPS_NONE && sdk->fresh && sdk->logging == (LIVE_LOG_STATE | LIVE_LOG_ROOMS));
    LIVE_EXPECT(sdk->rate_limit.burst == 3 && sdk->rate_limit.per_minute == 9 && sdk->state_schema != NULL);
    LIVE_EXPECT(hall->scope == LIVE_SINGLETON_KEPT && strcmp(hall->access.roles[0], "admin") == 0);
}

LIVE_TEST(a_room_hears_that_it_is_empty) {
    live_test *box = live_test_mount(.component = "Box");
    LIVE_EXPECT(live_test_member_leave(box, "i", 0));
    LIVE_EXPECT_STATE(box, "{'empty': true}");
}
