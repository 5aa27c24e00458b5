// Connecting with a limit. Addresses are looked up before the jail; this tries them in order.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "net/stream.hpp"
#include "os/address.hpp"

namespace net {

// A stream to the first address that takes the connection within `each`. The error names the last address tried and why
// it failed.
[[nodiscard]] Task<base::Result<Stream>> connect(Loop& loop, const std::vector<os::SocketAddress>& addresses,
                                                 Clock::duration each);

}  // namespace net
