/* The counter, mounted without a daemon. */
#include <liveside_testing.h>
#include <string.h>

static int64_t number;

/** The room's logic, as `components/tally` has it. */
static live_result tally(live_context *cx, const char *room, const char *action, live_json payload) {
    LIVE_EXPECT(strcmp(room, "tally:lobby") == 0);
    if (strcmp(action, "add") == 0) number += live_get_int(payload, "by", 0);
    if (strcmp(action, "reset") == 0) number = 0;
    return live_answer(cx, live_int(cx, number));
}

static live_test *in_the_lobby(int64_t from) {
    number = from;
    return live_test_mount(.room = "lobby", .user = "ana", .room_logic = tally);
}

LIVE_TEST(a_change_is_told_to_the_room) {
    live_test *t = in_the_lobby(0);
    LIVE_EXPECT(live_test_call(t, "increment", "{'by': 2}"));
    LIVE_EXPECT_ANSWER(t, "{'success': true, 'count': 2}");
    LIVE_EXPECT_DELTA(t, "{'count': 2, 'lastUpdatedBy': 'ana'}");
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'COUNT_CHANGED', 'room': 'lobby', 'data': {'count': 2, 'userId': 'ana'}}]");
    LIVE_EXPECT(live_test_call(t, "decrement", NULL));
    LIVE_EXPECT_ANSWER(t, "{'success': true, 'count': 1}");
    LIVE_EXPECT(live_test_call(t, "reset", NULL));
    LIVE_EXPECT_ANSWER(t, "{'success': true, 'count': 0}");
}

LIVE_TEST(the_count_is_what_all_have_counted_whatever_the_order_of_the_events) {
    live_test *t = in_the_lobby(7);
    LIVE_EXPECT_STATE(t, "{'count': 7, 'lastUpdatedBy': null, 'connectedUsers': 1}");
    LIVE_EXPECT(live_test_room_event(t, "lobby", "COUNT_CHANGED", "{'count': 3, 'userId': 'bo'}"));
    LIVE_EXPECT_STATE(t, "{'count': 7, 'lastUpdatedBy': 'bo', 'connectedUsers': 1}");
}

LIVE_TEST(coming_and_going_are_counted) {
    live_test *t = in_the_lobby(0);
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'USER_COUNT_CHANGED', 'room': 'lobby', 'data': {'connectedUsers': 1}}]");
    live_test_set_members(t, "lobby", 3);
    LIVE_EXPECT(live_test_room_event(t, "lobby", "USER_COUNT_CHANGED", "{'connectedUsers': 3}"));
    LIVE_EXPECT_DELTA(t, "{'connectedUsers': 3}");
    LIVE_EXPECT(live_test_destroy(t));
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'USER_COUNT_CHANGED', 'room': 'lobby', 'data': {'connectedUsers': 2}}]");
}

LIVE_TEST(without_a_room_it_counts_alone) {
    live_test *t = live_test_mount(.label = "guest");
    LIVE_EXPECT(live_test_call(t, "increment", "5"));
    LIVE_EXPECT_STATE(t, "{'count': 5, 'lastUpdatedBy': 'guest', 'connectedUsers': 1}");
    LIVE_EXPECT_EFFECTS(t, "[]");
}

LIVE_TEST(a_step_that_is_no_number_is_refused) {
    live_test *t = live_test_mount();
    LIVE_EXPECT(!live_test_call(t, "increment", "{'by': 'much'}"));
    LIVE_EXPECT_FAILURE(t, "invalid-payload: `by` must be a whole number");
    LIVE_EXPECT(!live_test_call(t, "explode", NULL));
    LIVE_EXPECT_FAILURE(t, "not-callable: CppCounter has no public action `explode`");
}
