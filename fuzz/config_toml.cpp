// Any text as a configuration file: a plan or an error, never a crash. What was taken is written out and read again,
// and must mean the same; what was refused names the file.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto first = config::load_text(text, "fuzz.toml", {});
  if (!first) {
    if (first.error().text.empty()) std::abort();
    return 0;
  }
  const auto second = config::load_text(config::effective_text(*first), "effective.toml", {});
  if (!second) std::abort();
  for (std::size_t i = 0; i < first->settings.size(); ++i) {
    if (first->settings[i].value != second->settings[i].value) std::abort();
  }
  return 0;
}
