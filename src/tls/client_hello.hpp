// What a ClientHello says, read before OpenSSL decides anything, so that a refusal can be explained.
#pragma once

#include <optional>
#include <string_view>

#include "tls/facts.hpp"
#include "tls/openssl.hpp"

namespace tls {

// Only inside the ClientHello callback. At most 128 ciphers and 64 groups; GREASE (RFC 8701) is left out.
[[nodiscard]] HelloFacts read_hello(SSL* ssl);

// The host_name of the server_name extension as the client wrote it; nothing when there is none or it is malformed. The
// view lives as long as the callback.
[[nodiscard]] std::optional<std::string_view> raw_server_name(SSL* ssl);

// The octets of an extension, or nothing. Inside the callback only; the view lives as long as it.
[[nodiscard]] std::string_view hello_extension(SSL* ssl, unsigned int type);

// The ClientHello callback of all server contexts: notes the offer and chooses the certificate.
void use_client_hello(SSL_CTX* context);

// The name of a version number on the wire: 0x0304 is "TLSv1.3".
[[nodiscard]] std::string version_name(unsigned int version);

}  // namespace tls
