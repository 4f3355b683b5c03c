//! What is there beside the interface: nothing, or what was granted. The C library knows where granted directories are.

const std = @import("std");
const live = @import("liveside");
const Context = live.Context;
const Json = live.Json;
const Text = [:0]const u8;

/// What the last call of the C library ran into.
fn reason() []const u8 {
    return @tagName(@as(std.c.E, @fromBackingInt(@intCast(std.c._errno().*))));
}

const Outside = struct { files: ?[]const u8, network: ?[]const u8, environment: usize };

/// The C library that modules are linked with cannot connect a socket.
pub fn all(_: Context) live.Error!Outside {
    const file = std.c.fopen("/etc/passwd", "r");
    const files = if (file == null) reason() else null;
    if (file) |open| _ = std.c.fclose(open);
    _ = std.c.getenv("HOME"); // Makes the C library read the environment.
    var count: usize = 0;
    while (std.c.environ[count] != null) count += 1;
    return .{ .files = files, .network = null, .environment = count };
}

pub fn readFile(cx: Context, payload: Json) live.Error![]const u8 {
    const path = try cx.require(Text, payload, "path");
    const file = std.c.fopen(path, "r") orelse return cx.fail("{s}", .{reason()});
    defer _ = std.c.fclose(file);
    const text = cx.allocator().alloc(u8, 1024) catch return cx.fail("There is no memory.", .{});
    return text[0..std.c.fread(text.ptr, 1, text.len, file)];
}

pub fn writeFile(cx: Context, payload: Json) live.Error!void {
    const path = try cx.require(Text, payload, "path");
    const text = try cx.require(Text, payload, "text");
    const file = std.c.fopen(path, "w") orelse return cx.fail("{s}", .{reason()});
    const written = std.c.fwrite(text.ptr, 1, text.len, file);
    if (std.c.fclose(file) != 0 or written != text.len) return cx.fail("{s}", .{reason()});
}

pub fn variable(cx: Context, payload: Json) live.Error!?Text {
    const value = std.c.getenv(try cx.require(Text, payload, "name")) orelse return null;
    return std.mem.span(value);
}

pub fn print(cx: Context, payload: Json) live.Error!void {
    const message = try cx.require(Text, payload, "message");
    std.debug.print("{s}\n", .{message});
}
