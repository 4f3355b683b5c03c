// How an event fails, and how a failure is passed on.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <liveside/result.h>

namespace liveside {

/// Why an event fails: a sentence for the user.
struct Error {
    enum class Kind { failed, denied, invalid, limit, host };
    Kind kind = Kind::failed;
    std::string message;
};

inline std::unexpected<Error> fail(std::string message) { return std::unexpected(Error{Error::Kind::failed, std::move(message)}); }
/// This user may not.
inline std::unexpected<Error> deny(std::string message) { return std::unexpected(Error{Error::Kind::denied, std::move(message)}); }
/// The payload is not what the action takes.
inline std::unexpected<Error> invalid(std::string message) { return std::unexpected(Error{Error::Kind::invalid, std::move(message)}); }

/// Leaves the handler if `expression` failed; else `variable` is its value.
#define LIVE_LET(variable, expression) \
    auto variable##_result = (expression); \
    if (!variable##_result) return std::unexpected(std::move(variable##_result.error())); \
    auto variable = *std::move(variable##_result)
/// Leaves the handler if `expression` failed.
#define LIVE_MUST(expression) \
    do { \
        if (auto result_ = (expression); !result_) return std::unexpected(std::move(result_.error())); \
    } while (0)

namespace detail {
/// The event that runs: one at a time, so that values need not be told which.
inline live_context *current = nullptr;
inline std::string text(std::string_view view) { return std::string(view); }
/// Why the daemon refused a call.
inline std::unexpected<Error> refused() { return std::unexpected(Error{Error::Kind::host, live_error_message(current)}); }
}  // namespace detail

}  // namespace liveside
