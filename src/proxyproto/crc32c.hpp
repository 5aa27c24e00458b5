// CRC32C (Castagnoli, RFC 4960 appendix B), the checksum of PROXY version 2.
#pragma once

#include <cstdint>
#include <string_view>

namespace proxyproto {

[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

}  // namespace proxyproto
