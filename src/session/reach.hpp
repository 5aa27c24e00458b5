// reach: a connection to a service that a process needs beside the backend: a policy service, a store.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "net/stream.hpp"
#include "os/address.hpp"
#include "session/launcher_client.hpp"

namespace session {

// Connects to the first of `addresses` that takes it, each within `limit`. With a launcher, which reaches UNIX sockets
// for a jailed process, that one connects to the target's instead.
[[nodiscard]] net::Task<base::Result<net::Stream>> reach(net::Loop& loop,
                                                         const std::vector<os::SocketAddress>& addresses,
                                                         LauncherClient* launcher, LaunchTarget target,
                                                         net::Clock::duration limit);

}  // namespace session
