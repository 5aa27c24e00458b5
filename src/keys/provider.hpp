// The OpenSSL provider behind keys/remote_key, inside: keys whose public half is an ordinary key of the default
// provider and whose private half is a number, and signatures that are asked for instead of computed. There is no
// decryption, no key exchange, no key generation and no way to export a private half (threat 28).
#pragma once

#include <cstdint>
#include <optional>

#include <openssl/core.h>

#include "keys/kinds.hpp"

namespace keys {

inline constexpr const char* provider_name = "ehlock-keys";
// The property of our algorithms, and what fetches them and no others. (OpenSSL 3.0 refuses algorithms with property
// names it does not know, so there is no other property.) Without it the default provider's are found, as everywhere.
inline constexpr const char* provider_property = "provider=ehlock-keys";
inline constexpr const char* default_provider_query = "provider=default";

// What EVP_PKEY_fromdata() makes a remote key from: a pointer to an EVP_PKEY, of which it takes a reference, and an
// unsigned integer.
inline constexpr const char* param_public_half = "ehlock-public-half";
inline constexpr const char* param_key_number = "ehlock-key-number";

enum class KeyType : std::uint8_t { rsa, ec, ed25519 };
[[nodiscard]] const char* type_name(KeyType type);
[[nodiscard]] std::optional<KeyType> type_of(const EVP_PKEY* key);

struct ProviderKey {
  KeyType type = KeyType::ec;
  tls::KeyPtr public_half;
  std::optional<std::uint32_t> number;  // none: public only, the other side of a comparison
};

// The SubjectPublicKeyInfo as a key of the default provider; nothing when it is not exactly one.
[[nodiscard]] tls::KeyPtr parse_public_der(std::string_view der);

// Tables for OpenSSL, ended by an entry without name.
[[nodiscard]] const OSSL_ALGORITHM* provider_keymgmts();
[[nodiscard]] const OSSL_ALGORITHM* provider_signatures();

// Loads the default provider, then ours, into the default library context; once for the process.
[[nodiscard]] bool load_provider();

}  // namespace keys
