// One client that a Postfix process hands over: its request, its connection, the handshake, the relay, the log lines.
#pragma once

#include "apps/tlsproxy/handoff_service.hpp"
#include "os/fd.hpp"

namespace app {

// `plain`: the stream to the process that has the client. Spawned for each; counts itself in the service.
[[nodiscard]] net::Task<void> serve_handoff(HandoffService& service, os::UniqueFd plain);

}  // namespace app
