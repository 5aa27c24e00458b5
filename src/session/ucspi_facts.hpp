// What a program of the UCSPI family is told of its connection by whoever started it: the variables of its environment,
// and the facts of TLS that come back on UCSPI-TLS's control socket. Much of it is the client's own word (its name in
// the DNS, the server name it asked for), so it is made fit for logs and headers here. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "session/client_identity.hpp"
#include "smtp/tls_facts.hpp"

namespace session {

// Nothing for what is no address, or no port.
[[nodiscard]] std::optional<os::SocketAddress> address_of(std::string_view host, std::string_view port);

// By variables "NAME=value", of namesakes the first. Both addresses, where TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP and
// TCPLOCALPORT say them, else none. The name by TCPREMOTEHOST, "unknown" where that is no host's name; the id by
// LOG_ID, at most 64 octets, may be empty. TLS where SSL_PROTOCOL says so.
[[nodiscard]] ClientIdentity identity_in(const std::vector<std::string>& variables);

// The same for "NAME=value" with a NUL behind each, mod_ssl's names; anything else is left out.
[[nodiscard]] smtp::TlsFacts tls_facts_in(std::string_view told);

}  // namespace session
