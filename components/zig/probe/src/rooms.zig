//! A singleton, and the logic of rooms.

const live = @import("liveside");
const outside = @import("outside.zig");
const Context = live.Context;

fn count(cx: Context, client: live.Client) live.Error!void {
    cx.patch(.{ .members = client.count });
}

pub const hall = live.component("ZigHall", "1.0.0", .{
    .state = "{'members': 0}",
    .singleton = live.Singleton{ .linger_ms = 0 },
    .actions = .{ live.action("readFile", outside.readFile), live.action("variable", outside.variable) },
    .client_join = count,
    .client_leave = count,
});

fn put(cx: Context, payload: live.Json) live.Error!usize {
    const items = cx.get("items");
    cx.append(items, try cx.require(live.Json, payload, "item"));
    cx.patch(.{ .items = items });
    return items.len();
}

fn join(cx: Context, member: live.Member) live.Error!void {
    if (member.count > 3) return cx.fail("Full.", .{});
}

pub const box = live.component("ZigBox", "1.0.0", .{
    .room = "zigbox",
    .state = "{'items': []}",
    .actions = .{live.action("put", put)},
    .member_join = join,
});
