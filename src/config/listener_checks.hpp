// Which endpoints get in each other's way, as far as can be told without looking names up.
#pragma once

#include "os/address.hpp"

namespace config {

// Both cannot be listened on: the same port of the same address, or one of them is every address of a family. Port 0
// (any free port) is in nobody's way.
[[nodiscard]] bool overlap(const os::Endpoint& a, const os::Endpoint& b);

// Whoever arrives at `endpoint` arrives at what `wide` says: the same endpoint, or its port on all addresses.
[[nodiscard]] bool covers(const os::Endpoint& wide, const os::Endpoint& endpoint);

// Whoever connects to `destination` on this machine arrives at `listener`.
[[nodiscard]] bool reaches(const os::Endpoint& destination, const os::Endpoint& listener);

}  // namespace config
