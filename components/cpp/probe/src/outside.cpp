// What is there beside the interface: nothing, or what was granted.
#include "probe.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <system_error>

using namespace liveside;

extern char **environ;

namespace {

/// Why the last call of the library did not work.
std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

/// A file that closes itself. The C++ library that modules are linked with has no streams of files.
using File = std::unique_ptr<std::FILE, Close>;

}  // namespace

/// The C library has no way to connect a socket.
Answer outside(Context &) {
    std::optional<std::string> files;
    if (!File(std::fopen("/etc/passwd", "r"))) files = reason();
    std::getenv("HOME");  // Makes the C library read the environment.
    std::size_t count = 0;
    while (environ != nullptr && environ[count] != nullptr) ++count;
    return Json::object({{"files", files}, {"network", nullptr}, {"environment", count}});
}

Answer read_file(Context &, Json payload) {
    LIVE_LET(path, payload.require<std::string>("path"));
    File file(std::fopen(path.c_str(), "r"));
    if (!file) return fail(reason());
    std::string text(1024, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    return text;
}

Done write_file(Context &, Json payload) {
    LIVE_LET(path, payload.require<std::string>("path"));
    LIVE_LET(text, payload.require<std::string>("text"));
    File file(std::fopen(path.c_str(), "w"));
    bool is_written = file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() && std::fflush(file.get()) == 0;
    if (!is_written) return fail(reason());
    return {};
}

Answer variable(Context &, Json payload) {
    LIVE_LET(name, payload.require<std::string>("name"));
    auto value = std::getenv(name.c_str());
    return value == nullptr ? Json() : Json(value);
}

Done print(Context &, Json payload) {
    LIVE_LET(message, payload.require<std::string>("message"));
    std::puts(message.c_str());
    std::fflush(stdout);
    return {};
}

void say_goodbye() {
    std::fputs("about to crash", stdout);
    std::fflush(stdout);
}
