// Kinds of keys and digests as OpenSSL has them, and which of them we sign with.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/params.h>

#include "tls/openssl.hpp"
#include "tls/signing.hpp"

namespace keys {

using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, tls::FreedBy<EVP_PKEY_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, tls::FreedBy<EVP_MD_free>>;
using HashingPtr = std::unique_ptr<EVP_MD_CTX, tls::FreedBy<EVP_MD_CTX_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, tls::FreedBy<OSSL_PARAM_free>>;

// The octets a signature of `kind` over the digest of that name ("SHA256") takes as data; nothing when the two do not
// go together. MD5-SHA1 is what TLS 1.0 and 1.1 sign with RSA.
[[nodiscard]] std::optional<std::size_t> digest_octets(std::string_view name, tls::SignatureKind kind);

// Our name of a digest OpenSSL knows by many; empty for one that nothing is signed with.
[[nodiscard]] std::string digest_name(const EVP_MD* digest);

// Whether the key is RSA, EC or Ed25519 as the kind of signature needs it.
[[nodiscard]] bool fits(const EVP_PKEY* key, tls::SignatureKind kind);

// What keeps the key from being used here, for the operator ("RSA of 1024 bits, ..."); empty when nothing does:
// RSA 2048-4096, ECDSA on the named curves P-256, P-384, P-521, and Ed25519.
[[nodiscard]] std::string unsuitability(const EVP_PKEY* key);

}  // namespace keys
