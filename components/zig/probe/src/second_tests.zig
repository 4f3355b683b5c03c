//! What version 2 of the probe does otherwise.

const std = @import("std");
const c = @import("liveside").c;
const expect = std.testing.expect;

fn same(found: ?[*:0]const u8, expected: [*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("second_tests.zig", 0, "JSON", found, expected);
    try expect(c.live_test_differences() == before);
}

test "the value moves to its new name" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{}).?;
    try expect(c.live_test_migrate(t, "1.0.0", "{'value': 7, 'log': ['x'], 'changed': []}"));
    try same(c.live_test_answer(t), "{'amount': 7, 'log': ['x'], 'changed': []}");
}

test "set takes the new name" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{}).?;
    try expect(c.live_test_call(t, "set", "{'amount': 3}"));
    try same(c.live_test_delta(t), "{'amount': 3, 'changed': ['amount']}");
}
