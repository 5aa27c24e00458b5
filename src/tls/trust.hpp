// Whose certificates are trusted: those that lead to an authority, those for a listed key, or those that do both.
#pragma once

#include <string>
#include <vector>

#include "tls/openssl.hpp"
#include "tls/settings.hpp"

namespace tls {

// Each certificate of the PEM list becomes an anchor, self-signed or not. `announce`: clients are told their names.
[[nodiscard]] base::Result<bool> trust_authorities(SSL_CTX* context, const std::string& authorities, bool announce);

// The rule for client certificates, for a context of a Context (Context::Inner holds the listed keys). Errors:
// unreadable authorities; certificates are required, but nothing says which.
[[nodiscard]] base::Result<bool> use_client_rule(SSL_CTX* context, const ServerSettings& settings);

// SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hexadecimal digits; empty when OpenSSL cannot write it.
[[nodiscard]] std::string key_fingerprint(const X509* certificate);

// The same of the whole certificate.
[[nodiscard]] std::string certificate_fingerprint(const X509* certificate);

// Whether `keys` has the certificate's, or is empty, which lists all.
[[nodiscard]] bool lists_key_of(const std::vector<std::string>& keys, const X509* certificate);

}  // namespace tls
