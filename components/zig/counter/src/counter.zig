//! A counter that everybody in a room shares. The number itself is in a room's logic, `tally:ROOM`, so that counters of
//! several languages count together; room events tell the others that it has changed.

const live = @import("liveside");
const Context = live.Context;
const Json = live.Json;

pub const panic = live.panic;

const Answer = struct { success: bool, count: i64 };

/// Asks the room's logic for something that answers the number. `null` sends no payload.
fn tally(cx: Context, room: []const u8, name: [:0]const u8, payload: anytype) live.Error!i64 {
    const answer = try cx.call(cx.format("tally:{s}", .{room}), name, payload);
    return answer.as(i64) orelse 0;
}

fn tellUsers(cx: Context, room: [:0]const u8, users: u32) live.Error!void {
    _ = try cx.emit(room, "USER_COUNT_CHANGED", .{ .connectedUsers = users });
}

/// As well for a state that comes back: the room has gone on meanwhile.
fn mount(cx: Context) live.Error!void {
    const room = cx.room() orelse return cx.patch(.{ .connectedUsers = 1 });
    const count = try tally(cx, room, "count", null);
    const users = try cx.roomCount(room);
    cx.patch(.{ .count = count, .connectedUsers = users });
    try tellUsers(cx, room, users);
}

/// By then it counts as gone; who hears of it counts anew.
fn destroy(cx: Context) live.Error!void {
    const room = cx.room() orelse return;
    try tellUsers(cx, room, try cx.roomCount(room) -| 1);
}

/// Takes over the new number, and tells it to the caller and to the room.
fn changed(cx: Context, count: i64) live.Error!Answer {
    const user = cx.userId() orelse cx.label();
    if (cx.room()) |room| _ = try cx.emit(room, "COUNT_CHANGED", .{ .count = count, .userId = user });
    cx.patch(.{ .count = count, .lastUpdatedBy = user });
    return .{ .success = true, .count = count };
}

fn change(cx: Context, by: i64) live.Error!Answer {
    const room = cx.room() orelse return changed(cx, (cx.get("count").as(i64) orelse 0) +| by);
    return changed(cx, try tally(cx, room, "add", .{ .by = by }));
}

fn increment(cx: Context, payload: Json) live.Error!Answer {
    return change(cx, try cx.optional(i64, payload, "by") orelse 1);
}

fn decrement(cx: Context, payload: Json) live.Error!Answer {
    return change(cx, 0 -| (try cx.optional(i64, payload, "by") orelse 1));
}

/// Sets the count to 0, for everybody.
fn reset(cx: Context, _: Json) live.Error!Answer {
    const room = cx.room() orelse return changed(cx, 0);
    return changed(cx, try tally(cx, room, "reset", null));
}

/// The number is asked for anew and not taken from the event: two that are sent at once may arrive in the other order.
fn countChanged(cx: Context, room: [:0]const u8, data: Json) live.Error!void {
    const user = try cx.optional([:0]const u8, data, "userId");
    cx.patch(.{ .count = try tally(cx, room, "count", null), .lastUpdatedBy = user });
}

fn userCountChanged(cx: Context, room: [:0]const u8, _: Json) live.Error!void {
    cx.patch(.{ .connectedUsers = try cx.roomCount(room) });
}

comptime {
    live.module(&.{live.component("ZigCounter", "1.0.0", .{
        .state = "{'count': 0, 'lastUpdatedBy': null, 'connectedUsers': 0}",
        .actions = .{ live.action("increment", increment), live.action("decrement", decrement), live.action("reset", reset) },
        .room_events = .{ live.roomEvent("COUNT_CHANGED", countChanged), live.roomEvent("USER_COUNT_CHANGED", userCountChanged) },
        .mount = mount,
        .rehydrate = mount,
        .destroy = destroy,
    })});
}

test {
    _ = @import("tests.zig");
}
