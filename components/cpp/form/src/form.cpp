// A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
// what is wrong, `submit` fails as an action.
#include <liveside.hpp>

#include <map>

using namespace liveside;

namespace {

/// A message is a few lines, not a file.
constexpr std::size_t longest_message = 2000;

/// Something before an `@` and a domain with a dot inside. Whether somebody reads it, only a message can tell.
bool looks_like_an_address(const std::string &text) {
    auto at = text.rfind('@');
    if (at == std::string::npos || at == 0 || live_has_space(text.c_str())) return false;
    auto domain = std::string_view(text).substr(at + 1);
    return domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
}

std::string field(const Json &state, std::string_view name) { return state[name].as<std::string>(""); }

/// A sentence for each field that is not as it should be.
std::map<std::string_view, std::string> find_errors(Context &cx) {
    std::map<std::string_view, std::string> errors;
    auto state = cx.state();
    std::string email = live_trim(cx.raw(), field(state, "email").c_str());
    if (*live_trim(cx.raw(), field(state, "name").c_str()) == 0) errors["name"] = "Please tell us your name.";
    if (email.empty()) {
        errors["email"] = "Please tell us your email address.";
    } else if (!looks_like_an_address(email)) {
        errors["email"] = "\"" + email + "\" is not an email address.";
    }
    if (live_characters(field(state, "message").c_str()) > longest_message)
        errors["message"] = "Please use at most 2000 characters.";
    return errors;
}

Answer validate(Context &cx) {
    auto errors = Json::object();
    for (const auto &[name, sentence] : find_errors(cx)) errors.set(name, sentence);
    return Json::object({{"valid", errors.size() == 0}, {"errors", errors}});
}

Answer submit(Context &cx) {
    std::string all;
    for (const auto &[name, sentence] : find_errors(cx)) all += (all.empty() ? "" : " ") + sentence;
    if (!all.empty()) return fail(all);
    if (cx.get("submitted").as<bool>(false)) return fail("This form has been sent already.");
    auto now = cx.now_ms();
    cx.patch({{"submitted", true}, {"submittedAt", now}});
    return Json::object({{"success", true}, {"submittedAt", now}});
}

Done reset(Context &cx) {
    cx.reset();
    return {};
}

}  // namespace

LIVESIDE_COMPONENT(liveside::Component("CppForm", "1.0.0")
                       .state("{'name': '', 'email': '', 'message': '', 'submitted': false, 'submittedAt': null}")
                       .set_value()
                       .action<validate>("validate")
                       .action<submit>("submit")
                       .action<reset>("reset"));
