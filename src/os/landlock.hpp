// Landlock: no file is reachable, and TCP goes to named ports only, whatever the process becomes (landlock(7)).
// Where the kernel has less than that, the rest is named, not silently left out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"

namespace os {

struct LandlockSpec {
  bool limit_connect = false;  // connect(2) only to the ports; bind(2) is always refused
  std::vector<std::uint16_t> ports;
};

struct Landlock {
  UniqueFd ruleset;                   // none: this kernel has no landlock
  std::vector<std::string> left_out;  // "landlock: TCP ports: ABI 2 of Linux 6.1.0"
};

[[nodiscard]] base::Result<Landlock> prepare_landlock(const LandlockSpec& spec);

// For good, for this thread and its children. Needs no_new_privs. Without a ruleset nothing happens.
[[nodiscard]] base::Result<void> enter_landlock(const Landlock& landlock);

}  // namespace os
