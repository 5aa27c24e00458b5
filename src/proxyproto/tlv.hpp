// Inside of the room: the type-length-value part of version 2. A type that says something about the client may come
// once; twice would let two readers believe two things.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxyproto/header.hpp"

namespace proxyproto {

// Reads the TLVs from octet `begin` of a whole header. Returns what is wrong, or nothing.
[[nodiscard]] std::string_view read_tlvs(std::string_view header, std::size_t begin, Tlvs& tlvs);

// The TLVs as octets, at most 3600. A checksum comes last, with the value zero until sign_with_checksum().
[[nodiscard]] std::string tlv_octets(const Tlvs& tlvs);

// Puts the CRC32C of `header` into its last four octets, which are zero.
void sign_with_checksum(std::string& header);

}  // namespace proxyproto
