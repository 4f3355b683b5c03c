//! A chat over a room. The messages are in the persistent map, where two who send at once both appear; room events tell
//! the others to read it.

const live = @import("liveside");
const Context = live.Context;
const Json = live.Json;

pub const panic = live.panic;

const kept_messages = 50;
const longest_text = 500;

/// Where a room's messages are: `{"next": ID, "messages": [..]}`.
fn keyOf(cx: Context, room: []const u8) [:0]const u8 {
    return cx.format("chat:{s}", .{room});
}

fn readMessages(cx: Context, room: []const u8) void {
    const messages = cx.persistentGet(keyOf(cx, room)).get("messages");
    cx.patch(.{ .messages = if (messages.exists()) messages else cx.array() });
}

fn tellMembers(cx: Context, room: [:0]const u8) live.Error!void {
    _ = try cx.emit(room, "MEMBERS", .{});
}

fn mount(cx: Context) live.Error!void {
    const room = cx.room() orelse return cx.fail("A chat needs a room.", .{});
    readMessages(cx, room);
    cx.patch(.{ .members = try cx.roomCount(room) });
    try tellMembers(cx, room);
}

fn destroy(cx: Context) live.Error!void {
    if (cx.room()) |room| try tellMembers(cx, room);
}

const Message = struct {
    user: []const u8,
    text: []const u8,
    /// Given when it is added.
    id: i64 = 0,

    /// The map with the message at its end. Runs again if somebody else has sent one meanwhile.
    fn add(cx: Context, old: Json, message: *Message) Json {
        const there = old.get("messages");
        const messages = if (there.exists()) there else cx.array();
        message.id = old.get("next").as(i64) orelse 1;
        cx.append(messages, .{ .id = message.id, .user = message.user, .text = message.text });
        while (messages.len() > kept_messages) cx.remove(messages, 0);
        return cx.json(.{ .next = message.id + 1, .messages = messages });
    }
};

fn send(cx: Context, payload: Json) live.Error!Json {
    const room = cx.room() orelse return cx.fail("A chat needs a room.", .{});
    const text = cx.trim(try cx.require([:0]const u8, payload, "text"));
    if (text.len == 0) return cx.fail("Say something first.", .{});
    if (live.c.live_characters(text) > longest_text) return cx.fail("Please use at most {d} characters.", .{longest_text});

    var message: Message = .{ .user = cx.userId() orelse cx.label() orelse "guest", .text = text };
    try cx.persistentUpdate(keyOf(cx, room), &message, Message.add);
    readMessages(cx, room);
    try cx.privateSet("sent", (cx.privateGet("sent").as(i64) orelse 0) + 1);
    _ = try cx.emit(room, "MESSAGE", .{ .id = message.id });
    return cx.json(.{ .id = message.id });
}

fn mine(cx: Context, _: Json) live.Error!Json {
    return cx.json(.{ .sent = cx.privateGet("sent").as(i64) orelse 0 });
}

fn onMessage(cx: Context, room: [:0]const u8, _: Json) live.Error!void {
    readMessages(cx, room);
}

fn onMembers(cx: Context, room: [:0]const u8, _: Json) live.Error!void {
    cx.patch(.{ .members = try cx.roomCount(room) });
}

comptime {
    live.module(&.{live.component("ZigChat", "1.0.0", .{
        .state = "{'messages': [], 'members': 0}",
        .actions = .{ live.action("send", send), live.action("mine", mine) },
        .room_events = .{ live.roomEvent("MESSAGE", onMessage), live.roomEvent("MEMBERS", onMembers) },
        .mount = mount,
        .destroy = destroy,
    })});
}

test {
    _ = @import("tests.zig");
}
