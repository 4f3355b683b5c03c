// The store: bytes that outlive the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <liveside/context.h>

#include "json.hpp"

namespace liveside {

/// `cx.store()`. Shared by all mounts of the component.
class Store {
   public:
    struct Entry {
        std::string_view key, value;
    };
    struct Page {
        std::vector<Entry> entries;
        /// Whether there are further ones, behind the last.
        bool more;
    };

    explicit Store(live_context *cx) : cx_(cx) {}

    std::expected<std::optional<std::string_view>, Error> get(std::string_view key) const {
        live_bytes value = {};
        if (!live_store_get(cx_, detail::text(key).c_str(), &value)) return detail::refused();
        return value.data == nullptr ? std::nullopt : std::optional(std::string_view(value.data, value.size));
    }
    Done set(std::string_view key, std::string_view bytes) const {
        return detail::done(live_store_set(cx_, detail::text(key).c_str(), bytes.data(), bytes.size()));
    }
    /// The key is gone so long from now.
    Done set_for(std::uint64_t ms, std::string_view key, std::string_view bytes) const {
        return detail::done(live_store_set_for(cx_, ms, detail::text(key).c_str(), bytes.data(), bytes.size()));
    }
    Done erase(std::string_view key) const { return detail::done(live_store_delete(cx_, detail::text(key).c_str())); }
    /// Entries whose key begins with `prefix`, in order, behind the key `after`.
    std::expected<Page, Error> scan(std::string_view prefix, std::uint32_t limit, std::optional<std::string> after = {}) const {
        const live_store_entry *entries = nullptr;
        std::size_t count = 0;
        Page page = {};
        if (!live_store_scan(cx_, detail::text(prefix).c_str(), limit, after ? after->c_str() : nullptr, &entries, &count, &page.more))
            return detail::refused();
        for (std::size_t i = 0; i < count; ++i)
            page.entries.push_back({entries[i].key, {entries[i].value.data, entries[i].value.size}});
        return page;
    }
    /// Writes if the key still holds `expected`, and says whether it did. `nullopt` is no value.
    std::expected<bool, Error> swap(std::string_view key, std::optional<std::string_view> expected,
                                    std::optional<std::string_view> value) const {
        bool swapped = false;
        if (!live_store_swap(cx_, detail::text(key).c_str(), bytes(expected), bytes(value), &swapped)) return detail::refused();
        return swapped;
    }
    /// Waits until everything before is saved.
    Done flush() const { return detail::done(live_store_flush(cx_)); }

   private:
    /// An empty view may have no address, which would be no value.
    static live_bytes bytes(std::optional<std::string_view> value) {
        if (!value) return {nullptr, 0};
        return {value->empty() ? "" : value->data(), value->size()};
    }

    live_context *cx_;
};

}  // namespace liveside
