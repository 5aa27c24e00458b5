// What may be known of a key: its public half and what kind it is. Works for keys of any provider.
#pragma once

#include <string>

#include <openssl/evp.h>

namespace tls {

// SubjectPublicKeyInfo; empty when OpenSSL cannot write it.
[[nodiscard]] std::string public_der(const EVP_PKEY* key);

// "ECDSA P-256", "RSA 2048", "Ed25519".
[[nodiscard]] std::string key_kind(const EVP_PKEY* key);

// The same in HAProxy's words: "EC256", "RSA2048", "ED25519".
[[nodiscard]] std::string short_key_kind(const EVP_PKEY* key);

// NID of an EC key's curve; NID_undef for other keys.
[[nodiscard]] int curve_nid(const EVP_PKEY* key);

}  // namespace tls
