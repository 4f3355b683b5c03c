// JSON values, and the arguments that are read out of them.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

#include <liveside/json.h>

#include "result.hpp"

namespace liveside {

class Json;
using Field = std::pair<std::string_view, Json>;

/// A JSON value, or none at all. Reading never fails: what is missing or of another kind is `nullopt` or the fallback.
class Json {
   public:
    Json() = default;
    explicit Json(live_json value) : value_(value) {}
    Json(std::nullptr_t) : value_(live_null(detail::current)) {}
    Json(bool value) : value_(live_bool(detail::current, value)) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Json(T value) : value_(live_int(detail::current, static_cast<std::int64_t>(value))) {}
    Json(double value) : value_(live_number(detail::current, value)) {}
    Json(std::string_view value) : value_(live_text_n(detail::current, value.data(), value.size())) {}
    Json(const char *value) : value_(live_text(detail::current, value)) {}
    Json(const std::string &value) : Json(std::string_view(value)) {}
    template <class T>
    Json(const std::optional<T> &value) : Json(value ? Json(*value) : Json(nullptr)) {}

    static Json object(std::initializer_list<Field> fields = {}) {
        Json made(live_object(detail::current));
        for (const auto &[key, value] : fields) made.set(key, value);
        return made;
    }
    static Json array(std::initializer_list<Json> items = {}) {
        Json made(live_array(detail::current));
        for (const auto &item : items) made.append(item);
        return made;
    }
    static Json parse(std::string_view text) { return Json(live_parse_n(detail::current, text.data(), text.size())); }

    /// Whether there is a value, even null.
    explicit operator bool() const { return value_ != nullptr; }
    live_json raw() const { return value_; }
    std::string_view dump() const { return live_write(detail::current, value_); }

    Json operator[](std::string_view key) const { return Json(live_get(value_, detail::text(key).c_str())); }
    Json at(std::size_t index) const { return Json(live_item(value_, index)); }
    std::size_t size() const { return live_length(value_); }
    bool is_null() const { return live_is_null(value_); }
    bool is_object() const { return live_is_object(value_); }
    bool is_array() const { return live_is_array(value_); }

    /// The value as a `bool`, an integer that it fits, a `double` or a `std::string_view`.
    template <class T>
    std::optional<T> as() const {
        if constexpr (std::same_as<T, bool>) {
            return live_is_bool(value_) ? std::optional<T>(live_as_bool(value_, false)) : std::nullopt;
        } else if constexpr (std::integral<T>) {
            bool fits = live_is_int(value_) && std::in_range<T>(live_as_int(value_, 0));
            return fits ? std::optional<T>(static_cast<T>(live_as_int(value_, 0))) : std::nullopt;
        } else if constexpr (std::floating_point<T>) {
            return live_is_number(value_) ? std::optional<T>(live_as_number(value_, 0)) : std::nullopt;
        } else {
            return live_is_text(value_) ? std::optional<T>(T(live_as_text(value_, ""), live_length(value_))) : std::nullopt;
        }
    }
    template <class T>
    T as(T fallback) const { return as<T>().value_or(fallback); }

    /// An argument that may be missing: a payload that is no object is the argument itself.
    template <class T>
    std::expected<std::optional<T>, Error> optional(std::string_view name) const {
        Json found = is_object() ? (*this)[name] : *this;
        if (!found || found.is_null()) return std::optional<T>();
        if (auto value = found.as<T>()) return value;
        const char *kind = std::same_as<T, bool> ? "true or false" : std::integral<T> ? "a whole number"
                           : std::floating_point<T>                                    ? "a number"
                                                                                       : "a text";
        return invalid("`" + detail::text(name) + "` must be " + kind);
    }
    /// An argument that must be there. A `Json` may be any value, null as well.
    template <class T>
    std::expected<T, Error> require(std::string_view name) const {
        auto missing = [&] { return invalid("`" + detail::text(name) + "` is missing"); };
        if constexpr (std::same_as<T, Json>) {
            Json found = is_object() ? (*this)[name] : *this;
            if (!found) return missing();
            return found;
        } else {
            auto value = optional<T>(name);
            if (!value) return std::unexpected(value.error());
            if (!*value) return missing();
            return **value;
        }
    }

    /// Puts a copy under a key.
    void set(std::string_view key, const Json &value) {
        live_set(detail::current, value_, detail::text(key).c_str(), value.value_);
    }
    void append(const Json &item) { live_append(detail::current, value_, item.value_); }
    void erase(std::string_view key) { live_set(detail::current, value_, detail::text(key).c_str(), nullptr); }
    void erase(std::size_t index) { live_remove_item(value_, index); }

    class iterator {
       public:
        iterator(live_json list, live_json item) : list_(list), item_(item) {}
        Json operator*() const { return Json(item_); }
        iterator &operator++() { item_ = live_next(list_, item_); return *this; }
        bool operator!=(const iterator &other) const { return item_ != other.item_; }

       private:
        live_json list_, item_;
    };
    iterator begin() const { return {value_, live_next(value_, nullptr)}; }
    iterator end() const { return {value_, nullptr}; }

   private:
    live_json value_ = nullptr;
};

/// What an action gives: an answer, or an error. `Json()` answers null.
using Answer = std::expected<Json, Error>;
/// What a hook gives.
using Done = std::expected<void, Error>;

namespace detail {
inline std::optional<std::string_view> view(const char *text) {
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}
inline Done done(live_result result) { return result ? Done() : Done(refused()); }
}  // namespace detail

}  // namespace liveside
