// TlsStarter: how TLS gets started in this shape: with an engine of our own (daemon), or by telling the program that
// has the client's descriptor (helper).
#pragma once

#include <optional>
#include <string_view>

#include "session/client_side.hpp"
#include "smtp/tls_facts.hpp"
#include "smtp/verdict.hpp"

namespace session {

struct Secured {
  smtp::TlsResult result = smtp::TlsResult::failed;
  smtp::TlsFacts facts;
};

class TlsStarter {
 public:
  TlsStarter() = default;
  TlsStarter(const TlsStarter&) = delete;
  TlsStarter& operator=(const TlsStarter&) = delete;
  virtual ~TlsStarter() = default;

  // The last words in clear ("220 ..."), told just before start(). Here: to the client directly.
  [[nodiscard]] virtual net::Task<std::optional<smtp::Fault>> invite(ClientSide& client, std::string_view words,
                                                                     net::Deadline deadline) {
    return client.send(words, deadline);
  }

  // The handshake with this client, whose unread clear bytes were forgotten before.
  [[nodiscard]] virtual net::Task<Secured> start(ClientSide& client) = 0;
};

}  // namespace session
