// The handshake on a channel that is no SMTP dialog's: of tlswrapper, and of the daemon for connections handed over.
#pragma once

#include <memory>

#include "log/journal.hpp"
#include "session/channel.hpp"
#include "session/client_identity.hpp"
#include "session/signer.hpp"
#include "tls/engine.hpp"

namespace session {

// Whose handshake it is. References outlive it.
struct Securing {
  net::Loop& loop;
  ClientIdentity& identity;  // gains the facts
  log::Journal& journal;
  Signer* signer = nullptr;  // null where the engine's keys need nobody to wait for
};

// Shakes hands with the channel's client, within `deadline`; from then on everything passes through `engine`. False: it
// failed, the log says why, and the channel is to be closed.
[[nodiscard]] net::Task<bool> secure(Securing whose, Channel& channel, std::unique_ptr<tls::Engine> engine,
                                     net::Deadline deadline);

}  // namespace session
