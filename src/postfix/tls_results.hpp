// The TLS context reply: what the handshake found, told to the process that handed the connection over (flag 4), before
// any decrypted octet. Its reader is strict, so each Postfix version gets exactly its own attributes in its own order.
#pragma once

#include <cstdint>
#include <string>

#include "postfix/version.hpp"

namespace postfix {

// Bits of peer_status.
inline constexpr std::int32_t peer_certificate = 1;
inline constexpr std::int32_t peer_alternative_name = 2;
inline constexpr std::int32_t peer_trusted = 4;
inline constexpr std::int32_t peer_matched = 8;
inline constexpr std::int32_t peer_secured = 16;         // not told to 2.8, where the bit meant something else
inline constexpr std::int32_t peer_raw_public_key = 32;  // 3.9 and later

// One side's signature in the handshake.
struct SignatureFacts {
  std::string name;   // "RSA-PSS", "ECDSA", "RSA", "Ed25519"
  std::string curve;  // "prime256v1", or empty
  std::int32_t bits = 0;
  std::string digest;  // "SHA256", or empty
};

struct TlsResults {
  std::string peer_common_name;
  std::string issuer_common_name;
  std::string peer_fingerprint;  // upper-case hexadecimal with colons
  std::string peer_public_key_fingerprint;
  std::int32_t level = 0;  // security level in force
  std::int32_t peer_status = 0;
  std::string protocol;  // "TLSv1.3"
  std::string cipher;
  std::int32_t cipher_used_bits = 0;
  std::int32_t cipher_bits = 0;
  std::string key_exchange;  // "X25519", "ECDHE"
  std::string key_exchange_curve;
  std::int32_t key_exchange_bits = 0;  // 0 when a curve is named
  std::int32_t client_raw_key = 0;     // 1: the client showed a raw public key
  std::int32_t server_raw_key = 0;
  SignatureFacts client_signature;
  SignatureFacts server_signature;
  std::string peer_name_address;  // "namaddr" as in the request
  std::int32_t reported = 0;      // 1: TLSRPT was told by tlsproxy
  std::int32_t trace_size_limit = 0;
};

// The reply for this version, as octets.
[[nodiscard]] std::string encode(const TlsResults& results, const Version& version);

}  // namespace postfix
