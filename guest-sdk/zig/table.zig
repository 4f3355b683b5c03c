//! What a component says of itself: the table of C, made while compiling.

const std = @import("std");
const c = @import("c");
const events = @import("events.zig");
const Context = @import("context.zig").Context;

/// Who may. Roles: one of them is enough. Permissions: all are needed. Both imply `authenticated`.
pub const Access = struct {
    authenticated: bool = false,
    roles: []const [:0]const u8 = &.{},
    permissions: []const [:0]const u8 = &.{},

    fn raw(comptime self: Access) c.live_access {
        return .{ .authenticated = self.authenticated, .roles = names(self.roles), .permissions = names(self.permissions) };
    }
};

/// How often: calls that may come at once, and calls that become free again in a minute.
pub const RateLimit = c.live_rate_limit;

/// One for everybody.
pub const Singleton = union(enum) {
    /// It ends so long after its last member left.
    linger_ms: u64,
    /// For ever.
    kept,
};

/// What an action may have beside its name and its function.
pub const ActionOptions = struct {
    access: Access = .{},
    rate_limit: RateLimit = .{},
    /// JSON Schema of the payload; the daemon checks it.
    schema: ?[:0]const u8 = null,
};

const Props = enum(c.live_props) { known, none, any };
const Topic = enum { lifecycle, messages, state, performance, rooms, websocket };

fn finish(cx: Context, outcome: anytype) c.live_result {
    if (outcome) |answer| {
        if (@TypeOf(answer) != void) return c.live_answer(cx.raw, cx.json(answer).raw);
        return c.LIVE_OK;
    } else |err| {
        if (err == error.Failed) return c.LIVE_FAILED;
        c.live_panic("%s", @as([*:0]const u8, @errorName(err)));
    }
}

/// Calls a handler, which may leave out everything behind the context.
fn perform(raw: ?*c.live_context, comptime f: anytype, arguments: anytype) c.live_result {
    const cx: Context = .{ .raw = raw.? };
    if (@typeInfo(@TypeOf(f)).@"fn".param_types.len == 1) return finish(cx, f(cx));
    return finish(cx, @call(.auto, f, .{cx} ++ arguments));
}

/// A handler as C calls it: `Pointer` is an optional pointer to a function of C.
fn handler(comptime Pointer: type, comptime f: anytype) Pointer {
    const Function = @typeInfo(@typeInfo(Pointer).optional.child).pointer.child;
    const types = @typeInfo(Function).@"fn".param_types;
    return switch (types.len) {
        1 => struct {
            fn run(cx: ?*c.live_context) callconv(.c) c.live_result {
                return perform(cx, f, .{});
            }
        }.run,
        2 => struct {
            fn run(cx: ?*c.live_context, told: types[1].?) callconv(.c) c.live_result {
                return perform(cx, f, .{events.of(told)});
            }
        }.run,
        3 => if (types[2].? == usize) struct {
            fn run(cx: ?*c.live_context, told: types[1].?, count: usize) callconv(.c) c.live_result {
                const context: Context = .{ .raw = cx.? };
                const keys = context.allocator().alloc([:0]const u8, count) catch @panic("out of memory");
                for (keys, told[0..count]) |*key, each| key.* = std.mem.span(each);
                return perform(cx, f, .{keys});
            }
        }.run else struct {
            fn run(cx: ?*c.live_context, one: types[1].?, two: types[2].?) callconv(.c) c.live_result {
                return perform(cx, f, .{ events.of(one), events.of(two) });
            }
        }.run,
        else => unreachable,
    };
}

/// `fn (cx: Context, payload: Json) Error!T`; `T` is `void` or anything that has a JSON form.
pub fn action(comptime name: [:0]const u8, comptime f: anytype) c.live_action {
    return actionWith(name, f, .{});
}

pub fn actionWith(comptime name: [:0]const u8, comptime f: anytype, comptime options: ActionOptions) c.live_action {
    return .{
        .name = name,
        .run = handler(?*const c.live_action_function, f),
        .access = options.access.raw(),
        .rate_limit = options.rate_limit,
        .payload_schema = if (options.schema) |schema| schema else null,
    };
}

/// A function that is not public: a browser that calls it is told what to add, and where.
pub fn hidden(comptime name: [:0]const u8, comptime advice: [:0]const u8) c.live_hidden_action {
    return .{ .name = name, .advice = advice };
}

/// `fn (cx: Context, room: [:0]const u8, data: Json) Error!void`, for events of the default room.
pub fn roomEvent(comptime event: [:0]const u8, comptime f: anytype) c.live_room_handler {
    const run = struct {
        fn run(cx: ?*c.live_context, told: [*c]const c.live_room_event) callconv(.c) c.live_result {
            return perform(cx, f, .{ events.of(told.*.room), events.of(told.*.data) });
        }
    }.run;
    return .{ .event = event, .run = run };
}

/// The same for other rooms: a name, `chat:*`, or `*`.
pub fn roomEventIn(comptime room: [:0]const u8, comptime event: [:0]const u8, comptime f: anytype) c.live_room_handler {
    var made = roomEvent(event, f);
    made.room = room;
    return made;
}

/// `fn (cx: Context, timer: Timer) Error!void`; the name `*` is every timer that has no other.
pub fn timer(comptime name: [:0]const u8, comptime f: anytype) c.live_timer_handler {
    return .{ .name = name, .run = handler(@FieldType(c.live_timer_handler, "run"), f) };
}

/// A component: what it is called, its handlers, and in `extra` whatever else the C table has.
pub fn component(comptime name: [:0]const u8, comptime version: [:0]const u8, comptime options: anytype) c.live_component {
    comptime {
        // For each field of a long table.
        @setEvalBranchQuota(10_000);
        var table: c.live_component = if (@hasField(@TypeOf(options), "extra")) options.extra else .{};
        table.name = name;
        table.version = version;
        for (std.meta.fieldNames(@TypeOf(options))) |field| {
            if (!std.mem.eql(u8, field, "extra")) put(&table, field, @field(options, field));
        }
        return table;
    }
}

fn put(comptime table: *c.live_component, comptime field: [:0]const u8, comptime value: anytype) void {
    const Named = enum { state, persistent, actions, hidden, room_events, timers, migrate, props, access, singleton, logging };
    if (@hasField(c.live_hooks, field)) {
        @field(table.hooks, field) = handler(@FieldType(c.live_hooks, field), value);
    } else if (@hasField(Named, field)) switch (@field(Named, field)) {
        .state => table.default_state = value,
        .persistent => table.persistent_defaults = value,
        .actions => table.actions = terminated(c.live_action, value),
        .hidden => table.hidden_actions = terminated(c.live_hidden_action, value),
        .room_events => table.room_events = terminated(c.live_room_handler, value),
        .timers => table.timers = terminated(c.live_timer_handler, value),
        .migrate => table.migrate = handler(@FieldType(c.live_component, "migrate"), value),
        .props => table.props = @backingInt(@as(Props, value)),
        .access => table.access = @as(Access, value).raw(),
        .singleton => switch (@as(Singleton, value)) {
            .linger_ms => |ms| {
                table.scope = c.LIVE_SINGLETON;
                table.linger_ms = ms;
            },
            .kept => table.scope = c.LIVE_SINGLETON_KEPT,
        },
        .logging => inline for (value) |topic| {
            table.logging |= 1 << @backingInt(@as(Topic, topic));
        },
    } else for ([_][]const u8{ "set_value", "rate_limit", "room", "durable", "fresh", "state_schema" }) |plain| {
        if (std.mem.eql(u8, field, plain)) {
            @field(table, field) = value;
            break;
        }
    } else @compileError("a component has no `" ++ field ++ "`; `extra` takes all of the C table");
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

fn names(comptime list: []const [:0]const u8) [*c]const [*c]const u8 {
    if (list.len == 0) return null;
    const items = blk: {
        var all: [list.len + 1][*c]const u8 = undefined;
        for (list, 0..) |item, i| all[i] = item.ptr;
        all[list.len] = null;
        break :blk all;
    };
    return &struct {
        const kept = items;
    }.kept;
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
