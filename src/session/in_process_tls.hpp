// InProcessTls: the starter of the daemon: an engine of our own, whose signatures come from the key process.
#pragma once

#include "log/journal.hpp"
#include "session/client_identity.hpp"
#include "session/counters.hpp"
#include "session/limits.hpp"
#include "session/signer.hpp"
#include "session/tls_starter.hpp"
#include "tls/context.hpp"

namespace session {

// What all sessions of a process share for their handshakes. References outlive the sessions.
struct TlsService {
  net::Loop& loop;
  const tls::Context& context;
  Signer& signer;
  Counters& counters;
  const Limits& limits;
};

// What the log says of a handshake, and of one that failed.
[[nodiscard]] log::TlsEvent event_of(const tls::Facts& facts);
[[nodiscard]] log::TlsFailure event_of(const tls::Failure& failure, const tls::HelloFacts& offered);

class InProcessTls final : public TlsStarter {
 public:
  // `identity` gains the facts; both outlive this.
  InProcessTls(TlsService service, ClientIdentity& identity, log::Journal& journal);

  [[nodiscard]] net::Task<Secured> start(ClientSide& client) override;

 private:
  void note(const tls::Facts& facts, const log::TlsEvent& event);

  TlsService service_;
  ClientIdentity& identity_;
  log::Journal& journal_;
};

}  // namespace session
