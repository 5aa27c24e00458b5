// Settings made into an SSL_CTX: versions, ciphers, groups, options. Nothing of certificates of our own.
#pragma once

#include "tls/openssl.hpp"
#include "tls/settings.hpp"

namespace tls {

// Errors: versions in the wrong order, no known name in a list of ciphers or groups, unreadable authorities, client
// certificates required without authorities and keys.
[[nodiscard]] base::Result<SslContextPtr> server_context(const ServerSettings& settings);
[[nodiscard]] base::Result<SslContextPtr> client_context(const ClientSettings& settings);

// "smtp", "esmtp" in wire form (RFC 7301 §3.1). Empty and too long names are left out.
[[nodiscard]] std::string alpn_wire_form(const std::vector<std::string>& protocols);

}  // namespace tls
