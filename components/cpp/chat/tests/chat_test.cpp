/* The chat, without a daemon. */
#include <liveside_testing.h>
#include <stdio.h>
#include <string.h>

static live_test *in_the_lobby(void) {
    return live_test_mount(.room = "lobby", .user = "ana");
}

LIVE_TEST(a_message_is_kept_and_told) {
    live_test *t = in_the_lobby();
    LIVE_EXPECT_STATE(t, "{'messages': [], 'members': 1}");
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'MEMBERS', 'room': 'lobby', 'data': {}}]");
    LIVE_EXPECT(live_test_call(t, "send", "{'text': '  Hello  '}"));
    LIVE_EXPECT_ANSWER(t, "{'id': 1}");
    LIVE_EXPECT_DELTA(t, "{'messages': [{'id': 1, 'user': 'ana', 'text': 'Hello'}]}");
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'MESSAGE', 'room': 'lobby', 'data': {'id': 1}}]");
    LIVE_EXPECT_JSON(live_test_persistent(t, "chat:lobby"),
                     "{'next': 2, 'messages': [{'id': 1, 'user': 'ana', 'text': 'Hello'}]}");
    LIVE_EXPECT(live_test_call(t, "mine", NULL));
    LIVE_EXPECT_ANSWER(t, "{'sent': 1}");
}

LIVE_TEST(somebody_who_sends_at_the_same_moment_is_not_lost) {
    live_test *t = in_the_lobby();
    live_test_interfere(t, 1, "{'next': 2, 'messages': [{'id': 1, 'user': 'bo', 'text': 'First'}]}");
    LIVE_EXPECT(live_test_call(t, "send", "{'text': 'Second'}"));
    LIVE_EXPECT_DELTA(t, "{'messages': [{'id': 1, 'user': 'bo', 'text': 'First'},"
                         " {'id': 2, 'user': 'ana', 'text': 'Second'}]}");
}

LIVE_TEST(the_last_50_stay) {
    live_test *t = in_the_lobby();
    for (int i = 1; i <= 53; i++) {
        char payload[40];
        snprintf(payload, sizeof payload, "{'text': 'm%d'}", i);
        LIVE_EXPECT(live_test_call(t, "send", payload));
    }
    LIVE_EXPECT(strstr(live_test_state(t), "\"messages\":[{\"id\":4,") != NULL);
}

LIVE_TEST(empty_and_long_texts_are_refused) {
    live_test *t = live_test_mount(.room = "lobby");
    LIVE_EXPECT(!live_test_call(t, "send", "{'text': ' \u00a0\\n'}"));
    LIVE_EXPECT_FAILURE(t, "failed: Say something first.");
    char payload[600] = "{'text': '";
    memset(payload + strlen(payload), 'x', 501);
    strcat(payload, "'}");
    LIVE_EXPECT(!live_test_call(t, "send", payload));
    LIVE_EXPECT_FAILURE(t, "failed: Please use at most 500 characters.");
    LIVE_EXPECT(!live_test_call(t, "send", "{}"));
    LIVE_EXPECT_FAILURE(t, "invalid-payload: `text` is missing");
    LIVE_EXPECT(live_test_call(t, "send", "'Hi'"));
    LIVE_EXPECT_DELTA(t, "{'messages': [{'id': 1, 'user': 'guest', 'text': 'Hi'}]}");
}

LIVE_TEST(others_are_counted) {
    live_test *t = in_the_lobby();
    live_test_set_members(t, "lobby", 4);
    LIVE_EXPECT(live_test_room_event(t, "lobby", "MEMBERS", "{}"));
    LIVE_EXPECT_DELTA(t, "{'members': 4}");
    LIVE_EXPECT(live_test_destroy(t));
    LIVE_EXPECT_EFFECTS(t, "[{'emit': 'MEMBERS', 'room': 'lobby', 'data': {}}]");
}
