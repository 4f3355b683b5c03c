//! The SDK's own promises: what the examples and the probe have no use for. Zig compiles only what is called.

const std = @import("std");
const live = @import("liveside");
const c = live.c;
const Context = live.Context;
const Json = live.Json;
const expect = std.testing.expect;

pub const panic = live.panic;

fn pages(cx: Context) live.Error!Json {
    const store = cx.store();
    try store.set("a:2", "zwei");
    try store.setFor(1000, "a:1", "ein\x00s");
    try store.set("b", "");
    const first = try store.scan("a:", 1, null);
    const rest = try store.scan("a:", 5, first.entries[0].key);
    try store.delete("b");
    try store.flush();
    return cx.json(.{
        .first = first.entries[0].value,
        .isMore = first.more,
        .rest = rest.entries[0].value,
        .isRestMore = rest.more,
        .gone = try store.get("b"),
    });
}

fn swaps(cx: Context) live.Error![]const bool {
    const store = cx.store();
    const swapped = cx.allocator().alloc(bool, 4) catch return cx.fail("There is no memory.", .{});
    swapped[0] = try store.swap("c", "1", "2");
    swapped[1] = try store.swap("c", null, "");
    swapped[2] = try store.swap("c", "", "2");
    swapped[3] = try store.swap("c", "2", null);
    return swapped;
}

fn asks(cx: Context) live.Error!Json {
    const response = try cx.fetch("http://good/", .{
        .method = "POST",
        .headers = &.{.{ .name = "x-one", .value = "1" }},
        .body = "tea",
        .timeout_ms = 50,
    });
    const header = response.headers[0];
    return cx.json(.{ .status = response.status, .body = response.body, .name = header.name, .value = header.value });
}

fn keys(cx: Context) live.Error!Json {
    try cx.privateSet("k", 1);
    cx.privateDelete("k");
    try cx.persistentSet("k", 1);
    cx.persistentDelete("k");
    return cx.json(.{
        .private = cx.privateGet("k").exists(),
        .persistent = cx.persistentGet("k").exists(),
        .component = cx.component(),
        .instance = cx.instance().len > 0,
        .monotonic = cx.monotonicNs() > 0,
        .random = cx.random() > 0,
    });
}

fn narrow(cx: Context, payload: Json) live.Error!u8 {
    return cx.require(u8, payload, "number");
}

fn who(cx: Context) live.Error!Json {
    const session = cx.session();
    const members = try cx.roomMembers(cx.room().?);
    return cx.json(.{
        .permissions = session.permissions,
        .reads = session.hasPermission("read"),
        .writes = session.hasPermission("write"),
        .edits = session.hasRole("editor"),
        .others = try cx.broadcastToOthers("HEY", null),
        .members = members.len,
    });
}

fn lines(cx: Context) live.Error!void {
    cx.log(.trace, "{d}", .{1});
    cx.log(.err, "{d} %s", .{2});
}

/// An error of Zig's own is a bug, and stops the module: this is only compiled.
fn bug(_: Context) !void {
    return error.Unthinkable;
}

fn left(cx: Context) live.Error!void {
    cx.patch(.{ .empty = true });
}

const sdk = live.component("Sdk", "1.0.0", .{
    .state = "{'k': 0}",
    .props = .none,
    .fresh = true,
    .logging = .{ .state, .rooms },
    .state_schema = "{'type': 'object'}",
    .rate_limit = live.RateLimit{ .burst = 3, .per_minute = 9 },
    .actions = .{
        live.action("pages", pages),
        live.action("swaps", swaps),
        live.action("asks", asks),
        live.action("keys", keys),
        live.action("narrow", narrow),
        live.actionWith("who", who, .{ .access = .{ .roles = &.{ "editor", "admin" }, .permissions = &.{"read"} } }),
        live.actionWith("inside", lines, .{ .access = .{ .authenticated = true } }),
        live.action("bug", bug),
    },
});

const hall = live.component("Hall", "1.0.0", .{
    .singleton = live.Singleton.kept,
    .durable = true,
    .access = live.Access{ .roles = &.{"admin"} },
    .extra = live.c.live_component{ .persistent_defaults = "{'k': 1}" },
});

const box = live.component("Box", "1.0.0", .{ .room = "box", .state = "{'empty': false}", .empty = left });

comptime {
    live.module(&.{ sdk, hall, box });
}

const editor = [_][*c]const u8{ "editor", null };
const reading = [_][*c]const u8{ "read", null };

fn page(cx: ?*c.live_context, request: [*c]const c.live_request, response: [*c]c.live_response) callconv(.c) c.live_result {
    const header = struct {
        const two: c.live_header = .{ .name = "x-two", .value = "2" };
    };
    const is_whole = std.mem.eql(u8, std.mem.span(request.*.method), "POST") and request.*.header_count == 1 and
        std.mem.eql(u8, std.mem.span(request.*.headers[0].value), "1") and request.*.body.size == 3 and request.*.timeout_ms == 50;
    if (!is_whole) return c.live_fail(cx, "something is missing");
    response.* = .{ .status = 200, .headers = &header.two, .header_count = 1, .body = .{ .data = "yes", .size = 3 } };
    return c.LIVE_OK;
}

fn mounted() *c.live_test {
    return c.live_test_mount_with(.{
        .room = "den",
        .user = "ana",
        .roles = &editor,
        .permissions = &reading,
        .now_ms = 1,
        .http = page,
    }).?;
}

/// Compares JSON; a difference is printed.
fn same(found: ?[*:0]const u8, expected: [*:0]const u8) !void {
    const before = c.live_test_differences();
    c.live_test_same("sdk.zig", 0, "JSON", found, expected);
    try expect(c.live_test_differences() == before);
}

fn answers(action: [*:0]const u8, answer: [*:0]const u8) !void {
    defer c.live_test_free_all();
    const t = mounted();
    try expect(c.live_test_call(t, action, null));
    try same(c.live_test_answer(t), answer);
}

test "the store keeps bytes in order" {
    try answers("pages", "{'first': 'ein\\u0000s', 'isMore': true, 'rest': 'zwei', 'isRestMore': false, 'gone': null}");
}

test "a swap says whether it was one" {
    try answers("swaps", "[false, true, true, true]");
}

test "requests are whole" {
    try answers("asks", "{'status': 200, 'body': 'yes', 'name': 'x-two', 'value': '2'}");
}

test "keys are removed" {
    try answers("keys", "{'private': false, 'persistent': false, 'component': 'Sdk', 'instance': true, 'monotonic': true, 'random': true}");
}

test "a session has lists" {
    try answers("who", "{'permissions': ['read'], 'reads': true, 'writes': false, 'edits': true, 'others': 0, 'members': 1}");
}

test "lines have levels" {
    defer c.live_test_free_all();
    const t = mounted();
    try expect(c.live_test_call(t, "inside", null));
    try same(c.live_test_logs(t), "['trace: 1', 'error: 2 %s']");
}

test "a number must fit its type" {
    defer c.live_test_free_all();
    const t = mounted();
    try expect(c.live_test_call(t, "narrow", "{'number': 255}"));
    try same(c.live_test_answer(t), "255");
    try expect(!c.live_test_call(t, "narrow", "{'number': 256}"));
    try expect(!c.live_test_call(t, "narrow", "{'number': -1}"));
    try std.testing.expectEqualStrings("invalid-payload: `number` must be a whole number", std.mem.span(c.live_test_failure(t)));
}

test "access is in the table" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{}).?;
    try expect(!c.live_test_call(t, "who", null));
    try expect(!c.live_test_call(t, "inside", null));
    c.live_test_sign_in(t, "ana", &editor, null);
    try expect(!c.live_test_call(t, "who", null));
    try expect(c.live_test_call(t, "inside", null));
}

test "options are in the table" {
    try expect(sdk.props == c.LIVE_PROPS_NONE and sdk.fresh and sdk.logging == c.LIVE_LOG_STATE | c.LIVE_LOG_ROOMS);
    try expect(sdk.rate_limit.burst == 3 and sdk.rate_limit.per_minute == 9 and sdk.state_schema != null);
    try expect(hall.scope == c.LIVE_SINGLETON_KEPT and hall.durable and hall.persistent_defaults != null);
    try std.testing.expectEqualStrings("admin", std.mem.span(hall.access.roles[0]));
}

test "a room hears that it is empty" {
    defer c.live_test_free_all();
    const t = c.live_test_mount_with(.{ .component = "Box" }).?;
    try expect(c.live_test_member_leave(t, "i", 0));
    try same(c.live_test_state(t), "{'empty': true}");
}
