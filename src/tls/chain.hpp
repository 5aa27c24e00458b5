// A certificate chain looked at without a connection: what its certificates say, whether it would be believed, and how
// DANE (RFC 6698, RFC 7672) names its keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "tls/context.hpp"

namespace tls {

// Every certificate of a PEM text, in order.
[[nodiscard]] base::Result<std::vector<CertificateFacts>> read_chain(std::string_view pem);

// Why somebody who trusts `authorities` (PEM) would not believe this chain (leaf first) now, for this host name or
// address; empty: would. An empty name is not compared.
[[nodiscard]] std::string doubt_about(std::string_view chain_pem, std::string_view authorities,
                                      const std::string& name);

// The SubjectPublicKeyInfo of a PEM text that begins with a certificate, a public or a private key.
[[nodiscard]] base::Result<std::string> public_der_in(std::string_view pem);

// "3 1 1 <hex>": the data of a TLSA record for this key by its SHA-256. usage 3: the server's own key (DANE-EE); 2: an
// authority's (DANE-TA).
[[nodiscard]] std::string tlsa_data(int usage, std::string_view public_der);

}  // namespace tls
