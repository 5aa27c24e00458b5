// The handshake on a client's channel: of the daemon and of tlswrapper. What came of it is logged and counted here.
#pragma once

#include <memory>
#include <string_view>

#include "log/journal.hpp"
#include "session/board.hpp"
#include "session/channel.hpp"
#include "session/client_identity.hpp"
#include "session/known_facts.hpp"
#include "session/signer.hpp"
#include "tls/engine.hpp"

namespace session {

// Whose handshake it is. References outlive it.
struct Securing {
  net::Loop& loop;
  ClientIdentity& identity;  // gains the facts
  log::Journal& journal;
  Signer* signer = nullptr;     // null where the engine's keys need nobody to wait for
  Board* board = nullptr;       // where it is counted; null: nowhere
  std::string_view listener{};  // how the board calls it
  KnownFacts* facts = nullptr;  // of sessions that keep theirs together; null: it keeps its own
};

// What the log says of a handshake, and of one that failed.
[[nodiscard]] log::TlsEvent event_of(const tls::Facts& facts);
[[nodiscard]] log::TlsFailure event_of(const tls::Failure& failure, const tls::HelloFacts& offered);

// Shakes hands with the channel's client, within `deadline`; from then on everything passes through `engine`. False: it
// failed, the log says why, and the channel is to be closed.
[[nodiscard]] net::Task<bool> secure(Securing whose, Channel& channel, std::unique_ptr<tls::Engine> engine,
                                     net::Deadline deadline);

}  // namespace session
