//! The probe's hooks, what depends on the version, and the table of it all.

const std = @import("std");
const live = @import("liveside");
const actions = @import("actions.zig");
const Context = live.Context;
const Json = live.Json;

fn line(cx: Context, comptime text: []const u8, arguments: anytype) void {
    const lines = cx.get("log");
    cx.append(lines, cx.format(text, arguments));
    cx.patch(.{ .log = lines });
}

fn connect(cx: Context) live.Error!void {
    line(cx, "connect", .{});
}

fn mount(cx: Context, told: live.Mount) live.Error!void {
    line(cx, "mount {s}", .{told.room orelse "-"});
}

fn rehydrate(cx: Context, from: [:0]const u8) live.Error!void {
    line(cx, "rehydrate {s}", .{from});
}

fn reload(cx: Context, from: [:0]const u8) live.Error!void {
    line(cx, "reload {s}", .{from});
}

fn roomJoin(cx: Context, room: [:0]const u8) live.Error!void {
    line(cx, "join {s}", .{room});
}

fn roomLeave(cx: Context, room: [:0]const u8) live.Error!void {
    line(cx, "leave {s}", .{room});
}

fn timer(cx: Context, due: live.Timer) live.Error!void {
    line(cx, "timer {s} {s}", .{ due.name, cx.write(due.payload) });
}

fn news(cx: Context, room: [:0]const u8, data: Json) live.Error!void {
    line(cx, "news {s} {s}", .{ room, cx.write(data) });
}

fn beforeAction(cx: Context, action: [:0]const u8, _: Json) live.Error!void {
    if (std.mem.eql(u8, action, "forbidden")) return cx.fail("Never.", .{});
}

fn before(_: void, a: [:0]const u8, b: [:0]const u8) bool {
    return std.mem.lessThan(u8, a, b);
}

fn stateChange(cx: Context, keys: [][:0]const u8) live.Error!void {
    if (keys.len == 1 and std.mem.eql(u8, keys[0], "log")) return;
    std.mem.sort([:0]const u8, keys, {}, before);
    cx.patch(.{ .changed = keys });
}

fn disconnect(cx: Context) live.Error!void {
    _ = try cx.persistentAdd("disconnected", 1);
}

fn destroy(cx: Context) live.Error!void {
    _ = try cx.persistentAdd("destroyed", 1);
}

fn upload(cx: Context, file: live.Upload) live.Error!void {
    switch (file.stage) {
        .start => if (std.mem.endsWith(u8, file.filename, ".png")) return cx.fail("No pictures.", .{}),
        .complete => {
            var size: u64 = 0;
            while (true) {
                const part = try cx.uploadRead(file.id, size, 64 * 1024);
                if (part.len == 0) break;
                size += part.len;
            }
            line(cx, "upload complete {d}", .{size});
        },
        else => |_, stage| line(cx, "upload {s}", .{@tagName(stage)}),
    }
}

/// What the versions call differently.
const Version = struct { name: [:0]const u8, number: [:0]const u8, other_number: [:0]const u8 };

pub fn versioned(comptime version: Version) live.c.live_component {
    const own = struct {
        fn set(cx: Context, payload: Json) live.Error!void {
            cx.set(version.number, try cx.require(i64, payload, version.number));
        }

        fn addOne(cx: Context) void {
            cx.set(version.number, (cx.get(version.number).as(i64) orelse 0) + 1);
        }

        fn fail(cx: Context, payload: Json) live.Error!void {
            const message = try cx.require([:0]const u8, payload, "message");
            addOne(cx);
            return cx.fail("{s}", .{message});
        }

        /// Asks a list of nothing for its third item, where that is looked at.
        fn crash(cx: Context) live.Error!i64 {
            @setRuntimeSafety(true);
            addOne(cx);
            std.debug.print("about to crash", .{});
            const nothing = cx.allocator().alloc(i64, 0) catch return cx.fail("There is no memory.", .{});
            return nothing[2];
        }

        fn migrate(cx: Context, _: [:0]const u8, state: Json) live.Error!void {
            const there = state.get(version.other_number);
            if (!there.exists()) return;
            cx.put(state, version.number, there);
            cx.removeKey(state, version.other_number);
        }
    };
    const schema = "{'type':'object','required':['" ++ version.number ++ "'],'properties':{'" ++ version.number ++ "':{'type':'integer'}}}";
    return live.component("ZigProbe", version.name, .{
        .state = "{'" ++ version.number ++ "': 0, 'log': [], 'changed': []}",
        .persistent = "{'kept': 0}",
        .set_value = true,
        .migrate = own.migrate,
        .actions = .{
            live.actionWith("set", own.set, .{ .schema = schema }),
            live.action("fail", own.fail),
            live.action("crash", own.crash),
        } ++ actions.all,
        .hidden = .{live.hidden("secretly", "add live.action(\"secretly\", secretly) to `all` in actions.zig")},
        .room_events = .{live.roomEventIn("*", "NEWS", news)},
        .timers = .{live.timer("*", timer)},
        .connect = connect,
        .mount = mount,
        .rehydrate = rehydrate,
        .before_action = beforeAction,
        .state_change = stateChange,
        .room_join = roomJoin,
        .room_leave = roomLeave,
        .upload = upload,
        .reload = reload,
        .disconnect = disconnect,
        .destroy = destroy,
    });
}
