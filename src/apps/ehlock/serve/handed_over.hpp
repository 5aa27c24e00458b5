// A connection that `tlswrapper --handoff` hands over: this worker is what stands between the client and the program,
// which was started by others and has no idea.
#pragma once

#include "apps/ehlock/serve/service.hpp"
#include "net/listener.hpp"

namespace app {

// Spawned for each that connects to a hand-over listener; counts itself in the service.
[[nodiscard]] net::Task<void> serve_handed_over(Service& service, net::Accepted accepted,
                                                const WorkerListener& entrance);

}  // namespace app
