const std = @import("std");
const c = @import("liveside").c;

test "it counts" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{}).?;
    try std.testing.expect(c.live_test_call(t, "increment", "{'by': 2}"));
    try std.testing.expectEqualStrings("2", std.mem.span(c.live_test_answer(t)));
}
