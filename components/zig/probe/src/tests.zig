//! Every feature once, without a daemon.

const std = @import("std");
const c = @import("liveside").c;
const expect = std.testing.expect;

fn boxLogic(cx: ?*c.live_context, _: ?[*:0]const u8, action: ?[*:0]const u8, payload: c.live_json) callconv(.c) c.live_result {
    if (!std.mem.eql(u8, std.mem.span(action.?), "put")) return c.live_fail(cx, "No `%s` here.", action.?);
    return c.live_answerf(cx, "[%p]", c.live_get(payload, "item"));
}

fn page(cx: ?*c.live_context, request: [*c]const c.live_request, response: [*c]c.live_response) callconv(.c) c.live_result {
    const url = std.mem.span(request.*.url);
    if (!std.mem.eql(u8, url, "http://good/")) return c.live_fail(cx, "%s is not allowed", request.*.url);
    response.*.status = 201;
    response.*.body = .{ .data = "a \"page\"", .size = 8 };
    return c.LIVE_OK;
}

const editor = [_][*c]const u8{ "editor", null };
const admin = [_][*c]const u8{ "admin", null };

/// A mounted component, and what it is expected to do.
const Probe = struct {
    raw: *c.live_test,

    fn mount(setup: c.live_test_setup) Probe {
        return .{ .raw = c.live_test_mount_with(setup).? };
    }

    fn inTheDen() Probe {
        return mount(.{
            .room = "den",
            .user = "ana",
            .roles = &editor,
            .config = "{'greeting': 'hello'}",
            .now_ms = 1000,
            .room_logic = boxLogic,
            .http = page,
        });
    }

    fn does(self: Probe, action: [*:0]const u8, payload: ?[*:0]const u8) !void {
        try expect(c.live_test_call(self.raw, action, payload));
    }

    fn answers(self: Probe, action: [*:0]const u8, payload: ?[*:0]const u8, answer: ?[*:0]const u8) !void {
        try self.does(action, payload);
        try same(c.live_test_answer(self.raw), answer);
    }

    fn fails(self: Probe, action: [*:0]const u8, payload: ?[*:0]const u8, failure: []const u8) !void {
        try expect(!c.live_test_call(self.raw, action, payload));
        try std.testing.expectEqualStrings(failure, std.mem.span(c.live_test_failure(self.raw)));
    }

    fn delta(self: Probe, expected: [*:0]const u8) !void {
        try same(c.live_test_delta(self.raw), expected);
    }

    fn effects(self: Probe, expected: [*:0]const u8) !void {
        try same(c.live_test_effects(self.raw), expected);
    }

    fn state(self: Probe, expected: [*:0]const u8) !void {
        try same(c.live_test_state(self.raw), expected);
    }
};

/// Compares JSON; a difference is printed.
fn same(found: ?[*:0]const u8, expected: ?[*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("tests.zig", 0, "JSON", found, expected);
    try expect(c.live_test_differences() == before);
}

test "values go through as they are" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    for ([_][*:0]const u8{
        "1",                   "'x'",                  "[1,{'a':null}]", "true",
        "{'deep':{'er':[1.5,-2,'é\u{1f600}']}}",
        "9223372036854775807", "18446744073709551615", "''",             "null",
    }) |value| try probe.answers("echo", value, value);
    try probe.answers("echo", null, "null");
    try probe.answers("nothing", null, null);
}

test "changes before a failure stay" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try probe.does("set", "{'value': 5}");
    try probe.delta("{'value': 5, 'changed': ['value']}");
    try probe.fails("fail", "{'message': 'Oops, 100%d'}", "failed: Oops, 100%d");
    try probe.delta("{'value': 6}");
    try probe.fails("deny", null, "denied: Not you.");
    try probe.fails("set", "{'value': 1.5}", "invalid-payload: `value` must be a whole number");
    try probe.fails("set", "{}", "invalid-payload: `value` is missing");
    try probe.fails("forbidden", null, "failed: Never.");
    try expect(!c.live_test_call(probe.raw, "admin", null));
    c.live_test_sign_in(probe.raw, "root", &admin, null);
    try probe.does("admin", null);
}

test "data is kept" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try probe.answers("remember", "{'key': 'k', 'value': {'x': [1]}}", null);
    try probe.answers("recall", "{'key': 'k'}", "{'x': [1]}");
    try probe.answers("recall", "{'key': 'none'}", "null");
    try probe.answers("kept", "{'key': 'kept'}", "0");
    try probe.answers("keep", "{'key': 'q', 'value': null}", null);
    try probe.answers("kept", "{'key': 'q'}", "null");
    try probe.fails("keep", "{'key': 'q'}", "invalid-payload: `value` is missing");
    try probe.answers("bump", "{'key': 'n'}", "1");
    c.live_test_interfere(probe.raw, 3, "41");
    try probe.answers("bump", "{'key': 'n'}", "42");
    try probe.answers("store", "{'key': 's', 'text': 'Grüße\\u0000'}", null);
    try probe.answers("stored", "{'key': 's'}", "'Grüße\\u0000'");
    try probe.answers("stored", "{'key': 'none'}", "null");
    try probe.answers("store", "{'key': 'e', 'text': ''}", null);
    try probe.answers("stored", "{'key': 'e'}", "''");
    try probe.fails("store", "{'key': '', 'text': ''}", "failed: A key has 1 to 512 bytes");
}

test "timers come and are cancelled" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try probe.answers("after", "{'ms': 30, 'name': 'once', 'payload': {'a': 1}}", "1");
    try probe.effects("[{'timer': 'once', 'ms': 30, 'repeats': false, 'payload': {'a': 1}}]");
    try probe.answers("every", "{'ms': 20, 'name': 'tick'}", "2");
    try expect(c.live_test_advance(probe.raw, 45));
    try probe.state("{'value': 0, 'changed': [], 'log': ['connect', 'mount den', 'timer tick null', 'timer once {\\\"a\\\":1}', 'timer tick null']}");
    try probe.answers("cancel", "{'timer': 2}", null);
    try expect(c.live_test_advance(probe.raw, 100));
    try probe.delta("{}");
    try probe.answers("now", null, "1145");
    try probe.fails("every", "{'ms': 0, 'name': 'x'}", "limit: The interval is too short");
    try probe.fails("after", "{'ms': -1, 'name': 'x'}", "invalid-payload: `ms` must be a whole number");
}

test "rooms" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try probe.fails("emit", "{'room': 'other', 'event': 'NEWS', 'data': 1}", "failed: The component is not in the room");
    try probe.answers("join", "{'room': 'other'}", null);
    c.live_test_set_members(probe.raw, "other", 3);
    try probe.answers("emit", "{'room': 'other', 'event': 'NEWS', 'data': {'x': 1}}", "2");
    try probe.answers("setRoomState", "{'room': 'other', 'changes': {'topic': 't'}}", null);
    try probe.answers("roomState", "{'room': 'other'}", "{'topic': 't'}");
    try probe.fails("setRoomState", "{'room': 'other', 'changes': 1}", "failed: The changes are not a JSON object");
    try probe.answers("members", "{'room': 'other'}", "3");
    try probe.answers("leave", "{'room': 'other'}", null);
    try probe.answers("broadcast", "{'kind': 'HEY', 'data': [1]}", "1");
    try probe.effects("[{'broadcast': 'HEY', 'data': [1], 'exceptSender': false}]");
    try probe.answers("call", "{'room': 'zigbox:1', 'action': 'put', 'payload': {'item': 'x'}}", "['x']");
    try probe.fails("call", "{'room': 'zigbox:1', 'action': 'take'}", "failed: No `take` here.");
    try expect(c.live_test_room_event(probe.raw, "far:away", "NEWS", "{'y': [1,2]}"));
    try expect(c.live_test_room_event(probe.raw, "den", "OTHER", "1"));
    try expect(c.live_test_room_join(probe.raw, "r") and c.live_test_room_leave(probe.raw, "r"));
    try probe.state("{'value': 0, 'changed': [], 'log': ['connect', 'mount den', 'news far:away {\\\"y\\\":[1,2]}', 'join r', 'leave r']}");
}

test "the world around" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try probe.answers("fetch", "{'url': 'http://good/'}", "{'status': 201, 'body': 'a \\\"page\\\"'}");
    try probe.fails("fetch", "{'url': 'http://bad/'}", "failed: http://bad/ is not allowed");
    try probe.answers("session", null, "{'authenticated': true, 'userId': 'ana', 'roles': ['editor'], 'label': null}");
    try probe.answers("config", "{'key': 'greeting'}", "'hello'");
    try probe.answers("config", "{'key': 'none'}", "null");
    try probe.answers("random", null, "'01080f161d242b323940474e555c636a'");
    try probe.answers("say", "{'message': '50 %'}", null);
    try same(c.live_test_logs(probe.raw), "['info: 50 %']");
    try probe.answers("binary", "{'name': 'pic', 'text': 'abc'}", null);
    try probe.effects("[{'binary': 'pic', 'text': 'abc'}]");
    try probe.fails("binary", "{'name': '', 'text': 'abc'}", "failed: The name has 1 to 128 bytes");
    try probe.fails("secretly", null, "not-callable: ZigProbe has no public action `secretly`: add live.action(\"secretly\", secretly) to `all` in actions.zig");
}

test "uploads" {
    defer c.live_test_free_all();
    const probe = Probe.inTheDen();
    try expect(!c.live_test_upload(probe.raw, .{ .id = "u", .filename = "a.png" }, null, 0));
    try std.testing.expectEqualStrings("failed: No pictures.", std.mem.span(c.live_test_failure(probe.raw)));
    try expect(c.live_test_upload(probe.raw, .{ .id = "u", .filename = "a.txt" }, null, 0));
    const bytes: [100_000]u8 = @splat(0);
    for ([_]c_uint{ c.LIVE_UPLOAD_PROGRESS, c.LIVE_UPLOAD_COMPLETE, c.LIVE_UPLOAD_FAILED }) |stage| {
        const told: c.live_upload = .{ .id = "u", .filename = "a.txt", .stage = stage, .size = bytes.len };
        try expect(c.live_test_upload(probe.raw, told, &bytes, bytes.len));
    }
    try probe.delta("{'log': ['connect', 'mount den', 'upload progress', 'upload complete 100000', 'upload failed']}");
}

test "coming and going" {
    defer c.live_test_free_all();
    const probe = Probe.mount(.{});
    try probe.state("{'value': 0, 'log': ['connect', 'mount -'], 'changed': []}");
    try expect(c.live_test_rehydrate(probe.raw, "0.9") and c.live_test_reload(probe.raw, "2.0.0"));
    try probe.delta("{'log': ['connect', 'mount -', 'rehydrate 0.9', 'reload 2.0.0']}");
    try expect(c.live_test_disconnect(probe.raw) and c.live_test_destroy(probe.raw) and c.live_test_destroy(probe.raw));
    try same(c.live_test_persistent(probe.raw, "disconnected"), "1");
    try same(c.live_test_persistent(probe.raw, "destroyed"), "2");
    try expect(c.live_test_set_value(probe.raw, "value", "8"));
    try probe.delta("{'value': 8, 'changed': ['value']}");
}

test "a singleton and a room" {
    defer c.live_test_free_all();
    const hall = Probe.mount(.{ .component = "ZigHall" });
    try expect(c.live_test_client_join(hall.raw, "c1", 1) and c.live_test_client_join(hall.raw, "c2", 2));
    try hall.state("{'members': 2}");
    try expect(c.live_test_client_leave(hall.raw, "c1", 1));
    try hall.delta("{'members': 1}");
    const box = Probe.mount(.{ .component = "ZigBox" });
    try box.answers("put", "{'item': {'x': 1}}", "1");
    try box.answers("put", "{'item': null}", "2");
    try box.state("{'items': [{'x': 1}, null]}");
    try expect(c.live_test_member_join(box.raw, "i", 3));
    try expect(!c.live_test_member_join(box.raw, "i", 4));
    try std.testing.expectEqualStrings("failed: Full.", std.mem.span(c.live_test_failure(box.raw)));
    try expect(c.live_test_member_leave(box.raw, "i", 0));
}
