//! Memory that is the event's: C frees it when the event ends, so nothing is freed here.

const std = @import("std");
const c = @import("c");

pub const allocator: std.mem.Allocator = .{ .ptr = undefined, .vtable = &.{
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
} };
