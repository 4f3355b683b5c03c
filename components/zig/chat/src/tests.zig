//! The chat, without a daemon.

const std = @import("std");
const c = @import("liveside").c;
const expect = std.testing.expect;

fn expectJson(found: ?[*:0]const u8, expected: [*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("tests.zig", 0, "JSON", found, expected);
    try expect(c.live_test_differences() == before);
}

test "a message is kept and told, and nobody else's is lost" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{ .room = "lobby", .user = "ana" }).?;
    c.live_test_interfere(t, 1, "{'next': 2, 'messages': [{'id': 1, 'user': 'bo', 'text': 'First'}]}");
    try expect(c.live_test_call(t, "send", "{'text': '  Second '}"));
    try expectJson(c.live_test_answer(t), "{'id': 2}");
    try expectJson(c.live_test_delta(t), "{'messages': [{'id': 1, 'user': 'bo', 'text': 'First'}, {'id': 2, 'user': 'ana', 'text': 'Second'}]}");
    try expectJson(c.live_test_effects(t), "[{'emit': 'MESSAGE', 'room': 'lobby', 'data': {'id': 2}}]");
    try expect(c.live_test_call(t, "mine", null));
    try expectJson(c.live_test_answer(t), "{'sent': 1}");
}

test "the last 50 stay, and empty texts are refused" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{ .room = "lobby" }).?;
    for (0..53) |_| try expect(c.live_test_call(t, "send", "'Hi'"));
    try expect(std.mem.indexOf(u8, std.mem.span(c.live_test_state(t)), "\"messages\":[{\"id\":4,\"user\":\"guest\"") != null);
    try expect(!c.live_test_call(t, "send", "{'text': ' '}"));
    try std.testing.expectEqualStrings("failed: Say something first.", std.mem.span(c.live_test_failure(t)));
}
