//! A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
//! what is wrong, `submit` fails as an action.

const std = @import("std");
const live = @import("liveside");
const Context = live.Context;
const Json = live.Json;

pub const panic = live.panic;

/// A message is a few lines, not a file.
const longest_message = 2000;

/// A sentence for each field that is not as it should be, in the order of the fields' names.
const Errors = struct {
    email: ?[]const u8 = null,
    message: ?[]const u8 = null,
    name: ?[]const u8 = null,

    fn find(cx: Context) Errors {
        const state = cx.state();
        const name = cx.trim(text(state, "name"));
        const email = cx.trim(text(state, "email"));
        var errors: Errors = .{};
        if (name.len == 0) errors.name = "Please tell us your name.";
        if (email.len == 0) {
            errors.email = "Please tell us your email address.";
        } else if (!looksLikeAnAddress(email)) {
            errors.email = cx.format("\"{s}\" is not an email address.", .{email});
        }
        if (live.c.live_characters(text(state, "message")) > longest_message)
            errors.message = cx.format("Please use at most {d} characters.", .{longest_message});
        return errors;
    }
};

fn text(state: Json, key: [:0]const u8) [:0]const u8 {
    return state.get(key).as([:0]const u8) orelse "";
}

/// Something before an `@` and a domain with a dot inside. Whether somebody reads it, only a message can tell.
fn looksLikeAnAddress(address: [:0]const u8) bool {
    const at = std.mem.lastIndexOfScalar(u8, address, '@') orelse return false;
    const domain = address[at + 1 ..];
    return at > 0 and !live.c.live_has_space(address) and std.mem.indexOfScalar(u8, domain, '.') != null and
        domain[0] != '.' and domain[domain.len - 1] != '.';
}

fn validate(cx: Context, _: Json) live.Error!Json {
    const errors = Errors.find(cx);
    const answer = cx.json(.{});
    inline for (comptime std.meta.fieldNames(Errors)) |field| {
        if (@field(errors, field)) |sentence| cx.put(answer, field, sentence);
    }
    return cx.json(.{ .valid = answer.len() == 0, .errors = answer });
}

fn submit(cx: Context, _: Json) live.Error!Json {
    const errors = Errors.find(cx);
    var all: []const u8 = "";
    inline for (comptime std.meta.fieldNames(Errors)) |field| {
        if (@field(errors, field)) |sentence| all = cx.format("{s}{s}{s}", .{ all, if (all.len > 0) " " else "", sentence });
    }
    if (all.len > 0) return cx.fail("{s}", .{all});
    if (cx.get("submitted").as(bool) orelse false) return cx.fail("This form has been sent already.", .{});
    const now = cx.nowMs();
    cx.patch(.{ .submitted = true, .submittedAt = now });
    return cx.json(.{ .success = true, .submittedAt = now });
}

fn reset(cx: Context, _: Json) live.Error!void {
    cx.reset();
}

comptime {
    live.module(&.{live.component("ZigForm", "1.0.0", .{
        .state = "{'name': '', 'email': '', 'message': '', 'submitted': false, 'submittedAt': null}",
        .set_value = true,
        .actions = .{ live.action("validate", validate), live.action("submit", submit), live.action("reset", reset) },
    })});
}

test {
    _ = @import("tests.zig");
}

test "addresses are told from other text" {
    for ([_][:0]const u8{ "a@b.c", "ana.b+c@mail.example.org" }) |good| try std.testing.expect(looksLikeAnAddress(good));
    for ([_][:0]const u8{ "ana", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d", "a@" }) |bad| try std.testing.expect(!looksLikeAnAddress(bad));
}
