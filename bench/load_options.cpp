#include "load_options.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

#include <openssl/ssl.h>

namespace load {
namespace {

template <typename Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_text(std::string_view text, std::string& into) {
  into = text;
  return !text.empty();
}

bool read_door(std::string_view text, Door& into) {
  if (text == "plain")
    into = Door::plain;
  else if (text == "starttls")
    into = Door::starttls;
  else if (text == "implicit")
    into = Door::implicit;
  else
    return false;
  return true;
}

bool read_version(std::string_view text, int& into) {
  if (text == "1.2")
    into = TLS1_2_VERSION;
  else if (text == "1.3")
    into = TLS1_3_VERSION;
  else
    return false;
  return true;
}

bool take_flag(std::string_view name, Options& options) {
  if (name == "--resumed")
    options.resumed = true;
  else if (name == "--hold")
    options.hold = true;
  else
    return false;
  return true;
}

bool take_value(std::string_view name, std::string_view value, Options& options) {
  if (name == "--port") return read_number(value, options.port);
  if (name == "--backend-port") return read_number(value, options.backend_port);
  if (name == "--door") return read_door(value, options.door);
  if (name == "--tls") return read_version(value, options.tls_version);
  if (name == "--sessions") return read_number(value, options.sessions);
  if (name == "--parallel") return read_number(value, options.parallel);
  if (name == "--messages") return read_number(value, options.messages);
  if (name == "--octets") return read_number(value, options.octets);
  if (name == "--rate") return read_number(value, options.rate);
  if (name == "--handoff") return read_text(value, options.handoff);
  if (name == "--postlog") return read_text(value, options.postlog);
  if (name == "--name") return read_text(value, options.name);
  if (name == "--signatures") return read_text(value, options.signatures);
  return name == "--ciphersuites" && read_text(value, options.ciphersuites);
}

}  // namespace

base::Result<Options> parse(std::span<char*> words) {
  Options options;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view name = words[at];
    if (take_flag(name, options)) continue;
    if (at + 1 == words.size()) return base::fail("{}: unknown, or its value is missing", name);
    if (!take_value(name, words[++at], options)) return base::fail("{} {}: not understood", name, words[at]);
  }
  if (options.port == 0 || options.sessions == 0 || options.parallel == 0) {
    return base::fail("--port, --sessions and --parallel must be more than 0");
  }
  return options;
}

}  // namespace load
