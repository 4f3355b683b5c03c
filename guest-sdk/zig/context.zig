//! One event: everything that a component can ask the daemon for.

const std = @import("std");
const arena = @import("arena.zig");
const c = @import("c");
const host = @import("host.zig");
const span = @import("events.zig").span;
const Json = @import("json.zig").Json;

/// An event that ends with it tells the user the sentence that `cx.fail` was given. Any other error of a handler is a
/// bug: the module stops, and the event's changes are dropped.
pub const Error = error{Failed};

/// Why the daemon refused is in the context; it is what the event fails with.
pub fn check(result: c.live_result) Error!void {
    if (result == c.LIVE_FAILED) return error.Failed;
}

/// One event: what a component can ask the daemon for.
pub const Context = struct {
    raw: *c.live_context,

    /// The component's name.
    pub fn component(self: Context) [:0]const u8 {
        return std.mem.span(c.live_component_name(self.raw));
    }

    /// The id of the mount.
    pub fn instance(self: Context) [:0]const u8 {
        return std.mem.span(c.live_instance(self.raw));
    }

    /// Memory that is freed when the event ends.
    pub fn allocator(_: Context) std.mem.Allocator {
        return arena.allocator;
    }

    /// Text as by `std.fmt`.
    pub fn format(self: Context, comptime text: []const u8, arguments: anytype) [:0]const u8 {
        return std.fmt.allocPrintSentinel(self.allocator(), text, arguments, 0) catch @panic("out of memory");
    }

    /// The action did not work, and this sentence says why. Changes made before it stay.
    pub fn fail(self: Context, comptime text: []const u8, arguments: anytype) Error {
        _ = c.live_fail(self.raw, "%s", self.format(text, arguments).ptr);
        return error.Failed;
    }

    /// This user may not.
    pub fn deny(self: Context, comptime text: []const u8, arguments: anytype) Error {
        _ = c.live_deny(self.raw, "%s", self.format(text, arguments).ptr);
        return error.Failed;
    }

    /// The payload is not what the action takes.
    pub fn invalid(self: Context, comptime text: []const u8, arguments: anytype) Error {
        _ = c.live_invalid(self.raw, "%s", self.format(text, arguments).ptr);
        return error.Failed;
    }

    /// JSON from a Zig value: `cx.json(.{ .count = 1, .by = user, .items = items })`.
    pub fn json(self: Context, value: anytype) Json {
        const T = @TypeOf(value);
        if (T == Json) return if (value.raw == null) .{ .raw = c.live_null(self.raw) } else value;
        return switch (@typeInfo(T)) {
            .null => .{ .raw = c.live_null(self.raw) },
            .bool => .{ .raw = c.live_bool(self.raw, value) },
            .int, .comptime_int => .{ .raw = c.live_int(self.raw, @intCast(value)) },
            .float, .comptime_float => .{ .raw = c.live_number(self.raw, value) },
            .optional => if (value) |there| self.json(there) else .{ .raw = c.live_null(self.raw) },
            .@"struct" => blk: {
                const object: Json = .{ .raw = c.live_object(self.raw) };
                inline for (comptime std.meta.fieldNames(T)) |field| self.put(object, field, @field(value, field));
                break :blk object;
            },
            .pointer => |pointer| if (pointer.size == .slice and pointer.child != u8) self.list(value) else self.string(value),
            else => @compileError("no JSON form: " ++ @typeName(T)),
        };
    }

    fn string(self: Context, value: []const u8) Json {
        return .{ .raw = c.live_text_n(self.raw, value.ptr, value.len) };
    }

    fn list(self: Context, values: anytype) Json {
        const made = self.array();
        for (values) |value| self.append(made, value);
        return made;
    }

    /// JSON text without spaces; what is not there is written as null.
    pub fn write(self: Context, value: Json) [:0]const u8 {
        return std.mem.span(c.live_write(self.raw, value.raw));
    }

    pub fn array(self: Context) Json {
        return .{ .raw = c.live_array(self.raw) };
    }

    /// Puts a copy of a value under a key.
    pub fn put(self: Context, object: Json, key: [:0]const u8, value: anytype) void {
        c.live_set(self.raw, object.raw, key, self.json(value).raw);
    }

    pub fn append(self: Context, items: Json, value: anytype) void {
        c.live_append(self.raw, items.raw, self.json(value).raw);
    }

    pub fn remove(_: Context, items: Json, index: usize) void {
        c.live_remove_item(items.raw, index);
    }

    pub fn removeKey(self: Context, object: Json, key: [:0]const u8) void {
        c.live_set(self.raw, object.raw, key, null);
    }

    /// An argument that may be missing: a payload that is no object is the argument itself.
    pub fn optional(self: Context, comptime T: type, payload: Json, name: [:0]const u8) Error!?T {
        const found = if (c.live_is_object(payload.raw)) payload.get(name) else payload;
        if (!found.exists() or c.live_is_null(found.raw)) return null;
        return found.as(T) orelse self.invalid("`{s}` must be {s}", .{ name, switch (T) {
            bool => "true or false",
            f64 => "a number",
            [:0]const u8 => "a text",
            else => "a whole number",
        } });
    }

    /// An argument that must be there. A `Json` may be any value, null as well.
    pub fn require(self: Context, comptime T: type, payload: Json, name: [:0]const u8) Error!T {
        if (T == Json) {
            const found = if (c.live_is_object(payload.raw)) payload.get(name) else payload;
            return if (found.exists()) found else self.invalid("`{s}` is missing", .{name});
        }
        return try self.optional(T, payload, name) orelse self.invalid("`{s}` is missing", .{name});
    }

    pub fn state(self: Context) Json {
        return .{ .raw = c.live_state(self.raw) };
    }

    pub fn get(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_state_get(self.raw, key) };
    }

    pub fn set(self: Context, key: [:0]const u8, value: anytype) void {
        c.live_state_set(self.raw, key, self.json(value).raw);
    }

    /// Lays keys over the state: `cx.patch(.{ .count = 1 })`.
    pub fn patch(self: Context, changes: anytype) void {
        c.live_state_patch(self.raw, self.json(changes).raw);
    }

    pub fn reset(self: Context) void {
        c.live_state_reset(self.raw);
    }

    /// Bytes for the browsers, beside the state: of several of one name a slow browser gets the newest.
    pub fn pushBinary(self: Context, name: [:0]const u8, bytes: []const u8) Error!void {
        try check(c.live_push_binary(self.raw, name, bytes.ptr, bytes.len));
    }

    /// Data of this mount that no browser sees.
    pub fn privateGet(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_private_get(self.raw, key) };
    }

    pub fn privateSet(self: Context, key: [:0]const u8, value: anytype) Error!void {
        try check(c.live_private_set(self.raw, key, self.json(value).raw));
    }

    pub fn privateDelete(self: Context, key: [:0]const u8) void {
        c.live_private_delete(self.raw, key);
    }

    /// One map for all mounts of the component. Writes are seen at once and stay.
    pub fn persistentGet(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_persistent_get(self.raw, key) };
    }

    pub fn persistentSet(self: Context, key: [:0]const u8, value: anytype) Error!void {
        try check(c.live_persistent_set(self.raw, key, self.json(value).raw));
    }

    pub fn persistentDelete(self: Context, key: [:0]const u8) void {
        c.live_persistent_delete(self.raw, key);
    }

    /// Adds to a whole number, and loses nobody else's change. A missing one counts as 0. Gives the sum.
    pub fn persistentAdd(self: Context, key: [:0]const u8, by: i64) Error!i64 {
        var sum: i64 = 0;
        try check(c.live_persistent_add(self.raw, key, by, &sum));
        return sum;
    }

    /// Changes a value, and loses nobody else's change: `change(cx, old, data)` gives the new one, and may run again.
    pub fn persistentUpdate(self: Context, key: [:0]const u8, data: anytype, comptime change: fn (Context, Json, @TypeOf(data)) Json) Error!void {
        const Data = @TypeOf(data);
        const run = struct {
            fn run(cx: ?*c.live_context, old: c.live_json, given: ?*anyopaque) callconv(.c) c.live_json {
                return change(.{ .raw = cx.? }, .{ .raw = old }, @as(Data, @ptrCast(@alignCast(given.?)))).raw;
            }
        }.run;
        try check(c.live_persistent_update(self.raw, key, run, data));
    }

    pub fn session(self: Context) host.Session {
        const from = c.live_current_session(self.raw).*;
        return .{
            .authenticated = from.authenticated,
            .user_id = span(from.user_id),
            .label = span(from.label),
            .connection_id = span(from.connection_id),
            .roles = self.names(from.roles),
            .permissions = self.names(from.permissions),
            .claims = .{ .raw = from.claims },
        };
    }

    /// A list of C, which ends with null.
    fn names(self: Context, from: [*c]const [*c]const u8) []const [:0]const u8 {
        var count: usize = 0;
        while (from[count] != null) count += 1;
        const all = self.allocator().alloc([:0]const u8, count) catch @panic("out of memory");
        for (all, from[0..count]) |*name, each| name.* = std.mem.span(each);
        return all;
    }

    /// The identity that the daemon has verified; `null` for an anonymous visitor.
    pub fn userId(self: Context) ?[:0]const u8 {
        return span(c.live_current_session(self.raw).*.user_id);
    }

    /// What the browser calls its user. Anybody may say anything.
    pub fn label(self: Context) ?[:0]const u8 {
        return span(c.live_current_session(self.raw).*.label);
    }

    /// The room that the component was mounted with.
    pub fn room(self: Context) ?[:0]const u8 {
        return span(c.live_room(self.raw));
    }

    pub fn join(self: Context, name: [:0]const u8) Error!void {
        try check(c.live_join(self.raw, name));
    }

    pub fn leave(self: Context, name: [:0]const u8) Error!void {
        try check(c.live_leave(self.raw, name));
    }

    /// The state that the members share.
    pub fn roomState(self: Context, name: [:0]const u8) Error!Json {
        var shared: Json = .{};
        try check(c.live_room_state(self.raw, name, &shared.raw));
        return shared;
    }

    /// Lays keys over it; null removes one.
    pub fn roomPatch(self: Context, name: [:0]const u8, changes: anytype) Error!void {
        try check(c.live_room_patch(self.raw, name, self.json(changes).raw));
    }

    pub fn roomMembers(self: Context, name: [:0]const u8) Error![]const host.RoomMember {
        var found: [*c]const c.live_member = null;
        var count: usize = 0;
        try check(c.live_room_members(self.raw, name, &found, &count));
        const members = self.allocator().alloc(host.RoomMember, count) catch @panic("out of memory");
        for (members, found[0..count]) |*member, each| {
            member.* = .{ .instance = std.mem.span(each.instance), .user_id = span(each.user_id) };
        }
        return members;
    }

    pub fn roomCount(self: Context, name: [:0]const u8) Error!u32 {
        var count: u32 = 0;
        try check(c.live_room_count(self.raw, name, &count));
        return count;
    }

    /// Gives the number of members that it goes to.
    pub fn emit(self: Context, name: [:0]const u8, event: [:0]const u8, data: anytype) Error!u32 {
        var count: u32 = 0;
        try check(c.live_emit(self.raw, name, event, self.json(data).raw, &count));
        return count;
    }

    /// Calls an action of the room's own logic. `null`, or a `Json` that is not there, sends no payload.
    pub fn call(self: Context, name: [:0]const u8, action: [:0]const u8, payload: anytype) Error!Json {
        var answer: Json = .{};
        try check(c.live_room_call(self.raw, name, action, self.sent(payload), &answer.raw));
        return answer;
    }

    fn sent(self: Context, payload: anytype) c.live_json {
        return switch (@TypeOf(payload)) {
            @TypeOf(null) => null,
            Json => payload.raw,
            else => self.json(payload).raw,
        };
    }

    /// To the browsers of everybody in the default room. Gives the number that it goes to.
    pub fn broadcast(self: Context, kind: [:0]const u8, data: anytype) Error!u32 {
        var count: u32 = 0;
        try check(c.live_broadcast(self.raw, kind, self.json(data).raw, &count));
        return count;
    }

    /// The same, without the user behind the event.
    pub fn broadcastToOthers(self: Context, kind: [:0]const u8, data: anytype) Error!u32 {
        var count: u32 = 0;
        try check(c.live_broadcast_to_others(self.raw, kind, self.json(data).raw, &count));
        return count;
    }

    /// Gives the timer's id. `null`, or a `Json` that is not there, is no payload.
    pub fn after(self: Context, ms: u64, name: [:0]const u8, payload: anytype) Error!u64 {
        var id: u64 = 0;
        try check(c.live_after(self.raw, ms, name, self.sent(payload), &id));
        return id;
    }

    pub fn every(self: Context, ms: u64, name: [:0]const u8, payload: anytype) Error!u64 {
        var id: u64 = 0;
        try check(c.live_every(self.raw, ms, name, self.sent(payload), &id));
        return id;
    }

    pub fn cancel(self: Context, id: u64) void {
        c.live_cancel(self.raw, id);
    }

    pub fn store(self: Context) host.Store {
        return .{ .raw = self.raw, .allocator = self.allocator() };
    }

    /// To a host that the daemon's configuration allows.
    pub fn fetch(self: Context, url: [:0]const u8, request: host.Request) Error!host.Response {
        const headers = self.allocator().alloc(c.live_header, request.headers.len) catch @panic("out of memory");
        for (headers, request.headers) |*header, each| header.* = .{ .name = each.name, .value = each.value };
        var answered: c.live_response = .{};
        try check(c.live_fetch(self.raw, &.{
            .url = url,
            .method = request.method,
            .headers = headers.ptr,
            .header_count = headers.len,
            .body = host.bytes(request.body),
            .timeout_ms = request.timeout_ms orelse 0,
        }, &answered));
        const found = self.allocator().alloc(host.Header, answered.header_count) catch @panic("out of memory");
        for (found, answered.headers[0..found.len]) |*header, each| {
            header.* = .{ .name = std.mem.span(each.name), .value = std.mem.span(each.value) };
        }
        return .{ .status = answered.status, .headers = found, .body = host.slice(answered.body) };
    }

    /// Up to `length` bytes of a finished upload; none is the end.
    pub fn uploadRead(self: Context, upload: [:0]const u8, offset: u64, length: u32) Error![]const u8 {
        var found: c.live_bytes = .{};
        try check(c.live_upload_read(self.raw, upload, offset, length, &found));
        return host.slice(found);
    }

    /// A value or secret of the daemon's configuration.
    pub fn config(self: Context, key: [:0]const u8) ?[:0]const u8 {
        return span(c.live_config(self.raw, key));
    }

    /// Milliseconds since the Unix epoch.
    pub fn nowMs(self: Context) u64 {
        return c.live_now_ms(self.raw);
    }

    /// Nanoseconds from an arbitrary start, never going back.
    pub fn monotonicNs(self: Context) u64 {
        return c.live_monotonic_ns(self.raw);
    }

    /// Fit for keys and tokens.
    pub fn randomBytes(self: Context, comptime length: usize) [length]u8 {
        var bytes: [length]u8 = undefined;
        c.live_random_bytes(self.raw, &bytes, length);
        return bytes;
    }

    pub fn random(self: Context) u64 {
        return c.live_random_u64(self.raw);
    }

    /// A line in the daemon's log.
    pub fn log(self: Context, level: host.Level, comptime line: []const u8, arguments: anytype) void {
        c.live_log(self.raw, @backingInt(level), "%s", self.format(line, arguments).ptr);
    }

    pub fn trim(self: Context, value: [:0]const u8) [:0]const u8 {
        return std.mem.span(c.live_trim(self.raw, value));
    }
};
