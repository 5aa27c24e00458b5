// Base64 (RFC 4648 §4): with padding, without line breaks.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// One to three octets, for texts that are put together in place (secrets).
[[nodiscard]] std::array<char, 4> base64_group(std::string_view octets);

[[nodiscard]] std::string base64(std::string_view bytes);

// Nothing for anything but whole groups of the alphabet with the padding that belongs there.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace base
