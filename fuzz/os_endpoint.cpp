// Endpoint::parse and Network::parse take any text without harm, and what they accept they write so that it is
// read the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "os/address.hpp"

namespace {

template <typename Value>
void check(std::string_view text) {
  const auto value = Value::parse(text);
  if (!value) {
    if (value.error().text.empty()) std::abort();
    return;
  }
  const auto again = Value::parse(value->text());
  if (!again || again->text() != value->text()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<os::Endpoint>(text);
  check<os::Network>(text);
  return 0;
}
