// The process that connects to a policy service's UNIX socket for the helper, whose jail has no files: as often as it
// is asked to, and to no other place. Jailed itself, but for the root directory.
#pragma once

#include "base/result.hpp"
#include "os/address.hpp"
#include "os/fd.hpp"
#include "os/jail.hpp"

namespace app {

// Forks it; it ends with its parent. Asked and answering in the words of session/launch_wire.hpp.
[[nodiscard]] base::Result<os::UniqueFd> start_policy_connector(const os::SocketAddress& service, os::JailSpec jail);

}  // namespace app
