// The offer of a connection to a worker of `ehlock serve`.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "os/fd.hpp"
#include "session/handoff_wire.hpp"

namespace app {

// `descriptors` as session/handoff_wire.hpp has them. Where the worker answers, it answers on what this gives. An
// error: nobody took the connection.
[[nodiscard]] base::Result<os::UniqueFd> offer(const std::string& socket, const session::HandOver& message,
                                               const std::vector<int>& descriptors);

}  // namespace app
