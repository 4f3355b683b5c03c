//! A counter. Save this file while the page is open: it goes on with the new logic, and the count stays.

const live = @import("liveside");

pub const panic = live.panic;

fn increment(cx: live.Context, payload: live.Json) live.Error!i64 {
    const by = try cx.optional(i64, payload, "by") orelse 1;
    const count = (cx.get("count").as(i64) orelse 0) + by;
    cx.patch(.{ .count = count });
    return count;
}

fn reset(cx: live.Context) live.Error!void {
    cx.patch(.{ .count = 0 });
}

comptime {
    live.module(&.{live.component("{{component}}", "1.0.0", .{
        .state = "{'count': 0}",
        .actions = .{ live.action("increment", increment), live.action("reset", reset) },
    })});
}

test {
    _ = @import("tests.zig");
}
