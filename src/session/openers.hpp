// The two ways to a backend: TCP from the worker itself, and a descriptor passed by the launcher (programs, UNIX
// sockets).
#pragma once

#include <vector>

#include "session/backend_opener.hpp"
#include "session/identity.hpp"
#include "session/launcher_client.hpp"
#include "session/limits.hpp"

namespace session {

class TcpOpener final : public BackendOpener {
 public:
  TcpOpener(net::Loop& loop, const std::vector<os::SocketAddress>& addresses, Identity identity, const Limits& limits)
      : loop_(loop), addresses_(addresses), identity_(identity), limits_(limits) {}

  [[nodiscard]] net::Task<base::Result<net::Stream>> open(const ClientIdentity& client) override;

 private:
  net::Loop& loop_;
  const std::vector<os::SocketAddress>& addresses_;
  Identity identity_;
  const Limits& limits_;
};

class LaunchedOpener final : public BackendOpener {
 public:
  LaunchedOpener(net::Loop& loop, LauncherClient& launcher, Identity identity, const Limits& limits)
      : loop_(loop), launcher_(launcher), identity_(identity), limits_(limits) {}
  ~LaunchedOpener() override;

  [[nodiscard]] net::Task<base::Result<net::Stream>> open(const ClientIdentity& client) override;

 private:
  net::Loop& loop_;
  LauncherClient& launcher_;
  Identity identity_;
  const Limits& limits_;
  Correspondent::Message release_;  // of what is running for the session; empty: nothing
};

// What `identity` has us say on a new backend connection before SMTP begins. On failure the connection is of no use.
[[nodiscard]] net::Task<base::Result<void>> introduce(net::Stream& backend, Identity identity,
                                                      const ClientIdentity& client, const Limits& limits);

}  // namespace session
