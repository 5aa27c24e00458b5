// Which TLS policy a client gets: rules asked in their order, by who the client is and where it arrived. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "os/address.hpp"

namespace config {

struct TlsRule {
  os::Networks networks;               // empty: clients from anywhere
  std::vector<std::size_t> listeners;  // numbers of listeners in the plan; empty: any
  std::size_t policy = 0;              // the policy's number; 0: the plain options
};

// Of the first rule that holds for both; 0 when none does. `client` is who the client really is: after a PROXY header
// of a listed balancer, never by what the client itself says.
[[nodiscard]] std::size_t tls_policy_for(const std::vector<TlsRule>& rules, const os::SocketAddress& client,
                                         std::size_t listener);

// Whether `first` holds wherever `second` does, so that a rule behind it is never asked.
[[nodiscard]] bool hides(const TlsRule& first, const TlsRule& second);

}  // namespace config
