#include "session/openers.hpp"

#include <utility>

#include "net/connect.hpp"

namespace session {

net::Task<base::Result<net::Stream>> TcpOpener::open(const ClientIdentity& client) {
  auto stream = co_await net::connect(loop_, addresses_, limits_.connect);
  if (!stream) co_return stream;
  const auto introduced = co_await introduce(*stream, identity_, client, limits_);
  if (!introduced) co_return tl::unexpected(introduced.error());
  co_return stream;
}

LaunchedOpener::~LaunchedOpener() {
  if (!release_.empty()) launcher_.release(std::move(release_));
}

net::Task<base::Result<net::Stream>> LaunchedOpener::open(const ClientIdentity& client) {
  if (!release_.empty()) launcher_.release(std::exchange(release_, {}));
  auto launched = co_await launcher_.launch(LaunchTarget::backend, environment_of(client), net::after(limits_.program));
  if (!launched) co_return tl::unexpected(launched.error());
  release_ = std::move(launched->release);
  net::Stream stream(loop_, std::move(launched->socket));
  const auto introduced = co_await introduce(stream, identity_, client, limits_);
  if (!introduced) co_return tl::unexpected(introduced.error());
  co_return stream;
}

}  // namespace session
