//! JSON values, as the daemon and browsers have them.

const std = @import("std");
const c = @import("c");

/// A JSON value, or none. Reading never fails: what is missing or of another kind is `null`.
pub const Json = struct {
    raw: c.live_json = null,

    pub fn exists(self: Json) bool {
        return self.raw != null;
    }

    pub fn get(self: Json, key: [:0]const u8) Json {
        return .{ .raw = c.live_get(self.raw, key) };
    }

    pub fn at(self: Json, index: usize) Json {
        return .{ .raw = c.live_item(self.raw, index) };
    }

    /// Items, keys or bytes.
    pub fn len(self: Json) usize {
        return c.live_length(self.raw);
    }

    /// As a `bool`, an integer that it fits, an `f64` or a `[:0]const u8`.
    pub fn as(self: Json, comptime T: type) ?T {
        return switch (T) {
            bool => if (c.live_is_bool(self.raw)) c.live_as_bool(self.raw, false) else null,
            f64 => if (c.live_is_number(self.raw)) c.live_as_number(self.raw, 0) else null,
            // A text may have a NUL in it.
            [:0]const u8 => if (c.live_is_text(self.raw)) c.live_as_text(self.raw, "")[0..self.len() :0] else null,
            else => switch (@typeInfo(T)) {
                .int => if (c.live_is_int(self.raw)) std.math.cast(T, c.live_as_int(self.raw, 0)) else null,
                else => @compileError("a JSON value is a bool, an integer, f64 or [:0]const u8, not " ++ @typeName(T)),
            },
        };
    }
};
