//! Every feature once: a fixture for the conformance tests, not an example.

const live = @import("liveside");
const rooms = @import("rooms.zig");

pub const panic = live.panic;

const probe = @import("probe.zig").versioned(.{ .name = "1.0.0", .number = "value", .other_number = "amount" });

comptime {
    live.module(&.{ probe, rooms.hall, rooms.box });
}

test {
    _ = @import("tests.zig");
}
