//! What handlers are told, made of what C tells.

const std = @import("std");
const c = @import("c");
const Json = @import("json.zig").Json;

pub const Mount = struct {
    room: ?[:0]const u8,
    debug_label: ?[:0]const u8,
};

pub const Timer = struct {
    id: u64,
    name: [:0]const u8,
    payload: Json,
};

pub const Upload = struct {
    id: [:0]const u8,
    filename: [:0]const u8,
    content_type: [:0]const u8,
    /// Bytes, as announced.
    size: u64,
    stage: Stage,

    pub const Stage = union(enum) {
        /// A failure refuses it.
        start,
        /// Bytes so far.
        progress: u64,
        /// Where it is served from.
        complete: [:0]const u8,
        /// Why.
        failed: [:0]const u8,
    };
};

/// A browser that joined or left a singleton.
pub const Client = struct {
    connection_id: [:0]const u8,
    /// Members after the event.
    count: u32,
};

/// A mounted component that joins or leaves a room with logic.
pub const Member = struct {
    instance: [:0]const u8,
    /// Members after the event.
    count: u32,
};

pub fn span(text: [*c]const u8) ?[:0]const u8 {
    return if (text == null) null else std.mem.span(text);
}

/// What `of` gives for an argument of C.
fn Of(comptime T: type) type {
    return switch (T) {
        [*c]const u8 => [:0]const u8,
        c.live_json => Json,
        [*c]const c.live_mount => Mount,
        [*c]const c.live_timer => Timer,
        [*c]const c.live_upload => Upload,
        [*c]const c.live_client => Client,
        [*c]const c.live_membership => Member,
        else => @compileError("no handler is told of " ++ @typeName(T)),
    };
}

pub fn of(told: anytype) Of(@TypeOf(told)) {
    return switch (@TypeOf(told)) {
        [*c]const u8 => std.mem.span(told),
        c.live_json => .{ .raw = told },
        [*c]const c.live_mount => .{ .room = span(told.*.room), .debug_label = span(told.*.debug_label) },
        [*c]const c.live_timer => .{ .id = told.*.id, .name = std.mem.span(told.*.name), .payload = .{ .raw = told.*.payload } },
        [*c]const c.live_upload => .{
            .id = span(told.*.id) orelse "",
            .filename = span(told.*.filename) orelse "",
            .content_type = span(told.*.content_type) orelse "",
            .size = told.*.size,
            .stage = switch (told.*.stage) {
                c.LIVE_UPLOAD_START => .start,
                c.LIVE_UPLOAD_PROGRESS => .{ .progress = told.*.progress },
                c.LIVE_UPLOAD_COMPLETE => .{ .complete = span(told.*.url) orelse "" },
                else => .{ .failed = span(told.*.reason) orelse "" },
            },
        },
        [*c]const c.live_client => .{ .connection_id = std.mem.span(told.*.connection_id), .count = told.*.count },
        [*c]const c.live_membership => .{ .instance = std.mem.span(told.*.instance), .count = told.*.count },
        else => unreachable,
    };
}
