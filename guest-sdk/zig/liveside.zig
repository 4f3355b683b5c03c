//! Liveside components in Zig, over the C SDK: errors are Zig's, JSON is made from Zig values.
//!
//! Memory is the event's: `cx.allocator()` never needs a `free`, and nothing of an event may be kept.

const std = @import("std");
/// The C SDK itself, for what has no word here.
pub const c = @import("c");

/// An event that ends with it tells the user the sentence that `cx.fail` was given. Any other error of a handler is a
/// bug: the module stops, and the event's changes are dropped.
pub const Error = error{Failed};

/// What a root names as its own, so that a panic is a line in the daemon's log: `pub const panic = live.panic;`.
/// Without it Zig's own brings imports of WASI.
pub const panic = std.debug.FullPanic(struct {
    fn stop(message: []const u8, _: ?usize) noreturn {
        c.live_panic("%.*s", @as(c_int, @intCast(message.len)), message.ptr);
    }
}.stop);

/// A JSON value, or none. Reading never fails: what is missing or of another kind is `null`.
pub const Json = struct {
    raw: c.live_json = null,

    pub fn exists(self: Json) bool {
        return self.raw != null;
    }

    pub fn get(self: Json, key: [:0]const u8) Json {
        return .{ .raw = c.live_get(self.raw, key) };
    }

    pub fn at(self: Json, index: usize) Json {
        return .{ .raw = c.live_item(self.raw, index) };
    }

    /// Items, keys or bytes.
    pub fn len(self: Json) usize {
        return c.live_length(self.raw);
    }

    /// As a `bool`, an `i64`, an `f64` or a `[:0]const u8`.
    pub fn as(self: Json, comptime T: type) ?T {
        return switch (T) {
            bool => if (c.live_is_bool(self.raw)) c.live_as_bool(self.raw, false) else null,
            i64 => if (c.live_is_int(self.raw)) c.live_as_int(self.raw, 0) else null,
            f64 => if (c.live_is_number(self.raw)) c.live_as_number(self.raw, 0) else null,
            [:0]const u8 => if (c.live_is_text(self.raw)) std.mem.span(c.live_as_text(self.raw, "")) else null,
            else => @compileError("a JSON value is a bool, i64, f64 or [:0]const u8, not " ++ @typeName(T)),
        };
    }
};

/// Why the daemon refused is in the context; it is what the event fails with.
fn check(result: c.live_result) Error!void {
    if (result == c.LIVE_FAILED) return error.Failed;
}

fn span(text: anytype) ?[:0]const u8 {
    return if (text == null) null else std.mem.span(text);
}

/// One event: what a component can ask the daemon for.
pub const Context = struct {
    raw: *c.live_context,

    /// Memory that is freed when the event ends.
    pub fn allocator(_: Context) std.mem.Allocator {
        return .{ .ptr = undefined, .vtable = &arena };
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
            .pointer => self.string(value),
            else => @compileError("no JSON form: " ++ @typeName(T)),
        };
    }

    fn string(self: Context, value: []const u8) Json {
        return .{ .raw = c.live_text_n(self.raw, value.ptr, value.len) };
    }

    pub fn array(self: Context) Json {
        return .{ .raw = c.live_array(self.raw) };
    }

    /// Puts a copy of a value under a key.
    pub fn put(self: Context, object: Json, key: [:0]const u8, value: anytype) void {
        c.live_set(self.raw, object.raw, key, self.json(value).raw);
    }

    pub fn append(self: Context, list: Json, value: anytype) void {
        c.live_append(self.raw, list.raw, self.json(value).raw);
    }

    pub fn remove(_: Context, list: Json, index: usize) void {
        c.live_remove_item(list.raw, index);
    }

    /// An argument that may be missing: a payload that is no object is the argument itself.
    pub fn optional(self: Context, comptime T: type, payload: Json, name: [:0]const u8) Error!?T {
        const found = if (c.live_is_object(payload.raw)) payload.get(name) else payload;
        if (!found.exists() or c.live_is_null(found.raw)) return null;
        return found.as(T) orelse self.invalid("`{s}` must be {s}", .{ name, switch (T) {
            bool => "true or false",
            i64 => "a whole number",
            f64 => "a number",
            else => "a text",
        } });
    }

    /// An argument that must be there.
    pub fn require(self: Context, comptime T: type, payload: Json, name: [:0]const u8) Error!T {
        return try self.optional(T, payload, name) orelse self.invalid("`{s}` is missing", .{name});
    }

    pub fn state(self: Context) Json {
        return .{ .raw = c.live_state(self.raw) };
    }

    pub fn get(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_state_get(self.raw, key) };
    }

    /// Lays keys over the state: `cx.patch(.{ .count = 1 })`.
    pub fn patch(self: Context, changes: anytype) void {
        c.live_state_patch(self.raw, self.json(changes).raw);
    }

    pub fn reset(self: Context) void {
        c.live_state_reset(self.raw);
    }

    pub fn privateGet(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_private_get(self.raw, key) };
    }

    pub fn privateSet(self: Context, key: [:0]const u8, value: anytype) Error!void {
        try check(c.live_private_set(self.raw, key, self.json(value).raw));
    }

    pub fn persistentGet(self: Context, key: [:0]const u8) Json {
        return .{ .raw = c.live_persistent_get(self.raw, key) };
    }

    pub fn persistentSet(self: Context, key: [:0]const u8, value: anytype) Error!void {
        try check(c.live_persistent_set(self.raw, key, self.json(value).raw));
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

    /// Calls an action of the room's own logic. `null` sends no payload.
    pub fn call(self: Context, name: [:0]const u8, action_name: [:0]const u8, payload: anytype) Error!Json {
        var answer: Json = .{};
        const sent = if (@TypeOf(payload) == @TypeOf(null)) null else self.json(payload).raw;
        try check(c.live_room_call(self.raw, name, action_name, sent, &answer.raw));
        return answer;
    }

    pub fn nowMs(self: Context) u64 {
        return c.live_now_ms(self.raw);
    }

    pub fn log(self: Context, level: c.live_level, comptime line: []const u8, arguments: anytype) void {
        c.live_log(self.raw, level, "%s", self.format(line, arguments).ptr);
    }

    pub fn trim(self: Context, value: [:0]const u8) [:0]const u8 {
        return std.mem.span(c.live_trim(self.raw, value));
    }
};

const arena: std.mem.Allocator.VTable = .{
    .alloc = struct {
        fn alloc(_: *anyopaque, len: usize, alignment: std.mem.Alignment, _: usize) ?[*]u8 {
            const unit = alignment.toByteUnits();
            const memory: usize = @intFromPtr(c.live_alloc(len + unit).?);
            return @ptrFromInt(std.mem.alignForward(usize, memory, unit));
        }
    }.alloc,
    .resize = std.mem.Allocator.noResize,
    .remap = std.mem.Allocator.noRemap,
    .free = std.mem.Allocator.noFree,
};

fn finish(cx: Context, outcome: anytype) c.live_result {
    if (outcome) |answer| {
        if (@TypeOf(answer) != void) return c.live_answer(cx.raw, cx.json(answer).raw);
        return c.LIVE_OK;
    } else |err| {
        if (err == error.Failed) return c.LIVE_FAILED;
        c.live_panic("%s", @as([*:0]const u8, @errorName(err)));
    }
}

/// `fn (cx: Context, payload: Json) Error!T`; `T` is `void` or anything that has a JSON form.
pub fn action(comptime name: [:0]const u8, comptime f: anytype) c.live_action {
    const run = struct {
        fn run(cx: ?*c.live_context, payload: c.live_json) callconv(.c) c.live_result {
            const context: Context = .{ .raw = cx.? };
            return finish(context, f(context, Json{ .raw = payload }));
        }
    }.run;
    return .{ .name = name, .run = run };
}

/// `fn (cx: Context, room: [:0]const u8, data: Json) Error!void`, for events of the default room.
pub fn roomEvent(comptime event: [:0]const u8, comptime f: anytype) c.live_room_handler {
    const run = struct {
        fn run(cx: ?*c.live_context, told: ?*const c.live_room_event) callconv(.c) c.live_result {
            const context: Context = .{ .raw = cx.? };
            return finish(context, f(context, span(told.?.room).?, Json{ .raw = told.?.data }));
        }
    }.run;
    return .{ .event = event, .run = run };
}

/// A hook that needs nothing but the context: `fn (cx: Context) Error!void`.
fn plain(comptime f: anytype) *const fn (?*c.live_context) callconv(.c) c.live_result {
    return struct {
        fn run(cx: ?*c.live_context) callconv(.c) c.live_result {
            const context: Context = .{ .raw = cx.? };
            return finish(context, f(context));
        }
    }.run;
}

/// The same, behind an argument of C that it does not ask for.
fn ignoring(comptime Argument: type, comptime f: anytype) *const fn (?*c.live_context, Argument) callconv(.c) c.live_result {
    return struct {
        fn run(cx: ?*c.live_context, _: Argument) callconv(.c) c.live_result {
            const context: Context = .{ .raw = cx.? };
            return finish(context, f(context));
        }
    }.run;
}


/// A component: what it is called, its handlers, and in `extra` whatever else the C table has.
pub fn component(comptime name: [:0]const u8, comptime version: [:0]const u8, comptime options: anytype) c.live_component {
    comptime {
        var table: c.live_component = if (@hasField(@TypeOf(options), "extra")) options.extra else .{};
        table.name = name;
        table.version = version;
        for (std.meta.fieldNames(@TypeOf(options))) |field| {
            const value = @field(options, field);
            if (std.mem.eql(u8, field, "state")) {
                table.default_state = value;
            } else if (std.mem.eql(u8, field, "set_value")) {
                table.set_value = value;
            } else if (std.mem.eql(u8, field, "actions")) {
                table.actions = terminated(c.live_action, value);
            } else if (std.mem.eql(u8, field, "room_events")) {
                table.room_events = terminated(c.live_room_handler, value);
            } else if (std.mem.eql(u8, field, "mount")) {
                table.hooks.mount = ignoring(?*const c.live_mount, value);
            } else if (std.mem.eql(u8, field, "rehydrate")) {
                table.hooks.rehydrate = ignoring(?[*:0]const u8, value);
            } else if (std.mem.eql(u8, field, "connect")) {
                table.hooks.connect = plain(value);
            } else if (std.mem.eql(u8, field, "disconnect")) {
                table.hooks.disconnect = plain(value);
            } else if (std.mem.eql(u8, field, "destroy")) {
                table.hooks.destroy = plain(value);
            } else if (!std.mem.eql(u8, field, "extra")) {
                @compileError("a component has no `" ++ field ++ "`; `extra` takes all of the C table");
            }
        }
        return table;
    }
}

/// A list of C ends with an empty item.
fn terminated(comptime T: type, comptime list: anytype) *const T {
    const items = blk: {
        var all: [list.len + 1]T = undefined;
        for (list, 0..) |item, i| all[i] = item;
        all[list.len] = .{};
        break :blk all;
    };
    return &struct {
        const kept = items;
    }.kept[0];
}

/// Says what the module holds: `comptime { live.module(&.{counter}); }`.
pub fn module(comptime components: []const c.live_component) void {
    const kept = struct {
        const tables: [components.len]c.live_component = components[0..components.len].*;
        const list: [components.len + 1]?*const c.live_component = blk: {
            var all: [components.len + 1]?*const c.live_component = undefined;
            for (0..components.len) |i| all[i] = &tables[i];
            all[components.len] = null;
            break :blk all;
        };
    };
    @export(&kept.list, .{ .name = "live_module" });
}
