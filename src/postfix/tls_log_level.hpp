// tlsproxy_tls_loglevel: a number, or words, as sets of topics.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace postfix {

struct TlsTopics {
  bool summary = false;           // one line for each handshake
  bool untrusted = false;         // why a certificate is not trusted
  bool peer_certificate = false;  // names and fingerprints
  bool verbose = false;           // steps, alerts, cipher lists
  bool cache = false;             // sessions and tickets
  bool handshake_dump = false;    // octets until the handshake is complete
  bool session_dump = false;      // all octets
  // Anything that needs the handshake's steps.
  [[nodiscard]] bool traces() const { return verbose || cache; }
};

// A level, 0-9, or "none", "routine", "debug", "ssl-expert", "ssl-developer", or single topics, comma between them.
// Fails with Postfix's words for a word that is none of these.
[[nodiscard]] base::Result<TlsTopics> tls_topics(std::string_view name, std::string_view value);

}  // namespace postfix
