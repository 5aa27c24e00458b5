// What a program of the UCSPI family knows and tells by its environment: the two ends of the connection, the session's
// id, and what TLS found (mod_ssl's names).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "session/client_identity.hpp"

namespace app {

// Of descriptor 0: by TCPREMOTEIP, TCPREMOTEPORT, TCPLOCALIP and TCPLOCALPORT where all four say an address, else by
// the socket, else ::. The id by LOG_ID, else random; the rest as session::identity_in() has it.
[[nodiscard]] session::ClientIdentity identity_of_connection();

// The unspecified address :: with port 0.
[[nodiscard]] os::SocketAddress no_address();

using Variables = std::vector<std::string>;  // "NAME=value"

[[nodiscard]] Variables own_environment();

// `before` without the names that describe a connection, and then `more`.
[[nodiscard]] Variables replace_connection(const Variables& before, const Variables& more);

// `before` with each of `more` in place of its namesake.
[[nodiscard]] Variables replace(const Variables& before, const Variables& more);

// A name that replace_connection() removes: PROTO, LOG_ID, TCPLOCAL*, TCPREMOTE*, and SSL_* but for the places of
// certificates that OpenSSL looks at (threat 40: nothing else may come from a jailed process).
[[nodiscard]] bool describes_connection(std::string_view variable);

}  // namespace app
