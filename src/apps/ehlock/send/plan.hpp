// SendPlan: what a session of `ehlock send` needs, with every file read and every name looked up.
#pragma once

#include <string>
#include <vector>

#include "apps/ehlock/client/fault.hpp"
#include "base/secret.hpp"
#include "config/commands.hpp"
#include "os/address.hpp"
#include "tls/context.hpp"

namespace app {

struct SendPlan {
  std::vector<os::SocketAddress> addresses;
  tls::Context context;
  bool implicit = false;
  std::string our_name;  // for EHLO
  std::string from;
  std::vector<std::string> to;
  std::string message;  // with CRLF, dots not doubled
  base::Secret auth;    // the AUTH command; empty: none
  std::size_t times = 1;
};

[[nodiscard]] ClientResult<SendPlan> plan_sending(const config::SendOptions& options);

}  // namespace app
