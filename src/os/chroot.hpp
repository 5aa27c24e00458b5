// The empty directory a jailed process sees as its root. For os/jail.cpp alone.
#pragma once

#include <string>

#include "base/result.hpp"

namespace os {

// Makes `path` (0555) when it is absent and under /run/ or /var/lib/, checks that it is an empty directory that only
// root can write, and makes it this process's root and working directory. Needs CAP_SYS_CHROOT.
[[nodiscard]] base::Result<void> enter_empty_root(const std::string& path);

}  // namespace os
