// A private key whose private half is elsewhere: an EVP_PKEY of our own OpenSSL 3 provider. Signing calls
// tls::ask_for_signature(); everything public (kind, size, public numbers) is real.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "tls/private_key.hpp"

namespace keys {

// `public_der`: SubjectPublicKeyInfo (RSA, EC P-256/384/521, Ed25519). `number`: the key's number in the key process.
// The provider is loaded into OpenSSL's default library context at the first call.
[[nodiscard]] base::Result<tls::PrivateKey> remote_key(std::uint32_t number, std::string_view public_der);

}  // namespace keys
