//! The counter, mounted without a daemon.

const std = @import("std");
const live = @import("liveside");
const c = live.c;

var number: i64 = 0;

/// The room's logic, as `components/tally` has it.
fn tally(cx: ?*c.live_context, _: ?[*:0]const u8, action: ?[*:0]const u8, payload: c.live_json) callconv(.c) c.live_result {
    const name = std.mem.span(action.?);
    if (std.mem.eql(u8, name, "add")) number += c.live_get_int(payload, "by", 0);
    if (std.mem.eql(u8, name, "reset")) number = 0;
    return c.live_answer(cx, c.live_int(cx, number));
}

/// Compares JSON; a difference is printed.
fn expectJson(found: ?[*:0]const u8, expected: [*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("tests.zig", 0, "JSON", found, expected);
    try std.testing.expect(c.live_test_differences() == before);
}

fn inTheLobby(from: i64) *c.live_test {
    number = from;
    return c.live_test_mount_with(.{ .room = "lobby", .user = "ana", .room_logic = tally }).?;
}

test "a change is told to the room" {
    defer c.live_test_free_all();
    const t = inTheLobby(0);
    try std.testing.expect(c.live_test_call(t, "increment", "{'by': 2}"));
    try expectJson(c.live_test_answer(t), "{'success': true, 'count': 2}");
    try expectJson(c.live_test_delta(t), "{'count': 2, 'lastUpdatedBy': 'ana'}");
    try expectJson(c.live_test_effects(t), "[{'emit': 'COUNT_CHANGED', 'room': 'lobby', 'data': {'count': 2, 'userId': 'ana'}}]");
    try std.testing.expect(c.live_test_call(t, "decrement", null));
    try expectJson(c.live_test_answer(t), "{'success': true, 'count': 1}");
    try std.testing.expect(c.live_test_call(t, "reset", null));
    try expectJson(c.live_test_answer(t), "{'success': true, 'count': 0}");
}

test "the count is what all have counted, whatever the order of the events" {
    defer c.live_test_free_all();
    const t = inTheLobby(7);
    try expectJson(c.live_test_state(t), "{'count': 7, 'lastUpdatedBy': null, 'connectedUsers': 1}");
    try std.testing.expect(c.live_test_room_event(t, "lobby", "COUNT_CHANGED", "{'count': 3, 'userId': 'bo'}"));
    try expectJson(c.live_test_delta(t), "{'lastUpdatedBy': 'bo'}");
}

test "coming and going are counted" {
    defer c.live_test_free_all();
    const t = inTheLobby(0);
    c.live_test_set_members(t, "lobby", 3);
    try std.testing.expect(c.live_test_room_event(t, "lobby", "USER_COUNT_CHANGED", "{'connectedUsers': 3}"));
    try expectJson(c.live_test_delta(t), "{'connectedUsers': 3}");
    try std.testing.expect(c.live_test_destroy(t));
    try expectJson(c.live_test_effects(t), "[{'emit': 'USER_COUNT_CHANGED', 'room': 'lobby', 'data': {'connectedUsers': 2}}]");
}

test "without a room it counts alone, and a step that is no number is refused" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{ .label = "guest" }).?;
    try std.testing.expect(c.live_test_call(t, "increment", "5"));
    try expectJson(c.live_test_state(t), "{'count': 5, 'lastUpdatedBy': 'guest', 'connectedUsers': 1}");
    try std.testing.expect(!c.live_test_call(t, "increment", "{'by': 'much'}"));
    try std.testing.expectEqualStrings("invalid-payload: `by` must be a whole number", std.mem.span(c.live_test_failure(t)));
}
