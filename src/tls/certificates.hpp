// Certificates read, checked against their keys, and grouped by the names they are for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tls/context.hpp"
#include "tls/openssl.hpp"

namespace tls {

// All certificates of a PEM text in order; private keys and others between them are skipped.
[[nodiscard]] base::Result<std::vector<CertificatePtr>> read_certificates(std::string_view pem);

// An Identity made into OpenSSL's terms.
struct Credential {
  std::vector<CertificatePtr> chain;  // leaf first
  CertificateFacts facts;
  PrivateKey key;
  std::string origin;
};

[[nodiscard]] base::Result<Credential> read_credential(const Identity& identity);

// Credentials of the same names (whatever their order in the certificates) together, in the order of the first of each.
[[nodiscard]] base::Result<std::vector<std::vector<Credential>>> group_by_names(
    const std::vector<Identity>& identities);

}  // namespace tls
