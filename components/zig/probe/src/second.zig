//! The probe at version 2.0.0, which calls the number otherwise.

const live = @import("liveside");
const rooms = @import("rooms.zig");

pub const panic = live.panic;

const probe = @import("probe.zig").versioned(.{ .name = "2.0.0", .number = "amount", .other_number = "value" });

comptime {
    live.module(&.{ probe, rooms.hall, rooms.box });
}

test {
    _ = @import("second_tests.zig");
}
