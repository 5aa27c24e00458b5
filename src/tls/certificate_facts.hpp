// What a certificate says of itself (RFC 5280), as text.
#pragma once

#include <string>

#include "tls/context.hpp"
#include "tls/openssl.hpp"

namespace tls {

[[nodiscard]] base::Result<CertificateFacts> facts_of(X509* certificate);

// RFC 2253 on one line, control characters escaped, at most 512 octets.
[[nodiscard]] std::string name_line(const X509_NAME* name);

// Hexadecimal, without zeros in front.
[[nodiscard]] std::string serial_hex(const X509* certificate);

// The subject's first common name in UTF-8, as it stands there: not fit for a log line yet.
[[nodiscard]] std::string common_name(const X509* certificate);

// The issuer's common name, else its organisation, as Postfix names an issuer; no more fit for a log line.
[[nodiscard]] std::string issuer_name(const X509* certificate);

}  // namespace tls
