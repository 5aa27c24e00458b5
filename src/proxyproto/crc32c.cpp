// The checksum by a table of 256 entries, made at compile time. Headers are short; nothing faster is needed.
#include "proxyproto/crc32c.hpp"

#include <array>

namespace proxyproto {
namespace {

constexpr std::uint32_t reflected_polynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ reflected_polynomial : value >> 1;
    table[i] = value;
  }
  return table;
}

constexpr auto table = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t value = 0xffffffff;
  for (const char c : bytes) value = table[(value ^ static_cast<std::uint8_t>(c)) & 0xff] ^ value >> 8;
  return value ^ 0xffffffff;
}

}  // namespace proxyproto
