// Requests to the hosts that the daemon's configuration allows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <liveside/context.h>

#include "json.hpp"

namespace liveside {

/// `cx.fetch({.url = "http://app/"})`
struct Request {
    std::string url;
    std::string method = "GET";
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::optional<std::string> body = {};
    /// 0 is the daemon's own.
    std::uint32_t timeout_ms = 0;
};

struct Response {
    int status;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    std::string_view body;
};

namespace detail {
inline std::expected<Response, Error> fetch(live_context *cx, const Request &request) {
    std::vector<live_header> headers;
    for (const auto &[name, value] : request.headers) headers.push_back({name.c_str(), value.c_str()});
    live_request asked = {};
    asked.url = request.url.c_str();
    asked.method = request.method.c_str();
    asked.headers = headers.data();
    asked.header_count = headers.size();
    if (request.body) asked.body = {request.body->c_str(), request.body->size()};
    asked.timeout_ms = request.timeout_ms;
    live_response answered = {};
    if (!live_fetch(cx, &asked, &answered)) return refused();
    Response response = {answered.status, {}, {answered.body.data, answered.body.size}};
    for (std::size_t i = 0; i < answered.header_count; ++i)
        response.headers.emplace_back(answered.headers[i].name, answered.headers[i].value);
    return response;
}
}  // namespace detail

}  // namespace liveside
