// Any text as the values of main.cf that tlsproxy reads about TLS: each has a meaning or a reason, and no part of a
// result is longer than what it was made from.
#include <cstdint>
#include <string_view>

#include "must.hpp"
#include "postfix/main_cf.hpp"
#include "postfix/maps.hpp"
#include "postfix/tls_ciphers.hpp"
#include "postfix/tls_log_level.hpp"
#include "postfix/tls_protocols.hpp"

namespace {

using fuzz::must;

void check_entries(const std::vector<postfix::MapEntry>& entries, std::string_view text) {
  for (const auto& entry : entries) {
    must(!entry.key.empty());
    must(text.find(entry.key) != std::string_view::npos && text.find(entry.value) != std::string_view::npos);
  }
}

void check_maps(std::string_view text) {
  if (const auto maps = postfix::maps_of(text)) {
    for (const auto& map : *maps) must(map.type.size() + map.name.size() < text.size());
  }
  if (const auto entries = postfix::inline_entries(text)) check_entries(*entries, text);
  check_entries(postfix::listed_entries(text), text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto versions = postfix::tls_versions(text)) {
    must(versions->size() <= 4);
    for (std::size_t i = 1; i < versions->size(); ++i) must((*versions)[i - 1] < (*versions)[i]);
  }
  if (const auto list = postfix::without_ciphers("HIGH", text)) {
    must(list->starts_with("HIGH") && list->size() <= 4 + 3 * size);
  }
  const postfix::Parameters none;  // every grade has a list of its own, as before Postfix 3.8
  if (const auto name = postfix::cipher_list_parameter(none, text)) must(size <= 6);
  if (const auto topics = postfix::tls_topics("level", text)) must(!topics->session_dump || topics->handshake_dump);
  check_maps(text);
  return 0;
}
