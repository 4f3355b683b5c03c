/* Every feature once, without a daemon. */
#include <liveside_testing.h>
#include <string.h>

static live_result box_logic(live_context *cx, const char *room, const char *action, live_json payload) {
    (void)room;
    if (strcmp(action, "put") != 0) return live_fail(cx, "No `%s` here.", action);
    return live_answerf(cx, "[%p]", live_get(payload, "item"));
}

static live_result page(live_context *cx, const live_request *request, live_response *response) {
    if (strcmp(request->url, "http://good/") != 0) return live_fail(cx, "%s is not allowed", request->url);
    response->status = 201;
    response->body = {"a \"page\"", 8};
    return LIVE_OK;
}

static const char *const editor[] = {"editor", nullptr}, *const admin[] = {"admin", nullptr};

static live_test *probe(void) {
    return live_test_mount(.room = "den", .user = "ana", .roles = editor, .config = "{'greeting': 'hello'}",
                           .now_ms = 1000, .room_logic = box_logic, .http = page);
}

static void answers(live_test *t, const char *action, const char *payload, const char *answer) {
    LIVE_EXPECT(live_test_call(t, action, payload));
    LIVE_EXPECT_ANSWER(t, answer);
}

static void fails(live_test *t, const char *action, const char *payload, const char *failure) {
    LIVE_EXPECT(!live_test_call(t, action, payload));
    LIVE_EXPECT_FAILURE(t, failure);
}

LIVE_TEST(values_go_through_as_they_are) {
    live_test *t = probe();
    static const char *const values[] = {"1", "'x'", "[1,{'a':null}]", "true", "{'deep':{'er':[1.5,-2,'\u00e9\U0001f600']}}",
                                         "9223372036854775807", "18446744073709551615", "''", "null"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) answers(t, "echo", values[i], values[i]);
    answers(t, "echo", NULL, NULL);
    answers(t, "nothing", NULL, NULL);
}

LIVE_TEST(changes_before_a_failure_stay) {
    live_test *t = probe();
    LIVE_EXPECT(live_test_call(t, "set", "{'value': 5}"));
    LIVE_EXPECT_DELTA(t, "{'value': 5, 'changed': ['value']}");
    fails(t, "fail", "{'message': 'Oops, 100%d'}", "failed: Oops, 100%d");
    LIVE_EXPECT_DELTA(t, "{'value': 6}");
    fails(t, "deny", NULL, "denied: Not you.");
    fails(t, "set", "{'value': 1.5}", "invalid-payload: `value` must be a whole number");
    fails(t, "set", "{}", "invalid-payload: `value` is missing");
    fails(t, "forbidden", NULL, "failed: Never.");
    LIVE_EXPECT(!live_test_call(t, "admin", NULL));
    live_test_sign_in(t, "root", admin, NULL);
    LIVE_EXPECT(live_test_call(t, "admin", NULL));
}

LIVE_TEST(data_is_kept) {
    live_test *t = probe();
    answers(t, "remember", "{'key': 'k', 'value': {'x': [1]}}", NULL);
    answers(t, "recall", "{'key': 'k'}", "{'x': [1]}");
    answers(t, "recall", "{'key': 'none'}", NULL);
    answers(t, "kept", "{'key': 'kept'}", "0");
    answers(t, "keep", "{'key': 'q', 'value': null}", NULL);
    answers(t, "kept", "{'key': 'q'}", "null");
    answers(t, "bump", "{'key': 'n'}", "1");
    live_test_interfere(t, 3, "41");
    answers(t, "bump", "{'key': 'n'}", "42");
    answers(t, "store", "{'key': 's', 'text': 'Gr\u00fc\u00dfe'}", NULL);
    answers(t, "stored", "{'key': 's'}", "'Gr\u00fc\u00dfe'");
    answers(t, "stored", "{'key': 'none'}", "null");
    answers(t, "store", "{'key': 'e', 'text': ''}", NULL);
    answers(t, "stored", "{'key': 'e'}", "''");
    fails(t, "store", "{'key': '', 'text': ''}", "failed: A key has 1 to 512 bytes");
}

LIVE_TEST(timers_come_and_are_cancelled) {
    live_test *t = probe();
    answers(t, "after", "{'ms': 30, 'name': 'once', 'payload': {'a': 1}}", "1");
    LIVE_EXPECT_EFFECTS(t, "[{'timer': 'once', 'ms': 30, 'repeats': false, 'payload': {'a': 1}}]");
    answers(t, "every", "{'ms': 20, 'name': 'tick'}", "2");
    LIVE_EXPECT(live_test_advance(t, 45));
    LIVE_EXPECT_STATE(t, "{'value': 0, 'changed': [], 'log': ['connect', 'mount den', 'timer tick null',"
                         " 'timer once {\\\"a\\\":1}', 'timer tick null']}");
    answers(t, "cancel", "{'timer': 2}", NULL);
    LIVE_EXPECT(live_test_advance(t, 100));
    LIVE_EXPECT_DELTA(t, "{}");
    answers(t, "now", NULL, "1145");
    fails(t, "every", "{'ms': 0, 'name': 'x'}", "limit: The interval is too short");
}

LIVE_TEST(rooms) {
    live_test *t = probe();
    fails(t, "emit", "{'room': 'other', 'event': 'NEWS', 'data': 1}", "failed: The component is not in the room");
    answers(t, "join", "{'room': 'other'}", NULL);
    live_test_set_members(t, "other", 3);
    answers(t, "emit", "{'room': 'other', 'event': 'NEWS', 'data': {'x': 1}}", "2");
    answers(t, "setRoomState", "{'room': 'other', 'changes': {'topic': 't'}}", NULL);
    answers(t, "roomState", "{'room': 'other'}", "{'topic': 't'}");
    fails(t, "setRoomState", "{'room': 'other', 'changes': 1}", "failed: The changes are not a JSON object");
    answers(t, "members", "{'room': 'other'}", "3");
    answers(t, "leave", "{'room': 'other'}", NULL);
    answers(t, "broadcast", "{'kind': 'HEY', 'data': [1]}", "1");
    LIVE_EXPECT_EFFECTS(t, "[{'broadcast': 'HEY', 'data': [1], 'exceptSender': false}]");
    answers(t, "call", "{'room': 'cppbox:1', 'action': 'put', 'payload': {'item': 'x'}}", "['x']");
    fails(t, "call", "{'room': 'cppbox:1', 'action': 'take'}", "failed: No `take` here.");
    LIVE_EXPECT(live_test_room_event(t, "far:away", "NEWS", "{'y': [1,2]}"));
    LIVE_EXPECT(live_test_room_event(t, "den", "OTHER", "1"));
    LIVE_EXPECT(live_test_room_join(t, "r") && live_test_room_leave(t, "r"));
    LIVE_EXPECT_STATE(t, "{'value': 0, 'changed': [], 'log': ['connect', 'mount den',"
                         " 'news far:away {\\\"y\\\":[1,2]}', 'join r', 'leave r']}");
}

LIVE_TEST(the_world_around) {
    live_test *t = probe();
    answers(t, "fetch", "{'url': 'http://good/'}", "{'status': 201, 'body': 'a \\\"page\\\"'}");
    fails(t, "fetch", "{'url': 'http://bad/'}", "failed: http://bad/ is not allowed");
    answers(t, "session", NULL, "{'authenticated': true, 'userId': 'ana', 'roles': ['editor'], 'label': null}");
    answers(t, "config", "{'key': 'greeting'}", "'hello'");
    answers(t, "config", "{'key': 'none'}", "null");
    answers(t, "random", NULL, "'01080f161d242b323940474e555c636a'");
    answers(t, "say", "{'message': '50 %'}", NULL);
    LIVE_EXPECT_JSON(live_test_logs(t), "['info: 50 %']");
    answers(t, "binary", "{'name': 'pic', 'text': 'abc'}", NULL);
    LIVE_EXPECT_EFFECTS(t, "[{'binary': 'pic', 'text': 'abc'}]");
    fails(t, "binary", "{'name': '', 'text': 'abc'}", "failed: The name has 1 to 128 bytes");
    fails(t, "secretly", NULL,
          "not-callable: CppProbe has no public action `secretly`: add `.action<secretly>(\"secretly\")` to add_actions() in actions.cpp");
}

LIVE_TEST(uploads) {
    live_test *t = probe();
    LIVE_EXPECT(!live_test_upload(t, live_upload{.id = "u", .filename = "a.png"}, NULL, 0));
    LIVE_EXPECT_FAILURE(t, "failed: No pictures.");
    LIVE_EXPECT(live_test_upload(t, live_upload{.id = "u", .filename = "a.txt"}, NULL, 0));
    static const char bytes[100000] = {};
    live_upload complete = {.id = "u", .stage = LIVE_UPLOAD_COMPLETE, .filename = "a.txt", .size = sizeof bytes};
    LIVE_EXPECT(live_test_upload(t, complete, bytes, sizeof bytes));
    LIVE_EXPECT_DELTA(t, "{'log': ['connect', 'mount den', 'upload complete 100000']}");
}

LIVE_TEST(coming_and_going) {
    live_test *t = live_test_mount();
    LIVE_EXPECT_STATE(t, "{'value': 0, 'log': ['connect', 'mount -'], 'changed': []}");
    LIVE_EXPECT(live_test_rehydrate(t, "0.9") && live_test_reload(t, "2.0.0"));
    LIVE_EXPECT_DELTA(t, "{'log': ['connect', 'mount -', 'rehydrate 0.9', 'reload 2.0.0']}");
    LIVE_EXPECT(live_test_disconnect(t) && live_test_destroy(t) && live_test_destroy(t));
    LIVE_EXPECT_JSON(live_test_persistent(t, "disconnected"), "1");
    LIVE_EXPECT_JSON(live_test_persistent(t, "destroyed"), "2");
    LIVE_EXPECT(live_test_set_value(t, "value", "8"));
    LIVE_EXPECT_DELTA(t, "{'value': 8, 'changed': ['value']}");
}

LIVE_TEST(a_singleton_and_a_room) {
    live_test *hall = live_test_mount(.component = "CppHall");
    LIVE_EXPECT(live_test_client_join(hall, "c1", 1) && live_test_client_join(hall, "c2", 2));
    LIVE_EXPECT_STATE(hall, "{'members': 2}");
    LIVE_EXPECT(live_test_client_leave(hall, "c1", 1));
    LIVE_EXPECT_DELTA(hall, "{'members': 1}");
    live_test *box = live_test_mount(.component = "CppBox");
    answers(box, "put", "{'item': {'x': 1}}", "1");
    answers(box, "put", "{'item': null}", "2");
    LIVE_EXPECT_STATE(box, "{'items': [{'x': 1}, null]}");
    LIVE_EXPECT(live_test_member_join(box, "i", 3));
    LIVE_EXPECT(!live_test_member_join(box, "i", 4));
    LIVE_EXPECT_FAILURE(box, "failed: Full.");
    LIVE_EXPECT(live_test_member_leave(box, "i", 0));
}
