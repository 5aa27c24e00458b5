// One client of the daemon, from accept to the last log line.
#pragma once

#include "apps/ehlock/serve/service.hpp"
#include "net/listener.hpp"

namespace app {

// Spawned for each client; counts itself in the service. `entrance` outlives the session.
[[nodiscard]] net::Task<void> serve_client(Service& service, net::Accepted accepted, const WorkerListener& entrance);

}  // namespace app
