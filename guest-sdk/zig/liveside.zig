//! Liveside components in Zig, over the C SDK: errors are Zig's, JSON is made from Zig values.
//!
//! Memory is the event's: `cx.allocator()` never needs a `free`, and nothing of an event may be kept.

const std = @import("std");
/// The C SDK itself, for what has no word here.
pub const c = @import("c");

const events = @import("events.zig");
const host = @import("host.zig");
const table = @import("table.zig");

pub const Context = @import("context.zig").Context;
pub const Error = @import("context.zig").Error;
pub const Json = @import("json.zig").Json;

pub const Client = events.Client;
pub const Member = events.Member;
pub const Mount = events.Mount;
pub const Timer = events.Timer;
pub const Upload = events.Upload;

pub const Header = host.Header;
pub const Level = host.Level;
pub const Request = host.Request;
pub const Response = host.Response;
pub const RoomMember = host.RoomMember;
pub const Session = host.Session;
pub const Store = host.Store;

pub const Access = table.Access;
pub const ActionOptions = table.ActionOptions;
pub const RateLimit = table.RateLimit;
pub const Singleton = table.Singleton;
pub const action = table.action;
pub const actionWith = table.actionWith;
pub const component = table.component;
pub const hidden = table.hidden;
pub const module = table.module;
pub const roomEvent = table.roomEvent;
pub const roomEventIn = table.roomEventIn;
pub const timer = table.timer;

/// What a root names as its own, so that a panic is a line in the daemon's log: `pub const panic = live.panic;`.
/// Without it Zig's own brings imports of WASI.
pub const panic = std.debug.FullPanic(struct {
    fn stop(message: []const u8, _: ?usize) noreturn {
        c.live_panic("%.*s", @as(c_int, @intCast(message.len)), message.ptr);
    }
}.stop);
