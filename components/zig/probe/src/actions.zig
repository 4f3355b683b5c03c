//! The probe's actions.

const std = @import("std");
const live = @import("liveside");
const outside = @import("outside.zig");
const Context = live.Context;
const Json = live.Json;
const Text = [:0]const u8;

// Answers and failures.

fn echo(_: Context, payload: Json) live.Error!Json {
    return payload;
}

fn nothing(_: Context) live.Error!void {}

fn deny(cx: Context) live.Error!void {
    return cx.deny("Not you.", .{});
}

fn spin(_: Context) live.Error!void {
    var turns: usize = 0;
    while (true) : (turns +%= 1) std.mem.doNotOptimizeAway(turns);
}

// What is kept beside the state.

fn remember(cx: Context, payload: Json) live.Error!void {
    try cx.privateSet(try cx.require(Text, payload, "key"), try cx.require(Json, payload, "value"));
}

fn recall(cx: Context, payload: Json) live.Error!Json {
    return cx.privateGet(try cx.require(Text, payload, "key"));
}

fn keep(cx: Context, payload: Json) live.Error!void {
    try cx.persistentSet(try cx.require(Text, payload, "key"), try cx.require(Json, payload, "value"));
}

fn kept(cx: Context, payload: Json) live.Error!Json {
    return cx.persistentGet(try cx.require(Text, payload, "key"));
}

fn bump(cx: Context, payload: Json) live.Error!i64 {
    return cx.persistentAdd(try cx.require(Text, payload, "key"), 1);
}

fn store(cx: Context, payload: Json) live.Error!void {
    try cx.store().set(try cx.require(Text, payload, "key"), try cx.require(Text, payload, "text"));
}

fn stored(cx: Context, payload: Json) live.Error!?[]const u8 {
    return cx.store().get(try cx.require(Text, payload, "key"));
}

// Timers and rooms.

fn after(cx: Context, payload: Json) live.Error!u64 {
    return cx.after(try cx.require(u64, payload, "ms"), try cx.require(Text, payload, "name"), payload.get("payload"));
}

fn every(cx: Context, payload: Json) live.Error!u64 {
    return cx.every(try cx.require(u64, payload, "ms"), try cx.require(Text, payload, "name"), payload.get("payload"));
}

fn cancel(cx: Context, payload: Json) live.Error!void {
    cx.cancel(try cx.require(u64, payload, "timer"));
}

fn join(cx: Context, payload: Json) live.Error!void {
    try cx.join(try cx.require(Text, payload, "room"));
}

fn leave(cx: Context, payload: Json) live.Error!void {
    try cx.leave(try cx.require(Text, payload, "room"));
}

fn emit(cx: Context, payload: Json) live.Error!u32 {
    return cx.emit(try cx.require(Text, payload, "room"), try cx.require(Text, payload, "event"), payload.get("data"));
}

fn roomState(cx: Context, payload: Json) live.Error!Json {
    return cx.roomState(try cx.require(Text, payload, "room"));
}

fn setRoomState(cx: Context, payload: Json) live.Error!void {
    try cx.roomPatch(try cx.require(Text, payload, "room"), try cx.require(Json, payload, "changes"));
}

fn members(cx: Context, payload: Json) live.Error!usize {
    const there = try cx.roomMembers(try cx.require(Text, payload, "room"));
    return there.len;
}

fn call(cx: Context, payload: Json) live.Error!Json {
    return cx.call(try cx.require(Text, payload, "room"), try cx.require(Text, payload, "action"), payload.get("payload"));
}

fn broadcast(cx: Context, payload: Json) live.Error!u32 {
    return cx.broadcast(try cx.require(Text, payload, "kind"), payload.get("data"));
}

// The world outside.

const Page = struct { status: u16, body: []const u8 };

fn fetch(cx: Context, payload: Json) live.Error!Page {
    const response = try cx.fetch(try cx.require(Text, payload, "url"), .{});
    return .{ .status = response.status, .body = response.body };
}

const Who = struct { authenticated: bool, userId: ?Text, roles: []const Text, label: ?Text };

fn session(cx: Context) live.Error!Who {
    const current = cx.session();
    return .{
        .authenticated = current.authenticated,
        .userId = current.user_id,
        .roles = current.roles,
        .label = current.label,
    };
}

fn config(cx: Context, payload: Json) live.Error!?Text {
    return cx.config(try cx.require(Text, payload, "key"));
}

fn now(cx: Context) live.Error!u64 {
    return cx.nowMs();
}

fn random(cx: Context) live.Error!Text {
    return cx.format("{x}", .{&cx.randomBytes(16)});
}

fn say(cx: Context, payload: Json) live.Error!void {
    cx.log(.info, "{s}", .{try cx.require(Text, payload, "message")});
}

fn binary(cx: Context, payload: Json) live.Error!void {
    try cx.pushBinary(try cx.require(Text, payload, "name"), try cx.require(Text, payload, "text"));
}

/// But for those that depend on the version.
pub const all = .{
    live.action("echo", echo),
    live.action("nothing", nothing),
    live.action("deny", deny),
    live.action("spin", spin),
    live.action("remember", remember),
    live.action("recall", recall),
    live.action("keep", keep),
    live.action("kept", kept),
    live.action("bump", bump),
    live.action("store", store),
    live.action("stored", stored),
    live.action("after", after),
    live.action("every", every),
    live.action("cancel", cancel),
    live.action("join", join),
    live.action("leave", leave),
    live.action("emit", emit),
    live.action("roomState", roomState),
    live.action("setRoomState", setRoomState),
    live.action("members", members),
    live.action("call", call),
    live.action("broadcast", broadcast),
    live.action("fetch", fetch),
    live.action("session", session),
    live.action("config", config),
    live.action("now", now),
    live.action("random", random),
    live.action("say", say),
    live.action("binary", binary),
    live.action("outside", outside.all),
    live.action("readFile", outside.readFile),
    live.action("writeFile", outside.writeFile),
    live.action("variable", outside.variable),
    live.action("print", outside.print),
    live.actionWith("limited", nothing, .{ .rate_limit = .{ .burst = 2, .per_minute = 1 } }),
    live.actionWith("admin", nothing, .{ .access = .{ .roles = &.{"admin"} } }),
    live.action("forbidden", nothing),
};
