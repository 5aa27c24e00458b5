// InProcessTls: the starter of the daemon: an engine of our own, whose signatures come from the key process.
#pragma once

#include "admission/desk.hpp"
#include "log/journal.hpp"
#include "session/board.hpp"
#include "session/client_identity.hpp"
#include "session/limits.hpp"
#include "session/securing.hpp"
#include "session/signer.hpp"
#include "session/tls_starter.hpp"
#include "tls/context.hpp"

namespace session {

// What all sessions of a process share for their handshakes. References outlive the sessions.
struct TlsService {
  net::Loop& loop;
  const tls::Context& context;
  Signer& signer;
  const Limits& limits;
  Board& board;
  KnownFacts& facts;
  std::string_view listener;  // how the board calls it
};

class InProcessTls final : public TlsStarter {
 public:
  // `identity` gains the facts; `visit` counts the handshake. All outlive this.
  InProcessTls(TlsService service, ClientIdentity& identity, admission::Visit& visit, log::Journal& journal);

  // Holds the words back when too many handshakes are under way.
  [[nodiscard]] net::Task<std::optional<smtp::Fault>> invite(ClientSide& client, std::string_view words,
                                                             net::Deadline deadline) override;
  // Without invitation (implicit TLS) a handshake is counted from the client's first octet.
  [[nodiscard]] net::Task<Secured> start(ClientSide& client) override;

 private:
  [[nodiscard]] bool may_begin();

  TlsService service_;
  ClientIdentity& identity_;
  admission::Visit& visit_;
  log::Journal& journal_;
  bool invited_ = false;
  bool refused_ = false;
};

}  // namespace session
