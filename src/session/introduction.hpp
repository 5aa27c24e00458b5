// What a backend is told of the client before SMTP begins, as octets of the PROXY protocol. Pure.
#pragma once

#include <string>

#include "base/result.hpp"
#include "session/client_identity.hpp"
#include "session/identity.hpp"

namespace session {

// `identity` is one of the three PROXY headers. A UNIX-domain client is told as a connection of our own (LOCAL). Fails
// where there are no addresses to tell.
[[nodiscard]] base::Result<std::string> proxy_header(Identity identity, const ClientIdentity& client);

}  // namespace session
