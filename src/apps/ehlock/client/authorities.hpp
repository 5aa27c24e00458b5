// The certificate authorities a client believes.
#pragma once

#include <string>

#include "apps/ehlock/client/fault.hpp"

namespace app {

// PEM of `file`, or of the system's authorities when that is empty.
[[nodiscard]] ClientResult<std::string> read_authorities(const std::string& file);

}  // namespace app
