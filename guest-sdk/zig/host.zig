//! What the daemon has for an event: sessions, members of rooms, the store, answers of other servers.

const std = @import("std");
const c = @import("c");
const check = @import("context.zig").check;
const Error = @import("context.zig").Error;
const Json = @import("json.zig").Json;

/// Who is behind the event.
pub const Session = struct {
    authenticated: bool,
    /// The identity that the daemon has verified; `null` for an anonymous visitor.
    user_id: ?[:0]const u8,
    /// What the browser calls its user. Anybody may say anything.
    label: ?[:0]const u8,
    /// `null` where no single connection is behind the event.
    connection_id: ?[:0]const u8,
    roles: []const [:0]const u8,
    permissions: []const [:0]const u8,
    claims: Json,

    pub fn hasRole(self: Session, role: []const u8) bool {
        return contains(self.roles, role);
    }

    pub fn hasPermission(self: Session, permission: []const u8) bool {
        return contains(self.permissions, permission);
    }

    fn contains(names: []const [:0]const u8, name: []const u8) bool {
        for (names) |each| if (std.mem.eql(u8, each, name)) return true;
        return false;
    }
};

pub const RoomMember = struct {
    instance: [:0]const u8,
    /// `null` for an anonymous visitor.
    user_id: ?[:0]const u8,
};

pub const Header = struct {
    name: [:0]const u8,
    value: [:0]const u8,
};

pub const Request = struct {
    method: [:0]const u8 = "GET",
    headers: []const Header = &.{},
    body: ?[]const u8 = null,
    /// `null` is the daemon's own.
    timeout_ms: ?u32 = null,
};

pub const Response = struct {
    status: u16,
    headers: []const Header,
    body: []const u8,
};

pub const Level = enum(c.live_level) { trace, debug, info, warn, err };

/// Bytes that outlive the daemon, shared by all mounts of the component: `cx.store()`.
pub const Store = struct {
    raw: *c.live_context,
    allocator: std.mem.Allocator,

    pub const Entry = struct {
        key: [:0]const u8,
        value: []const u8,
    };

    pub const Page = struct {
        entries: []const Entry,
        /// Whether there are further ones, behind the last.
        more: bool,
    };

    pub fn get(self: Store, key: [:0]const u8) Error!?[]const u8 {
        var value: c.live_bytes = .{};
        try check(c.live_store_get(self.raw, key, &value));
        return if (value.data == null) null else slice(value);
    }

    pub fn set(self: Store, key: [:0]const u8, value: []const u8) Error!void {
        try check(c.live_store_set(self.raw, key, value.ptr, value.len));
    }

    /// The key is gone so long from now.
    pub fn setFor(self: Store, ms: u64, key: [:0]const u8, value: []const u8) Error!void {
        try check(c.live_store_set_for(self.raw, ms, key, value.ptr, value.len));
    }

    pub fn delete(self: Store, key: [:0]const u8) Error!void {
        try check(c.live_store_delete(self.raw, key));
    }

    /// Entries whose key begins with `prefix`, in order, behind the key `after` (`null` for the start).
    pub fn scan(self: Store, prefix: [:0]const u8, limit: u32, after: ?[:0]const u8) Error!Page {
        var found: [*c]const c.live_store_entry = null;
        var count: usize = 0;
        var more = false;
        const behind: [*c]const u8 = if (after) |key| key.ptr else null;
        try check(c.live_store_scan(self.raw, prefix, limit, behind, &found, &count, &more));
        const entries = self.allocator.alloc(Entry, count) catch @panic("out of memory");
        for (entries, found[0..count]) |*entry, each| entry.* = .{ .key = std.mem.span(each.key), .value = slice(each.value) };
        return .{ .entries = entries, .more = more };
    }

    /// Writes if the key still holds `expected`, and says whether it did. `null` is no value.
    pub fn swap(self: Store, key: [:0]const u8, expected: ?[]const u8, value: ?[]const u8) Error!bool {
        var swapped = false;
        try check(c.live_store_swap(self.raw, key, bytes(expected), bytes(value), &swapped));
        return swapped;
    }

    /// Waits until everything before is saved.
    pub fn flush(self: Store) Error!void {
        try check(c.live_store_flush(self.raw));
    }
};

pub fn slice(found: c.live_bytes) []const u8 {
    return found.data[0..found.size];
}

pub fn bytes(value: ?[]const u8) c.live_bytes {
    const there = value orelse return .{};
    return .{ .data = there.ptr, .size = there.len };
}
