// The system-call filter: an allow-list for each role; anything else kills the process (seccomp(2)). Assembled here
// instead of by libseccomp: two kinds of rule are enough, and a helper that starts for each connection saves
// libseccomp's millisecond.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

#include "base/result.hpp"
#include "os/jail.hpp"

namespace os {

// False for the launcher alone: the filter would pass on to the programs it starts.
[[nodiscard]] bool has_filter(Role role);

// The filter's instructions for process `pid` (the one it may send signals to). `unix_sockets`: socket(2) may make
// UNIX stream sockets too, where the role makes sockets at all.
[[nodiscard]] std::vector<sock_filter> filter_of(Role role, bool unix_sockets, pid_t pid);

// For good, for all threads. Needs no_new_privs.
[[nodiscard]] base::Result<void> enter_filter(std::vector<sock_filter> filter);

}  // namespace os
