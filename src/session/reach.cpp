#include "session/reach.hpp"

#include <utility>

#include "net/connect.hpp"

namespace session {

net::Task<base::Result<net::Stream>> reach(net::Loop& loop, const std::vector<os::SocketAddress>& addresses,
                                           LauncherClient* launcher, LaunchTarget target, net::Clock::duration limit) {
  if (launcher != nullptr) {
    auto launched = co_await launcher->launch(target, {}, net::after(limit));
    if (!launched) co_return tl::unexpected(launched.error());
    co_return net::Stream(loop, std::move(launched->socket));
  }
  auto connected = co_await net::connect(loop, addresses, limit);
  co_return connected;
}

}  // namespace session
