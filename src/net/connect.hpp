// Connecting with a limit. Addresses are looked up before the jail; this tries them in order.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "net/loop.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"

namespace net {

// The first address that takes the connection within `each`. The error names the last address tried and why it failed.
[[nodiscard]] Task<base::Result<os::UniqueFd>> connect(Loop& loop, const std::vector<os::SocketAddress>& addresses,
                                                       Clock::duration each);

}  // namespace net
