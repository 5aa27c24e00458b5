// Key files: any octets are either refused with a text or give exactly one key that signs.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "keys/store.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  keys::Store store;
  const auto number = store.add(base::Secret(std::string_view(reinterpret_cast<const char*>(data), size)), "fuzz.pem");
  if (number && store.public_ders().size() != 1) std::abort();
  if (!number && (number.error().text.empty() || !store.public_ders().empty())) std::abort();
  return 0;
}
