// Composed headers for the tests of this room: each octet stands where the specification puts it, written without the
// room's own writers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace proxyproto::example {

inline std::string octets(std::initializer_list<int> values) {
  std::string bytes;
  for (const int value : values) bytes.push_back(static_cast<char>(value));
  return bytes;
}

inline const std::string signature = octets({0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a});

// A whole version 2 header: command octet, family octet, and what follows the length.
inline std::string v2(int command, int family, std::string_view body) {
  return signature +
         octets({command, family, static_cast<int>(body.size() >> 8), static_cast<int>(body.size() & 0xff)}) +
         std::string(body);
}

inline std::string tlv(int type, std::string_view value) {
  return octets({type, static_cast<int>(value.size() >> 8), static_cast<int>(value.size() & 0xff)}) +
         std::string(value);
}

// 192.0.2.1:40000 -> 198.51.100.7:25
inline const std::string inet_block = octets({192, 0, 2, 1, 198, 51, 100, 7, 0x9c, 0x40, 0x00, 0x19});

// [2001:db8::1]:40000 -> [2001:db8::19]:465
inline const std::string inet6_block = octets({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01,  //
                                               0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x19,  //
                                               0x9c, 0x40, 0x01, 0xd1});

inline std::string unix_block(std::string_view source, std::string_view destination) {
  std::string block(source);
  block.resize(108, '\0');
  block += destination;
  block.resize(216, '\0');
  return block;
}

// TLS 1.3, no client certificate.
inline const std::string ssl_value = octets({0x01, 0, 0, 0, 1}) + tlv(0x21, "TLSv1.3") +
                                     tlv(0x23, "TLS_AES_128_GCM_SHA256") + tlv(0x24, "SHA256") + tlv(0x25, "EC256") +
                                     tlv(0x26, "X25519") + tlv(0x27, "ecdsa_secp256r1_sha256");

}  // namespace proxyproto::example
