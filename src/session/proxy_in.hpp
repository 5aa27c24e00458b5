// A PROXY header from a balancer we listen to: read octet-exactly before anything else of the connection.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "net/stream.hpp"
#include "os/address.hpp"
#include "proxyproto/header.hpp"

namespace session {

struct ProxyTold {
  bool nothing_said = false;  // closed without an octet: a health check that only connects
  std::optional<os::SocketAddress> client;
  std::optional<os::SocketAddress> server;
};

// Reads nothing behind the header. Errors: not a header, unfinished at the deadline.
[[nodiscard]] net::Task<base::Result<ProxyTold>> read_proxy_header(net::Stream& stream, net::Deadline deadline);

}  // namespace session
