// XCLIENT: tells a backend that believes us (Postfix: smtpd_authorized_xclient_hosts) who the client is, by an SMTP
// exchange of our own before the client's begins (Postfix XCLIENT_README).
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "net/stream.hpp"
#include "session/client_identity.hpp"
#include "session/limits.hpp"
#include "smtp/reply.hpp"

namespace session {

// Pure: the attributes of XCLIENT in a reply to EHLO, in upper case.
[[nodiscard]] std::set<std::string> announced_in(const smtp::Reply& ehlo);

// Pure: "XCLIENT NAME=... ADDR=...\r\n" with those of our attributes that the backend announced in its EHLO reply; as
// many commands as are needed for none to be longer than 512 octets (RFC 5321 §4.5.3.1.4).
[[nodiscard]] std::vector<std::string> xclient_commands(const std::set<std::string>& announced,
                                                        const ClientIdentity& client);

// Greeting, EHLO, XCLIENT; what follows on the stream is the new greeting, which is the client's. A backend that does
// not announce XCLIENT, or refuses it, is an error: it would take every client for us.
[[nodiscard]] net::Task<base::Result<void>> introduce_by_xclient(net::Stream& backend, const ClientIdentity& client,
                                                                 const Limits& limits);

}  // namespace session
