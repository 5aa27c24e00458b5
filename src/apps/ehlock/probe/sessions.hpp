// The sessions of a probe: one to look around, one to resume it, one for each version of TLS, one for the injection of
// a NOOP. None sends mail.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "apps/ehlock/probe/findings.hpp"
#include "net/loop.hpp"
#include "os/address.hpp"
#include "tls/settings.hpp"

namespace app {

struct ProbePlan {
  std::vector<os::SocketAddress> addresses;
  std::string server;       // for findings
  std::string name;         // SNI, and what the chain must be good for
  std::string authorities;  // PEM
  std::string our_name;
  bool implicit = false;
  bool transcript = false;
  std::chrono::seconds timeout{30};
};

[[nodiscard]] net::Task<ProbeFindings> probe_server(net::Loop& loop, const ProbePlan& plan);

}  // namespace app
