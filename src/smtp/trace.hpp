// The trace header put before a message for backends that cannot be told otherwise who the client is and that TLS was
// used: a Received: line (RFC 5321 §4.4) with the protocol names of RFC 3848 and 6531 and Postfix's TLS clause.
#pragma once

#include <string>

#include "smtp/envelope.hpp"
#include "smtp/settings.hpp"
#include "smtp/tls_facts.hpp"

namespace smtp {

// Lines with CRLF. `date` as RFC 5322 §3.3 writes it; left out when empty. The client's words are made harmless: what
// is no part of a host name becomes '?'.
[[nodiscard]] std::string received_header(const DialogSettings& settings, const Envelope& envelope, const TlsFacts& tls,
                                          const std::string& date);

// "SMTP", "ESMTPS", "UTF8SMTPSA", "LMTPS" ...
[[nodiscard]] std::string protocol_name(const Envelope& envelope, bool secured);

}  // namespace smtp
