//! The form, filled in without a browser.

const std = @import("std");
const c = @import("liveside").c;
const expect = std.testing.expect;

fn expectJson(found: ?[*:0]const u8, expected: [*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("tests.zig", 0, "JSON", found, expected);
    try expect(c.live_test_differences() == before);
}

test "validate tells what is wrong as data, submit fails with the same sentences" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{}).?;
    try expect(c.live_test_set_value(t, "email", "'ana@home'"));
    try expect(c.live_test_call(t, "validate", null));
    try expectJson(c.live_test_answer(t), "{'valid': false, 'errors': {'name': 'Please tell us your name.', 'email': '\\\"ana@home\\\" is not an email address.'}}");
    try expect(!c.live_test_call(t, "submit", null));
    try std.testing.expectEqualStrings("failed: \"ana@home\" is not an email address. Please tell us your name.", std.mem.span(c.live_test_failure(t)));
}

test "a form is sent once, and reset empties it" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{ .now_ms = 1700000000000 }).?;
    try expect(c.live_test_set_value(t, "name", "'Ana'"));
    try expect(c.live_test_set_value(t, "email", "'ana@example.org'"));
    try expect(c.live_test_call(t, "submit", null));
    try expectJson(c.live_test_answer(t), "{'success': true, 'submittedAt': 1700000000000}");
    try expect(!c.live_test_call(t, "submit", null));
    try std.testing.expectEqualStrings("failed: This form has been sent already.", std.mem.span(c.live_test_failure(t)));
    try expect(c.live_test_call(t, "reset", null));
    try expectJson(c.live_test_state(t), "{'name': '', 'email': '', 'message': '', 'submitted': false, 'submittedAt': null}");
}
