// The name of an address, as Postfix finds it: by its PTR record, believed only when that name has the address.
#pragma once

#include <string>
#include <string_view>

#include "os/address.hpp"

namespace os {

struct ReverseName {
  std::string verified = "unknown";  // leads back to the address
  std::string claimed = "unknown";   // what the PTR record says, be it true or not
};

// Asks the system's resolver and waits for it, for as long as that takes: for a process of its own. Whatever goes wrong
// leaves "unknown".
[[nodiscard]] ReverseName look_up_name(const SocketAddress& address);

// Letters, digits, "-", "_" and "." as names of hosts have them, and no address: what may stand in logs and commands.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace os
