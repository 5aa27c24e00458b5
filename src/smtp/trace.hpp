// The trace header put before a message for backends that cannot be told otherwise who the client is and that TLS was
// used: a Received: line (RFC 5321 §4.4) with the protocol names of RFC 3848 and 6531 and Postfix's TLS clause.
#pragma once

#include <string>
#include <string_view>

#include "smtp/envelope.hpp"
#include "smtp/tls_facts.hpp"

namespace smtp {

struct TraceWords {
  std::string_view by;      // our name
  std::string_view client;  // "unknown [192.0.2.1]"
  std::string_view id;      // of the session; left out when empty
  std::string_view date;    // as RFC 5322 §3.3 writes it; left out when empty
};

// Lines with CRLF. The client's words are made harmless: what
// is no part of a host name becomes '?'.
[[nodiscard]] std::string received_header(const TraceWords& words, const Envelope& envelope, const TlsFacts& tls);

// "SMTP", "ESMTPS", "UTF8SMTPSA", "LMTPS" ...
[[nodiscard]] std::string protocol_name(const Envelope& envelope, bool secured);

}  // namespace smtp
