// HandoffService: what all sessions of a worker share. Made once, before the jail.
#pragma once

#include <optional>

#include "apps/tlsproxy/handoff_worker.hpp"
#include "net/event.hpp"
#include "net/loop.hpp"
#include "postfix/handoff.hpp"
#include "session/signer.hpp"
#include "tls/context.hpp"

namespace app {

struct HandoffService {
  HandoffService(HandoffWorkerSpec from, std::uint64_t first_number);

  HandoffWorkerSpec spec;
  net::Loop loop;
  std::optional<tls::Context> context;  // none: the role is not available
  bool knows_names = false;             // some certificates are for names (tls_server_sni_maps)
  session::Signer signer;
  TlsmgrClient tlsmgr;
  SharedSessions sessions;
  StatusChannel status;
  postfix::Generation generation;
  net::Event room;  // a session ended
  std::size_t active = 0;
  bool accepting = true;
};

}  // namespace app
