// Liveside components in C++23, over the C SDK: values, `std::expected` for what can fail, and a table of functions.
//
// Everything that a handler is given lives as long as the event, `std::string_view`s as well: keep nothing.
#pragma once

#include <liveside/text.h>

#include "liveside/component.hpp"
#include "liveside/context.hpp"
#include "liveside/http.hpp"
#include "liveside/json.hpp"
#include "liveside/result.hpp"
#include "liveside/store.hpp"
