#include "base/base64.hpp"

#include <cstdint>

namespace base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t group = 4;

// The octets of one group, whose padding is cut off already; false when it is none.
bool take_group(std::string& bytes, std::string_view signs) {
  if (signs.size() < 2) return false;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < group; ++i) {
    const auto value = i < signs.size() ? alphabet.find(signs[i]) : 0;
    if (value == std::string_view::npos) return false;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
  }
  for (std::size_t i = 0; i + 1 < signs.size(); ++i) bytes += static_cast<char>((bits >> (16 - 8 * i)) & 0xff);
  const std::uint32_t unused = 0xffffffU >> (8 * (signs.size() - 1));
  return signs.size() == group || (bits & unused) == 0;
}

}  // namespace

std::array<char, 4> base64_group(std::string_view octets) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    bits = (bits << 8) | (i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U);
  }
  std::array<char, group> text{'=', '=', '=', '='};
  for (std::size_t i = 0; i <= octets.size() && i < group; ++i) text[i] = alphabet[(bits >> (18 - 6 * i)) & 63U];
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text;
  for (; !bytes.empty(); bytes.remove_prefix(bytes.size() < 3 ? bytes.size() : 3)) {
    const auto signs = base64_group(bytes.substr(0, 3));
    text.append(signs.data(), signs.size());
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % group != 0) return std::nullopt;
  std::string bytes;
  while (!text.empty()) {
    std::string_view signs = text.substr(0, group);
    text.remove_prefix(group);
    if (text.empty()) {
      for (int i = 0; i < 2 && signs.ends_with('='); ++i) signs.remove_suffix(1);
    }
    if (!take_group(bytes, signs)) return std::nullopt;
  }
  return bytes;
}

}  // namespace base
