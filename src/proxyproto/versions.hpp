// Inside of the room: the readers of the two versions, and how each begins.
#pragma once

#include <string_view>

#include "proxyproto/header.hpp"

namespace proxyproto {

inline constexpr std::string_view v1_start = "PROXY ";
inline constexpr std::string_view v2_signature{"\r\n\r\n\0\r\nQUIT\n", 12};

// `bytes` agree with the version's beginning as far as they go.
[[nodiscard]] Parsed parse_v1(std::string_view bytes);
[[nodiscard]] Parsed parse_v2(std::string_view bytes);

[[nodiscard]] Parsed faulty(std::string_view text);

}  // namespace proxyproto
